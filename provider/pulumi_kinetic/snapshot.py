"""One listing that serves many reads: a refresh of a thousand endpoints costs some ten pages, not a thousand GETs.

See docs/contributing/design.md#speed.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from pulumi_kinetic import errors
from pulumi_kinetic.answers import RemoteEndpoint
from pulumi_kinetic.client import Client

FEW = 3
LASTS_SECONDS = 60.0
"""Longer than the engine takes to refresh 10,000 endpoints: no run's reads need two listings."""


@dataclass
class _Listing:
    """Pages listed so far. One that is given up is replaced as a whole: what still arrives for it serves nobody."""

    entries: dict[str, RemoteEndpoint] = field(default_factory=dict)
    cursor: str | None = None
    began: float | None = None
    pages: int = 0
    reads: int = 0
    is_over: bool = False


class Snapshot:
    """Reads endpoints for one run of the engine, from many threads.

    The first reads are GETs, as are all that a listing can't answer: an endpoint that is in none of its pages, or in
    one without all of its fields. No more pages are listed than reads have come, so that a few endpoints among very
    many cost at most twice what GETs would. What is served is at most a minute old.
    """

    def __init__(self, api: Client, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Make no request yet.

        Args:
            api: The API.
            clock: Seconds, from any beginning.
        """
        self._api = api
        self._clock = clock
        self._listing = _Listing()
        self._lock = threading.Lock()
        self._turn = threading.Lock()

    def get(self, endpoint_id: str, url: str | None = None) -> RemoteEndpoint:
        """Return an endpoint as it was at some moment of the last minute.

        Args:
            endpoint_id: The endpoint.
            url: What its URL should be, if that is known.

        Raises:
            NotFoundError: A GET of this very endpoint says so; its absence from a listing never does.
            ApiError: It can't be read.
        """
        with self._lock:
            listing = self._current()
            listing.reads += 1
            is_early = listing.reads <= FEW
        found = None if is_early else self._find(listing, endpoint_id)
        return found or self._api.get(endpoint_id, url)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Serve nothing that was listed before this write ended."""
        try:
            yield
        finally:
            with self._lock:
                self._listing = _Listing()

    def _current(self) -> _Listing:
        if self._is_old(self._listing):
            self._listing = _Listing(reads=FEW)
        return self._listing

    def _is_old(self, listing: _Listing) -> bool:
        return listing.began is not None and self._clock() - listing.began > LASTS_SECONDS

    def _find(self, listing: _Listing, endpoint_id: str) -> RemoteEndpoint | None:
        """The entry of a listing, which is continued as far as that may gain anything."""
        while not self._is_old(listing):
            pages = listing.pages
            with self._lock:
                if endpoint_id in listing.entries or listing.is_over or listing.pages >= listing.reads:
                    return listing.entries.get(endpoint_id)
            with self._turn:  # one page at a time: its end is the next one's beginning
                if listing.pages == pages and not listing.is_over:
                    self._list_page(listing)
        return None

    def _list_page(self, listing: _Listing) -> None:
        with self._lock:
            listing.began = self._clock() if listing.began is None else listing.began
        try:
            page = self._api.page(starting_after=listing.cursor)
        except errors.ApiError:  # a GET tells the reader what is wrong, if it fails as well
            listing.is_over = True
            return
        with self._lock:
            listing.entries |= {remote.webhook_endpoint_id: remote for remote in page.data if is_whole(remote)}
            listing.pages += 1
            last = page.ids[-1] if page.ids else listing.cursor
            listing.is_over = not page.has_more or last == listing.cursor
            listing.cursor = last


def is_whole(remote: RemoteEndpoint) -> bool:
    """Tell whether a listing says as much of an endpoint as a GET does; the API reference doesn't promise that."""
    return None not in (remote.enabled_events, remote.created_at)
