from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from pulumi_kinetic import errors
from pulumi_kinetic.client import Client
from pulumi_kinetic.snapshot import FEW, LASTS_SECONDS, Snapshot
from support.emulator import EmulatorClient
from support.scripted_api import answering

PLUGIN_THREADS, DYNAMIC_THREADS = 32, 4
ENDPOINT = {
    "webhook_endpoint_id": "we_1",
    "url": "https://example.com/listed",
    "enabled_events": ["*"],
    "status": "enabled",
    "created_at": "2026-06-11T00:00:00Z",
}


def paths(emulator: EmulatorClient) -> list[str]:
    return [request["path"].rpartition("/")[2].partition("_")[0] for request in emulator.requests()]


@pytest.mark.parametrize("threads", [DYNAMIC_THREADS, PLUGIN_THREADS])
@pytest.mark.parametrize("order", ["oldest first", "newest first"])
def test_a_thousand_reads_cost_ten_pages_and_few_gets(
    api: Client, emulator: EmulatorClient, threads: int, order: str
) -> None:
    made = emulator.seed(1000)
    emulator.clear_log()
    snapshot = Snapshot(api)
    wanted = made if order == "oldest first" else made[::-1]
    with ThreadPoolExecutor(threads) as pool:
        read = list(pool.map(snapshot.get, wanted))
    assert [remote.webhook_endpoint_id for remote in read] == wanted
    asked = paths(emulator)
    assert asked.count("webhook") == 10
    assert len(asked) <= 10 + max(10, threads)


@pytest.mark.parametrize("threads", [1, DYNAMIC_THREADS])
def test_ten_of_ten_thousand_cost_at_most_twenty_requests(api: Client, emulator: EmulatorClient, threads: int) -> None:
    made = [endpoint_id for _ in range(10) for endpoint_id in emulator.seed(1000)]
    emulator.clear_log()
    snapshot = Snapshot(api)
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(snapshot.get, made[::1000]))
    assert len(emulator.requests()) <= 20


def test_a_few_reads_are_gets(api: Client, emulator: EmulatorClient) -> None:
    made = emulator.seed(200)
    emulator.clear_log()
    snapshot = Snapshot(api)
    for endpoint_id in made[:FEW]:
        snapshot.get(endpoint_id)
    assert "webhook" not in paths(emulator)


def listed(api: Client, emulator: EmulatorClient, clock: Callable[[], float] = lambda: 0.0) -> tuple[Snapshot, str]:
    """A snapshot that has listed all, and an endpoint in it that nobody has asked for."""
    made = emulator.seed(FEW + 2)
    snapshot = Snapshot(api, clock=clock)
    for endpoint_id in made[:-1]:
        snapshot.get(endpoint_id)
    emulator.clear_log()
    return snapshot, made[-1]


def test_what_was_listed_needs_no_request(api: Client, emulator: EmulatorClient) -> None:
    snapshot, endpoint_id = listed(api, emulator)
    assert snapshot.get(endpoint_id).webhook_endpoint_id == endpoint_id
    assert emulator.requests() == []


def test_what_a_listing_does_not_have_is_read_by_a_get(api: Client, emulator: EmulatorClient) -> None:
    snapshot, _ = listed(api, emulator)
    (later,) = emulator.seed(1)
    assert snapshot.get(later).webhook_endpoint_id == later
    with pytest.raises(errors.NotFoundError):
        snapshot.get("we_none")


def test_nothing_that_was_listed_before_a_write_is_served_after_it(api: Client, emulator: EmulatorClient) -> None:
    snapshot, endpoint_id = listed(api, emulator)
    with snapshot.writing():
        emulator.edit(endpoint_id, status="disabled")
    assert snapshot.get(endpoint_id).status == "disabled"


def test_a_failed_write_counts_as_a_write(api: Client, emulator: EmulatorClient) -> None:
    snapshot, endpoint_id = listed(api, emulator)
    emulator.edit(endpoint_id, status="disabled")
    with pytest.raises(errors.KineticError), snapshot.writing():
        raise errors.KineticError("no answer")
    assert snapshot.get(endpoint_id).status == "disabled"


def test_a_listing_lasts_a_minute(api: Client, emulator: EmulatorClient) -> None:
    now = [0.0]
    snapshot, endpoint_id = listed(api, emulator, lambda: now[0])
    emulator.edit(endpoint_id, status="disabled")
    now[0] = LASTS_SECONDS
    assert snapshot.get(endpoint_id).status == "enabled"
    now[0] += 0.1
    assert snapshot.get(endpoint_id).status == "disabled"


@pytest.mark.parametrize(
    "listing",
    [
        httpx.Response(403, json={"error": {"code": "forbidden"}}),
        httpx.Response(404, text="<html>"),
        httpx.Response(200, json={"data": [], "has_more": True}),
        httpx.Response(200, json={"data": [{**ENDPOINT, "created_at": None}], "has_more": False}),
        httpx.Response(200, json={"data": [{**ENDPOINT, "enabled_events": None}], "has_more": False}),
        httpx.Response(200, json={"data": [{"id": 1}], "has_more": False}),
    ],
)
def test_where_the_listing_is_of_no_use_reads_are_gets(listing: httpx.Response) -> None:
    by_get = {**ENDPOINT, "url": "https://example.com/by-get"}
    gets = [httpx.Response(200, json=by_get) for _ in range(FEW + 2)]
    api, requests = answering(*gets[:FEW], listing, *gets[FEW:])
    snapshot = Snapshot(api)
    assert {snapshot.get("we_1").url for _ in range(FEW + 2)} == {by_get["url"]}
    assert [request.url.path.endswith("we_1") for request in requests] == [*[True] * FEW, False, True, True]
