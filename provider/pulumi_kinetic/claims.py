"""Which endpoints the resources of this run manage, and what this run has done with them."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pulumi_kinetic import errors, notes

_NOTE_SECONDS = 86_400  # no run is longer; where processes have no start time, a later run may look the same
_ALREADY_MANAGED = "{endpoint_id} can't be adopted: a resource of this program manages it already"
_ALREADY_MANAGED_ADVICE = (
    "Give each endpoint to one resource. To replace an adopted one (which rotates its secret), remove `adopt` first."
)


class Claims:
    """What keeps two resources from managing one endpoint, and a delete from hitting what another of them manages.

    It sees the resources of this process, which are those of one provider. The other providers of the run, the other
    door's and explicit ones, have processes of their own: what this one adopts, or gets from a continued create, is
    noted in a folder, so that none of them deletes it. Threads may share it.
    """

    def __init__(self, folder: Path, run: str) -> None:
        """Read nothing yet.

        Args:
            folder: Where the providers of a run leave notes for each other.
            run: What names the engine's run.
        """
        self._folder = folder
        self._run = run
        self._managed: set[str] = set()
        self._marks: dict[str, set[str]] = {}
        self._lock = threading.Lock()

    def note_managed(self, endpoint_id: str, mark: str | None = None) -> None:
        """Remember that a resource of this program manages an endpoint.

        Args:
            endpoint_id: The endpoint.
            mark: What the continued create that returned it wrote into its state; None where none did.
        """
        with self._lock:
            self._managed.add(endpoint_id)
            if mark:
                self._marks.setdefault(endpoint_id, set()).add(mark)

    def note_returned(self, endpoint_id: str, *, continued: bool) -> None:
        """Remember that a create of this run has returned an endpoint.

        Args:
            endpoint_id: The endpoint.
            continued: Whether an earlier run had begun the create, so that the state may hold the endpoint already.
        """
        with self._lock:
            self._managed.add(endpoint_id)
        if continued:
            with suppress(OSError):  # after a 2xx nothing is thrown away; the mark in the state spares it as well
                self._note("continued", endpoint_id)

    def is_managed(self, endpoint_id: str) -> bool:
        """Tell whether a resource of this program manages an endpoint."""
        with self._lock:
            return endpoint_id in self._managed

    def was_adopted(self, endpoint_id: str) -> bool:
        """Tell whether a provider of this run has adopted an endpoint."""
        return self._is_noted("adopted", endpoint_id)

    def is_living_replacement(self, endpoint_id: str, mark: str | None) -> bool:
        """Tell whether the entry that is to be deleted shares its endpoint with the one that replaces it.

        `--replace` and taint call create, and then delete the old id; a continued create may return that very id.

        Args:
            endpoint_id: The endpoint to delete.
            mark: The mark of the entry to delete; each continued create writes another.
        """
        if self._is_noted("continued", endpoint_id):
            return True
        with self._lock:
            return bool(self._marks.get(endpoint_id, set()) - {mark})

    @contextmanager
    def adopting(self, endpoint_id: str) -> Iterator[None]:
        """Claim an endpoint while it is adopted; the claim goes where that fails.

        Raises:
            AdoptionError: A resource of this program manages it already.
            JournalError: The other providers of the run can't be told: one of them could delete it.
        """
        with self._lock:
            if endpoint_id in self._managed:
                raise errors.AdoptionError(
                    _ALREADY_MANAGED.format(endpoint_id=endpoint_id), advice=_ALREADY_MANAGED_ADVICE
                )
            self._managed.add(endpoint_id)
        try:
            self._note("adopted", endpoint_id)
            yield
        except OSError as error:
            self._give_back(endpoint_id)
            raise errors.JournalError(
                f"{endpoint_id} can't be adopted: {self._folder} can't be written ({error.strerror}), where the run's "
                "other providers look before they delete it. Nothing was changed.",
                advice="Make the folder writable, or set PULUMI_HOME to one that is.",
            ) from None
        except errors.KineticError:
            self._give_back(endpoint_id)
            raise

    def _give_back(self, endpoint_id: str) -> None:
        with self._lock:
            self._managed.discard(endpoint_id)
        with suppress(OSError):
            self._path("adopted", endpoint_id).unlink()

    def _note(self, what: str, endpoint_id: str) -> None:
        notes.leave(self._path(what, endpoint_id), lasts_seconds=_NOTE_SECONDS)

    def _is_noted(self, what: str, endpoint_id: str) -> bool:
        return notes.is_younger(self._path(what, endpoint_id), _NOTE_SECONDS)

    def _path(self, what: str, endpoint_id: str) -> Path:
        return self._folder / hashlib.sha256(f"{self._run} {what} {endpoint_id}".encode()).hexdigest()[:32]
