"""Which endpoints the resources of this run manage, and what this run has done with them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from pulumi_kinetic import errors

_ALREADY_MANAGED = "{endpoint_id} can't be adopted: a resource of this program manages it already"
_ALREADY_MANAGED_ADVICE = (
    "Give each endpoint to one resource. To replace an adopted one (which rotates its secret), remove `adopt` first."
)


class Claims:
    """What keeps two resources from managing one endpoint, and a delete from hitting what another of them manages.

    It sees the resources of this process, which are those of one provider. Threads may share it.
    """

    def __init__(self) -> None:
        self._managed: set[str] = set()
        self._adopted: set[str] = set()
        self._returned: set[str] = set()
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
                self._returned.add(endpoint_id)

    def is_managed(self, endpoint_id: str) -> bool:
        """Tell whether a resource of this program manages an endpoint."""
        with self._lock:
            return endpoint_id in self._managed

    def was_adopted(self, endpoint_id: str) -> bool:
        """Tell whether this run has adopted an endpoint."""
        with self._lock:
            return endpoint_id in self._adopted

    def is_living_replacement(self, endpoint_id: str, mark: str | None) -> bool:
        """Tell whether the entry that is to be deleted shares its endpoint with the one that replaces it.

        `--replace` and taint call create, and then delete the old id; a continued create may return that very id.

        Args:
            endpoint_id: The endpoint to delete.
            mark: The mark of the entry to delete; each continued create writes another.
        """
        with self._lock:
            return endpoint_id in self._returned or bool(self._marks.get(endpoint_id, set()) - {mark})

    @contextmanager
    def adopting(self, endpoint_id: str) -> Iterator[None]:
        """Claim an endpoint while it is adopted; the claim goes where that fails.

        Raises:
            AdoptionError: A resource of this program manages it already.
        """
        with self._lock:
            if endpoint_id in self._managed:
                raise errors.AdoptionError(
                    _ALREADY_MANAGED.format(endpoint_id=endpoint_id), advice=_ALREADY_MANAGED_ADVICE
                )
            self._managed.add(endpoint_id)
        try:
            yield
        except errors.KineticError:
            with self._lock:
                self._managed.discard(endpoint_id)
            raise
        with self._lock:
            self._adopted.add(endpoint_id)
