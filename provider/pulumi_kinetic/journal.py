"""Records of creates: on disk before a request leaves, removed once the engine shows the create in a state.

The engine forgets a create whenever the provider process dies or create returns an error
(see docs/contributing/engine-facts.md#dropped-pending-operation). A record here outlives both, so that the next
`pulumi up` continues it. See docs/contributing/design.md#nothing-is-lost.
"""

import atexit
import concurrent.futures.thread
import os
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from pulumi_kinetic import notes
from pulumi_kinetic.address import Address
from pulumi_kinetic.errors import JournalError
from pulumi_kinetic.process import Parent, Process
from pulumi_kinetic.record import Record, digest

DIGEST_DAYS = 30
_MAX_RECORD_BYTES = 1024 * 1024
_NAME_CHARS = 16
_ABANDONED_SECONDS = 60
_SECONDS_A_DAY = 86_400


def _interpreter_is_ending() -> bool:
    """Whether the pools' threads are waited for already: the main thread still counts as alive then."""
    return bool(getattr(concurrent.futures.thread, "_shutdown", False))


class Journal:
    """The records of one folder, `$PULUMI_HOME/kinetic/journal` by default; files are 0600 in a 0700 folder.

    Processes and threads may share it: a record that goes meanwhile is closed, and what can't be read concerns only
    the creates of its address.

    Attributes:
        problems: What was met in the folder that isn't a readable record, a sentence each.
    """

    def __init__(
        self, folder: Path, *, is_ending: Callable[[], bool] = _interpreter_is_ending, removes_leftovers: bool = True
    ) -> None:
        """Read nothing yet.

        Args:
            folder: Where the records are.
            is_ending: Tells whether this process is about to exit: what it answers then reaches nobody.
            removes_leftovers: Whether reading removes what killed processes have left half written.
        """
        self.folder = folder
        self.problems: list[str] = []
        self._is_ending = is_ending
        self._removes_leftovers = removes_leftovers
        self._parent = Parent()
        self._known: dict[str, Record] | None = None
        self._unreadable: set[str] = set()
        self._handed_over: set[str] = set()
        self._lock = threading.Lock()
        atexit.register(self.close_handed_over)

    def records(self) -> list[Record]:
        """Return all records, the newest first."""
        with self._lock:
            known = self._load()
        return sorted(known.values(), key=lambda record: record.at, reverse=True)

    def open_of(self, address: Address) -> list[Record]:
        """Return the records of an address that aren't settled, newest first; none where the resource isn't known."""
        records = self.records() if address.resource else []
        return [record for record in records if record.address == address and not self.has_arrived(record.key)]

    def of_key(self, key: str) -> Record | None:
        """Return the record with this key."""
        return next((record for record in self.records() if record.key == key), None)

    def has_arrived(self, key: str) -> bool:
        """Tell whether a key is settled: the engine has shown it in a state within the last 30 days, or it is spent."""
        with suppress(OSError):
            return (self.folder / "arrived" / digest(key)).exists()
        return False

    def reread(self, record: Record) -> Record | None:
        """Return a record as another process has left it; None where it has closed it, or it can't be read."""
        try:
            return _read(self.folder / record.file_name)
        except (OSError, ValueError):
            return None

    def begin(self, record: Record) -> Record:
        """Write a record before anything is sent.

        Raises:
            JournalError: It can't be written, or a file of this address can't be read: nothing may be sent.
        """
        self.records()
        if record.address.digest() in self._unreadable:
            raise JournalError(
                f"a record of this resource in {self.folder} can't be read: {'; '.join(self.problems)}",
                advice="Nothing was sent. Look at the file, then move it away.",
            )
        self._write(record)
        return record

    def update(self, record: Record, **changes: object) -> Record:
        """Write a record's new content in one step, with this process at work on it.

        Raises:
            JournalError: It can't be written.
        """
        changed = record.model_copy(update={"process": Process.current(), **changes})
        self._write(changed)
        return changed

    def note_handed_over(self, record: Record) -> None:
        """Remember that the engine gets the answer: the record goes when this process exits cleanly."""
        if not self._is_ending():
            with self._lock:
                self._handed_over.add(record.file_name)

    def close(self, record: Record) -> None:
        """Remove a record: nothing was created, or a person has decided. One that can't be removed does no harm."""
        with self._lock:
            self._load().pop(record.file_name, None)
        with suppress(OSError):
            (self.folder / record.file_name).unlink(missing_ok=True)

    def settle(self, record: Record) -> None:
        """Close a record whose key must never be continued: it is spent, or a person says so.

        Raises:
            JournalError: That can't be written down, so the record stays.
        """
        try:
            self._write_digest(record.key)
        except OSError as error:
            raise self._unwritable(error) from None
        self.close(record)

    def note_arrival(self, key: str | None, endpoint_id: str | None = None) -> None:
        """Close what the engine shows in a state, by its key or by its id; its key is never continued again."""
        for record in self.records():
            if record.key == key or (endpoint_id and record.endpoint_id == endpoint_id):
                with suppress(OSError):  # without the digest, the key itself in the state is still there
                    self._write_digest(record.key)
                self.close(record)

    def close_handed_over(self) -> None:
        """Remove the records of this process whose answers its engine has, when it exits cleanly.

        Not where the engine is gone, and without a digest: it may have failed to save.
        """
        if not self._parent.is_gone:
            for name in self._handed_over:
                with suppress(OSError):
                    (self.folder / name).unlink(missing_ok=True)

    def _load(self) -> dict[str, Record]:
        """The records by file name, read once: this run's stack is locked against others that could add to them."""
        if self._known is None:
            self._known = dict(self._read_folder())
        return self._known

    def _read_folder(self) -> Iterator[tuple[str, Record]]:
        if self.folder.exists() and not os.access(self.folder, os.R_OK | os.X_OK):
            self.problems.append(f"{self.folder} can't be read: it belongs to another user")
            return
        # a process that was killed while it wrote has sent nothing by what it wrote, but that may hold a key
        if self._removes_leftovers:
            notes.remove_older(self.folder.glob(".*.json.*"), _ABANDONED_SECONDS)
        paths = sorted(self.folder.glob("*.json"))
        for path in paths:
            try:
                record = _read(path)
            except FileNotFoundError:  # another process, which serves another stack, has closed its record meanwhile
                continue
            except (OSError, ValueError) as error:
                self._unreadable.add(path.name[:_NAME_CHARS])
                self.problems.append(f"{path} isn't a record that this version can read ({type(error).__name__})")
                continue
            yield path.name, record

    def _write(self, record: Record) -> None:
        path = self.folder / record.file_name
        beside = self.folder / f".{record.file_name}.{os.getpid()}.{threading.get_ident()}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(record.model_dump_json(indent=1))
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        except OSError as error:
            with suppress(OSError):  # half a record may hold a key and a secret url
                beside.unlink(missing_ok=True)
            raise self._unwritable(error) from None
        _sync_folder(self.folder)
        with self._lock:
            self._load()[record.file_name] = record

    def _write_digest(self, key: str) -> None:
        notes.leave(self.folder / "arrived" / digest(key), lasts_seconds=DIGEST_DAYS * _SECONDS_A_DAY)

    def _unwritable(self, error: OSError) -> JournalError:
        return JournalError(
            f"can't write the journal in {self.folder} ({error.strerror}), without which an interrupted create would "
            "be lost",
            advice="Make the folder writable, or set PULUMI_HOME to one that is.",
        )


def default_folder(folder: Path) -> Path:
    """Return `$PULUMI_HOME/kinetic/journal`, where PULUMI_HOME is `~/.pulumi` unless set.

    Args:
        folder: Where the CLI runs, from which a relative PULUMI_HOME counts.

    Raises:
        JournalError: Nothing tells where the user's home is.
    """
    home = os.environ.get("PULUMI_HOME")
    try:
        return (folder / home if home else Path.home() / ".pulumi") / "kinetic" / "journal"
    except RuntimeError:
        raise JournalError(
            "this user has no home folder, in which the journal of creates would be", advice="Set PULUMI_HOME, or HOME."
        ) from None


def _read(path: Path) -> Record:
    """Raises OSError and ValueError, without the content in their text, for what isn't a record."""
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode) or status.st_size > _MAX_RECORD_BYTES:
        raise ValueError
    try:
        record = Record.model_validate_json(path.read_bytes())
    except ValidationError:
        raise ValueError from None
    if record.file_name != path.name:
        raise ValueError
    return record


def _sync_folder(folder: Path) -> None:
    """Best effort: network mounts and some systems can't."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    except OSError:
        return
    finally:
        os.close(descriptor)
