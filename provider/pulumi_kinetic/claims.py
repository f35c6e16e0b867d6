"""Which endpoints the resources of this run manage."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from pulumi_kinetic import errors

_ALREADY_MANAGED = "{endpoint_id} can't be adopted: a resource of this program manages it already"
_ALREADY_MANAGED_ADVICE = (
    "Give each endpoint to one resource. To replace an adopted one (which rotates its secret), remove `adopt` first."
)


class Claims:
    """Which endpoints the resources of this run manage, so that none is adopted twice, or deleted after its adoption.

    Threads may share it.
    """

    def __init__(self) -> None:
        self._managed: set[str] = set()
        self._adopted: set[str] = set()
        self._lock = threading.Lock()

    def note_managed(self, endpoint_id: str) -> None:
        """Remember that a resource of this program manages an endpoint."""
        with self._lock:
            self._managed.add(endpoint_id)

    def was_adopted(self, endpoint_id: str) -> bool:
        """Tell whether this run has adopted an endpoint."""
        with self._lock:
            return endpoint_id in self._adopted

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
