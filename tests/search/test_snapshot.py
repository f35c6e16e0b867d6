"""Reads by a listing against plain reads, in random worlds that change while the listing runs."""

import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import cast

import pytest

from pulumi_kinetic import errors
from pulumi_kinetic.answers import Page, RemoteEndpoint
from pulumi_kinetic.client import Client
from pulumi_kinetic.snapshot import LASTS_SECONDS, Snapshot
from support.case_counter import count_cases

WORLDS = 10_000
WORLDS_OF_THREADS = 1_000
NEVER = float("inf")


class World:
    """An API in memory, with endpoints that come, change and go at any moment, also within a call.

    Attributes:
        now: Its clock, in seconds.
        kept: Endpoints that nobody removes.
        history: Each endpoint's urls, with the time from when on it had them; None from when on it was gone.
    """

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._pages_of = chance.choice([1, 2, 5, 100])
        self._is_newest_first = chance.random() < 0.5
        self._made = 0
        self._current: dict[str, str] = {}
        self._lock = threading.RLock()
        self.now = 0.0
        self.kept: set[str] = set()
        self.history: dict[str, list[tuple[float, str | None]]] = {}
        for _ in range(chance.randrange(30)):
            self.create()

    def create(self) -> None:
        self._made += 1
        self._set(f"we_{self._made}", f"https://example.com/{self._made}/0")

    def change(self, endpoint_id: str) -> None:
        self._set(endpoint_id, f"https://example.com/{endpoint_id}/{len(self.history[endpoint_id])}")

    def remove(self, endpoint_id: str) -> None:
        if endpoint_id not in self.kept:
            self._set(endpoint_id, None)

    def happen(self) -> None:
        """Whatever others do meanwhile."""
        self.now += self._chance.choice([0.001, 0.001, 0.5, LASTS_SECONDS * 0.4])
        for _ in range(self._chance.choice([0, 0, 0, 1, 1, 5])):
            known = list(self._current)
            act = self._chance.choice([self.change, self.remove]) if known else None
            if act is None or self._chance.random() < 0.3:
                self.create()
            else:
                act(self._chance.choice(known))

    def get(self, endpoint_id: str, _url: str | None = None) -> RemoteEndpoint:
        with self._lock:
            self.happen()
            url = self._current.get(endpoint_id)
        if url is None:
            raise errors.NotFoundError("read it", "gone", status=404)
        return remote(endpoint_id, url)

    def page(self, *, starting_after: str | None = None) -> Page:
        with self._lock:
            self.happen()
            ids = list(self._current)[:: -1 if self._is_newest_first else 1]
            if starting_after is not None and starting_after not in ids:
                raise errors.ApiError("list", "no such cursor", status=400)
            begin = ids.index(starting_after) + 1 if starting_after else 0
            listed = ids[begin : begin + self._pages_of]
            data = [remote(endpoint_id, self._current[endpoint_id]) for endpoint_id in listed]
            self.happen()
            return Page(data, begin + len(data) < len(ids), listed, [])

    def urls_between(self, endpoint_id: str, begin: float, end: float) -> Iterator[str | None]:
        """All that plain reads could have given in this time."""
        entries = self.history[endpoint_id]
        for (since, url), until in zip(entries, [*(since for since, _ in entries[1:]), NEVER], strict=True):
            if since <= end and until >= begin:
                yield url

    def _set(self, endpoint_id: str, url: str | None) -> None:
        self.now += 0.0001
        self.history.setdefault(endpoint_id, []).append((self.now, url))
        if url is None:
            del self._current[endpoint_id]
        else:
            self._current[endpoint_id] = url


def remote(endpoint_id: str, url: str) -> RemoteEndpoint:
    return RemoteEndpoint(
        webhook_endpoint_id=endpoint_id, url=url, enabled_events=["*"], status="enabled", created_at="2026-06-11"
    )


def read(snapshot: Snapshot, endpoint_id: str) -> str | None:
    try:
        return snapshot.get(endpoint_id).url
    except errors.NotFoundError:
        return None


def wrong_reads(seed: int) -> list[str]:
    """The reads of one world that no plain read could have given."""
    chance = random.Random(seed)  # noqa: S311 a world has to be found again
    world = World(chance)
    snapshot = Snapshot(cast("Client", world), clock=lambda: world.now)
    wrong, last_write = [], 0.0
    for _ in range(chance.randrange(40)):
        if not world.history:
            break
        endpoint_id = chance.choice(list(world.history))
        if chance.random() < 0.1:
            with snapshot.writing():
                world.happen()
            last_write = world.now
            continue
        begin = max(world.now - LASTS_SECONDS, last_write)
        url = read(snapshot, endpoint_id)
        if url not in set(world.urls_between(endpoint_id, begin, world.now)):
            wrong.append(f"seed {seed}: {endpoint_id} was read as {url}")
    return wrong


@pytest.mark.parametrize("part", range(10))
def test_a_read_by_a_listing_is_one_that_a_plain_read_could_have_given(part: int) -> None:
    for seed in range(part * WORLDS // 10, (part + 1) * WORLDS // 10):
        assert wrong_reads(seed) == []
        count_cases("random worlds of reads by a listing")


def test_nothing_that_exists_throughout_is_taken_for_deleted_by_any_thread() -> None:
    for seed in range(WORLDS_OF_THREADS):
        world = World(random.Random(seed))  # noqa: S311 a world has to be found again
        world.kept = set(world.history)
        reads = partial(read, Snapshot(cast("Client", world)))
        with ThreadPoolExecutor(4) as pool:
            assert all(pool.map(reads, [*world.kept] * 3)), f"seed {seed}"
        count_cases("random worlds of reads by threads")
