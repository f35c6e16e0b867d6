"""How open pages learn that something has changed: over real HTTP, by server-sent events."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx
import pytest

from pulumi_kinetic.emulator import changes
from pulumi_kinetic.emulator.server import Server
from support.emulator import EmulatorClient
from support.waiting import wait_until

EVENTS = "/_emulator/events"
WAIT_SECONDS = 20


@contextmanager
def listening(url: str) -> Iterator[Iterator[str]]:
    """The events of a stream, as their data."""
    with httpx.Client(base_url=url, timeout=WAIT_SECONDS) as http, http.stream("GET", EVENTS) as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        yield (line.removeprefix("data: ") for line in answer.iter_lines() if line)


def test_who_listens_is_told_at_once_and_of_each_change(emulator: EmulatorClient) -> None:
    with listening(emulator.url) as events:
        seen = [next(events)]
        emulator.seed(1)
        seen.append(next(events))
        emulator.http.get("/v1/webhook_endpoints")
        seen.append(next(events))
        emulator.clear_log()
        seen.append(next(events))
    assert len(set(seen)) == 4


def test_reading_is_no_change(emulator: EmulatorClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "_HEARTBEAT_SECONDS", 0.2)
    with listening(emulator.url) as events:
        first = next(events)
        for path in ("/", EVENTS.replace("events", "overview"), "/_emulator/log", "/_emulator/endpoints"):
            emulator.http.get(path)
        assert [next(events), next(events)] == [first, first]


@pytest.mark.parametrize("pause_seconds", [0, 0.5])
def test_a_stream_ends_whole_when_the_server_ends(monkeypatch: pytest.MonkeyPatch, pause_seconds: float) -> None:
    """While it waits for a change, and while it pauses."""
    monkeypatch.setattr(changes, "_PAUSE_SECONDS", pause_seconds)
    with ExitStack() as opened:
        with Server() as server:
            events = opened.enter_context(listening(server.url))
            next(events)
        # A stream that is cut raises an error here.
        assert list(events) == []


def test_who_is_gone_is_noticed_at_the_latest_by_the_heartbeat(
    emulator: EmulatorClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "MAX_LISTENERS", 2)
    monkeypatch.setattr("pulumi_kinetic.emulator.control.MAX_LISTENERS", 2)
    monkeypatch.setattr(changes, "_HEARTBEAT_SECONDS", 0.2)

    def answered() -> int:
        # The body isn't read: it has no end.
        with emulator.http.stream("GET", EVENTS) as answer:
            return answer.status_code

    with listening(emulator.url) as one, listening(emulator.url) as two:
        next(one)
        next(two)
        assert answered() == 503
    wait_until(lambda: answered() == 200, "the listeners that are gone to be noticed")


def test_a_client_that_reads_nothing_costs_nothing_and_holds_nobody_up(
    emulator: EmulatorClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "_PAUSE_SECONDS", 0)
    url = httpx.URL(emulator.url)
    with socket.create_connection((url.host, url.port or 0), timeout=WAIT_SECONDS) as silent:
        silent.sendall(f"GET {EVENTS} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        with listening(emulator.url) as events:
            seen = {next(events)}
            for _ in range(200):
                emulator.clear_log()
                seen.add(next(events))
    assert len(seen) > 1
