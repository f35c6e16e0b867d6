"""Records of creates: on disk before the request leaves, gone when the engine has the answer.

The engine forgets a create whenever the provider process dies or create returns an error
(see docs/contributing/engine-facts.md#dropped-pending-operation). A record here outlives both. It holds no secret but
the Idempotency-Key, which is of use with the API key only, and which goes as soon as the API has answered.
"""

import atexit
import hashlib
import os
import threading
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pulumi_kinetic.errors import JournalError
from pulumi_kinetic.process import Process
from pulumi_kinetic.settings import Environment


class Owner(BaseModel):
    """Whose create it is.

    Attributes:
        project: The Pulumi project.
        stack: The stack's name, without organization.
        provider: The URN of a plugin's provider resource; "" at the dynamic door.
    """

    project: str = ""
    stack: str = ""
    provider: str = ""


class Record(Owner):
    """One create.

    Attributes:
        mark: The digest of its Idempotency-Key, which names its file.
        idempotency_key: Until the API has answered; never shown.
        body: What was sent, or is about to be.
        environment: The API key's.
        at: When it was begun.
        process: Which process began it.
        endpoint_id: What the API answered, once it has.
        abandoned: Whether it failed in a way that leaves open what the API did.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    mark: str
    idempotency_key: str | None = Field(None, repr=False)
    body: str
    environment: Environment
    at: datetime
    process: Process
    endpoint_id: str | None = None
    abandoned: bool = False

    @property
    def is_in_progress(self) -> bool:
        """Whether its process may still send it, or be waiting for the answer."""
        return self.endpoint_id is None and not self.abandoned and self.process.is_alive()


class Journal:
    """The records of one folder, `$PULUMI_HOME/kinetic/journal` by default; its files are 0600 and synced.

    Threads may share it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._delivered: set[str] = set()
        self._answered: dict[str, Record] | None = None
        self._lock = threading.Lock()
        atexit.register(self.purge_answered)

    def begin(self, key: str, body: bytes, environment: Environment, owner: Owner) -> Record:
        """Write what is about to be sent.

        Raises:
            JournalError: It can't be written, so nothing may be sent.
        """
        record = Record(
            mark=digest(key),
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
        """Note that the API has created the endpoint.

        The record is removed when this process exits cleanly: the engine has the answer then. Where the process is
        exiting already, the answer reaches nobody, and the record stays.

        Raises:
            JournalError: It can't be written.
        """
        self._write(record.model_copy(update={"endpoint_id": endpoint_id, "idempotency_key": None}))
        if threading.main_thread().is_alive():
            self._delivered.add(record.mark)

    def abandon(self, record: Record) -> None:
        """Note that the create has failed in a way that leaves open what the API did: the record stays.

        Raises:
            JournalError: It can't be written.
        """
        self._write(record.model_copy(update={"abandoned": True}))

    def close(self, record: Record) -> None:
        """Remove the record: nothing was created, or the endpoint is where it belongs."""
        (self.folder / f"{record.mark}.json").unlink(missing_ok=True)

    def note_managed(self, endpoint_id: str) -> None:
        """Close whatever record led to an endpoint that the engine has in its state.

        Raises:
            JournalError: A file of the folder isn't a record.
        """
        with self._lock:
            if self._answered is None:
                self._answered = {record.endpoint_id: record for record in self.records() if record.endpoint_id}
            record = self._answered.pop(endpoint_id, None)
        if record is not None:
            self.close(record)

    def purge_answered(self) -> None:
        """Remove the records whose answers the engine has."""
        for mark in self._delivered:
            (self.folder / f"{mark}.json").unlink(missing_ok=True)

    def records(self) -> Iterator[Record]:
        """Iterate over all records, oldest first.

        Raises:
            JournalError: A file of the folder isn't a record (half written by a machine that went down, say).
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
            _sync_folder(self.folder)
        except OSError as error:
            raise JournalError(
                f"can't write the journal in {self.folder} ({error.strerror}), without which an interrupted create "
                "would be lost",
                advice="Make the folder writable, or set PULUMI_HOME to one that is.",
            ) from None


def default_folder() -> Path:
    """Return `$PULUMI_HOME/kinetic/journal`, where PULUMI_HOME is `~/.pulumi` unless set."""
    home = os.environ.get("PULUMI_HOME")
    return (Path(home) if home else Path.home() / ".pulumi") / "kinetic" / "journal"


def digest(key: str) -> str:
    """Hash an Idempotency-Key for use as a file name, so that the name doesn't reveal the key."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def _read(path: Path) -> Record | None:
    """None where the file has gone: another process, which serves another stack, has closed its record meanwhile."""
    try:
        return Record.model_validate_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValidationError):
        problem = f"{path} isn't a record of a create"
        raise JournalError(problem, advice="Look at it, then move it away.") from None


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
