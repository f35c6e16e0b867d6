"""What the journal keeps of one create."""

import hashlib
from datetime import datetime, timezone
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from pulumi_kinetic.address import Address
from pulumi_kinetic.process import Process


class Record(BaseModel):
    """One create. The only file that may hold an Idempotency-Key and a secret url; never the API key or signing secret.

    Attributes:
        address: Where it belongs.
        key: Its Idempotency-Key, which the engine has too: in the pending operation, and in the state on arrival.
        body: The bytes that it sends, whichever process and release sends them.
        base_url: The API that it was sent to; "" where another machine began it.
        account: The digest of the API key's account; "" where another machine began it.
        at: When it was begun.
        process: Which process works on it.
        stage: `open` while a process works on it, `failed` where that left open what the API did, `answered` when the
            API has created the endpoint.
        endpoint_id: What it made, when that is known.
    """

    model_config = ConfigDict(hide_input_in_errors=True, frozen=True)

    address: Address
    key: str = Field(repr=False)
    body: str = Field(repr=False)
    base_url: str = ""
    account: str = ""
    at: datetime
    process: Process
    stage: Literal["open", "failed", "answered"] = "open"
    endpoint_id: str | None = None

    @property
    def file_name(self) -> str:
        """Its file's name, which doesn't reveal the key."""
        return f"{self.address.digest()}-{digest(self.key)}.json"

    @property
    def is_in_progress(self) -> bool:
        """Whether a process that lives may still send it, or wait for the answer."""
        return self.stage == "open" and self.process.is_alive()


def new_record(address: Address, key: str, body: bytes, *, base_url: str = "", account: str = "") -> Record:
    """Return the record of a create that this process is about to begin."""
    return Record(
        address=address,
        key=key,
        body=body.decode(),
        base_url=base_url,
        account=account,
        at=datetime.now(timezone.utc),
        process=Process.current(),
    )


def digest(key: str) -> str:
    """Hash an Idempotency-Key for use in a file name, so that the name doesn't reveal the key."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]
