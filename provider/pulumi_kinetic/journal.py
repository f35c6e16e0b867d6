"""What was about to be created: on disk before the request leaves, gone when the engine has the answer.

The engine forgets a create whenever the provider process dies or create returns an error. A record here outlives
both. It holds no secret but the Idempotency-Key, which is of use with the API key only, and which goes as soon as the
API has answered. See docs/contributing/engine-facts.md#dropped-pending-operation.
"""

import atexit
import hashlib
import os
import threading
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pulumi_kinetic.endpoint import Environment
from pulumi_kinetic.errors import JournalError
from pulumi_kinetic.process import Process


class Owner(BaseModel):
    """Whose create it is. `provider` is the URN of a plugin's provider resource; "" at the dynamic door."""

    project: str = ""
    stack: str = ""
    provider: str = ""


class Record(Owner):
    """One create: open until the API has answered, then with the id that it answered."""

    model_config = ConfigDict(hide_input_in_errors=True)

    mark: str
    idempotency_key: str | None = Field(None, repr=False)
    body: str
    environment: Environment
    at: datetime
    process: Process
    endpoint_id: str | None = None
    given_up: bool = False

    @property
    def is_under_way(self) -> bool:
        """Whether its process is still at it."""
        return self.endpoint_id is None and not self.given_up and self.process.is_alive()


class Journal:
    """The records of one folder, `$PULUMI_HOME/kinetic/journal` by default; files are 0600 and synced."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._delivered: set[str] = set()
        self._noted = {one.endpoint_id: one for one in self.records() if one.endpoint_id}
        atexit.register(self.forget_delivered)

    def begin(self, key: str, body: bytes, environment: Environment, owner: Owner) -> Record:
        """Write what is about to be sent.

        Raises:
            JournalError: it can't be written, so nothing may be sent.
        """
        record = Record(
            mark=mark_of(key),
            idempotency_key=key,
            body=body.decode(),
            environment=environment,
            **owner.model_dump(),
            at=datetime.now(timezone.utc),
            process=Process.current(),
        )
        self._write(record)
        return record

    def answered(self, record: Record, endpoint_id: str) -> None:
        """The API has created it. The record goes when this process ends in peace (the engine has the answer then).

        Where the process is already ending, the answer reaches nobody, and the record stays.
        """
        answered = record.model_copy(update={"endpoint_id": endpoint_id, "idempotency_key": None})
        self._write(answered)
        if threading.main_thread().is_alive():
            self._delivered.add(record.mark)

    def give_up(self, record: Record) -> None:
        """The create has failed without a known end: the record stays open, but nobody is at it any more."""
        self._write(record.model_copy(update={"given_up": True}))

    def close(self, record: Record) -> None:
        """Nothing is open any more: it came to nothing, or it is where it belongs."""
        (self.folder / f"{record.mark}.json").unlink(missing_ok=True)

    def seen(self, endpoint_id: str) -> None:
        """The engine has this endpoint in its state: whatever record led to it is done."""
        record = self._noted.pop(endpoint_id, None)
        if record is not None:
            self.close(record)

    def forget_delivered(self) -> None:
        """Remove the records whose answers the engine has."""
        for mark in self._delivered:
            (self.folder / f"{mark}.json").unlink(missing_ok=True)

    def records(self) -> Iterator[Record]:
        """All records, oldest first.

        Raises:
            JournalError: a file of the folder is no record (written half, say, by a machine that went down).
        """
        records = [record for path in self.folder.glob("*.json") if (record := _read(path)) is not None]
        return iter(sorted(records, key=lambda record: record.at))

    def _write(self, record: Record) -> None:
        path = self.folder / f"{record.mark}.json"
        beside = path.with_suffix(".new")
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            beside.touch(mode=0o600)
            with beside.open("w", encoding="utf-8") as file:
                file.write(record.model_dump_json(indent=1))
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
            _sync(self.folder)
        except OSError as error:
            raise JournalError(
                f"can't write the journal in {self.folder} ({error.strerror}), without which a create that is cut off "
                "would be lost. Make the folder writable, or set PULUMI_HOME to one that is"
            ) from None


def default_folder() -> Path:
    """`$PULUMI_HOME/kinetic/journal`, where PULUMI_HOME is `~/.pulumi` unless set."""
    home = os.environ.get("PULUMI_HOME")
    return (Path(home) if home else Path.home() / ".pulumi") / "kinetic" / "journal"


def mark_of(key: str) -> str:
    """What stands for an Idempotency-Key in a file's name, without telling it."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def _read(path: Path) -> Record | None:
    """None where the file has gone: another process, which serves another stack, has closed its record meanwhile."""
    try:
        return Record.model_validate_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValidationError):
        raise JournalError(f"{path} is not a record of a create; look at it, then move it away") from None


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
