"""Ten thousand answers of hostile servers: each call ends, in an endpoint or in a clear message of ours."""

import random
import re
import resource
import socket
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import cast

import grpc
import httpx
import pytest
from click.testing import CliRunner

from pulumi_kinetic import errors, transport
from pulumi_kinetic.answers import RemoteEndpoint
from pulumi_kinetic.cli.main import main
from pulumi_kinetic.client import Client
from pulumi_kinetic.endpoint import Inputs, State
from pulumi_kinetic.journal import Journal
from pulumi_kinetic.lifecycle import Lifecycle
from pulumi_kinetic.settings import Settings
from support.case_counter import count_cases
from support.declarations import ADDRESS
from support.doors import DOORS, Door
from support.emulator import KEY
from support.exports import exported
from support.hostile_answers import ID, Answer, random_answer
from support.pulumi_stub import Cli, answering
from support.raw_server import RawServer, read_request
from support.scripted_api import BODY, URL

CASES = 10_000
CASES_OF_A_LIFECYCLE = 600
CASES_OF_A_DOOR = 250
TIMEOUT_SECONDS = 0.06
PAUSE = threading.Event()  # never set; time.sleep is what `waits` replaces
GROWTH_KIB = 150 * 1024
NOT_OURS = re.compile(
    r"defect|Traceback|pydantic|Input should|validation error|Value error|object at 0x", re.IGNORECASE
)
INPUTS: Inputs = {"url": URL, "enabledEvents": ["a"], "status": "enabled"}
CALLS: list[Callable[[Client], object]] = [
    lambda api: api.get(ID),
    lambda api: api.create(BODY, "0c5f7a1e-key", URL),
    lambda api: api.update(ID, {"status": "disabled"}),
    lambda api: api.delete(ID),
    lambda api: list(api.list(skipped=expect_clear)),
]


class HostileServer(RawServer):
    """Answers every request with the same answer, until it gets another one."""

    def __init__(self) -> None:
        super().__init__(self._answer)
        self.answer = Answer([b""])

    def _answer(self, connection: socket.socket) -> None:
        while read_request(connection):
            for part in self.answer.parts:
                connection.sendall(part)
                PAUSE.wait(self.answer.pause_seconds)
            if not self.answer.keeps_open:
                return


@pytest.fixture(scope="module")
def server() -> Iterator[HostileServer]:
    with HostileServer() as running:
        yield running


def settings(server: HostileServer, max_retries: int = 0) -> Settings:
    given = {"api_key": KEY, "base_url": server.url, "timeout_seconds": TIMEOUT_SECONDS, "max_retries": max_retries}
    return Settings.model_validate(given)


def expect_clear(text: str) -> None:
    """What a user reads is ours, short, and can be shown."""
    assert not NOT_OURS.search(text)
    assert KEY not in text
    assert "0c5f7a1e" not in text
    assert "whsec_" not in text
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]", text)
    assert len(text) < 1500


def outcome(call: Callable[[], object]) -> object:
    """What a call returns, or its error."""
    try:
        return call()
    except errors.KineticError as error:
        expect_clear(str(error))
        return error


def failure_of(call: Callable[[], object]) -> str:
    """What a call over gRPC says when it fails; "" when it doesn't."""
    try:
        call()
    except grpc.RpcError as error:
        return str(error.details())
    return ""


def answers_of(server: HostileServer, cases: int, what: str) -> Iterator[int]:
    for seed in range(cases):
        server.answer = random_answer(random.Random(f"{what} {seed}"))  # noqa: S311 the same cases each time
        count_cases(what)
        yield seed


@pytest.fixture
def attempts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The method of each attempt that the client makes."""
    made: list[str] = []
    fetch = transport.fetch

    def noted(client: httpx.Client, request: httpx.Request, seconds: float) -> httpx.Response:
        made.append(request.method)
        assert seconds <= TIMEOUT_SECONDS
        return fetch(client, request, seconds)

    monkeypatch.setattr(transport, "fetch", noted)
    return made


def test_each_call_ends_in_an_endpoint_or_in_a_clear_error(
    server: HostileServer, waits: list[float], attempts: list[str]
) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    done = 0
    for seed in answers_of(server, CASES, "hostile answers to the client"):
        api = Client(settings(server, max_retries=seed % 2))
        result = outcome(partial(CALLS[seed % len(CALLS)], api))
        api.close()
        assert not isinstance(result, errors.KineticError) or isinstance(result, errors.ApiError)
        limited = b" 429" in b"".join(server.answer.parts)  # asked again until the deadline
        assert len(attempts) <= seed % 2 + 1 or limited or seed % len(CALLS) == len(CALLS) - 1
        if isinstance(result, RemoteEndpoint):
            assert result.webhook_endpoint_id == ID or seed % len(CALLS) == 1
            result.model_dump_json()  # all of it is text that a state can hold
        done += not isinstance(result, errors.KineticError)
        waits.clear()
        attempts.clear()
    assert CASES / 20 < done < CASES / 2  # some are good, most are not
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < GROWTH_KIB


def test_each_step_of_the_lifecycle_ends_so_too(server: HostileServer, waits: list[float], tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    for seed in answers_of(server, CASES_OF_A_LIFECYCLE, "hostile answers to the lifecycle"):
        api = Client(settings(server))
        life = Lifecycle(settings(server), api, journal, warn=expect_clear)
        checked = life.check({}, INPUTS, ADDRESS).inputs
        state = cast("State", {**checked, "environment": "sandbox", "signingSecret": "s"})
        steps: list[Callable[[], object]] = [
            partial(life.create, checked),
            partial(life.read, ID, state),
            partial(life.update, ID, state, {**checked, "status": "disabled"}),
            partial(life.delete, ID, state),
        ]
        outcome(steps[seed % len(steps)])
        api.close()
        waits.clear()
        for record in list(journal.records()):
            journal.close(record)


@pytest.mark.parametrize("kind", DOORS, ids=["dynamic", "plugin"])
def test_each_call_of_the_engine_ends_so_too(server: HostileServer, kind: Callable[..., Door]) -> None:
    config = {"apiKey": KEY, "baseUrl": server.url, "timeoutSeconds": str(TIMEOUT_SECONDS), "maxRetries": "0"}
    with kind(config) as door:
        for seed in answers_of(server, CASES_OF_A_DOOR, f"hostile answers to {kind.__name__}"):
            checked = {**INPUTS, "idempotencyKey": f"0c5f7a1e-{seed}"}
            state = {**checked, "environment": "sandbox", "signingSecret": "s"}
            steps: list[Callable[[], object]] = [
                partial(door.create, checked),
                partial(door.read, ID, state),
                partial(door.update, ID, state, {**state, "status": "disabled"}),
                partial(door.delete, ID, state),
            ]
            text = failure_of(steps[seed % len(steps)])
            # the SDK's server puts a few lines of traceback before what our provider says
            expect_clear(text.rpartition("pulumi_kinetic.errors.")[2])
            assert not text or "could not" in text


def test_the_command_ends_so_too(server: HostileServer, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    cli(answering(exported([]), {}))
    monkeypatch.setenv("KINETIC_API_KEY", KEY)
    monkeypatch.setenv("KINETIC_BASE_URL", server.url)
    monkeypatch.setattr("pulumi_kinetic.settings.load", lambda *_: settings(server))
    for _ in answers_of(server, CASES_OF_A_DOOR, "hostile answers to the command"):
        result = CliRunner().invoke(main, ["drift", "--unmanaged"])
        assert result.exit_code in (0, 1, 3, 7)
        assert result.exception is None or isinstance(result.exception, SystemExit)
        if result.exit_code in (1, 3):
            assert result.stderr.startswith("Error: could not list webhook endpoints")
            expect_clear(result.stderr)


@pytest.mark.parametrize("head", [b"Content-Length: 629145600", b"Transfer-Encoding: chunked", b"X: until it closes"])
@pytest.mark.parametrize("status", [b"200", b"503"])
def test_a_body_of_600_megabytes_takes_little_memory(head: bytes, status: bytes) -> None:
    sent = 0

    def handle(connection: socket.socket) -> None:
        nonlocal sent
        read_request(connection)
        connection.sendall(b"HTTP/1.1 %s X\r\n%s\r\n\r\n" % (status, head))
        mebibyte = b"x" * 2**20
        part = b"100000\r\n%s\r\n" % mebibyte if b"chunked" in head else mebibyte
        for _ in range(600):
            connection.sendall(part)
            sent += 1

    with RawServer(handle) as big:
        given = {"api_key": KEY, "base_url": big.url, "timeout_seconds": 60, "max_retries": 0}
        api = Client(Settings.model_validate(given))
        tracemalloc.start()
        result = outcome(lambda: api.get(ID))
        _, peak_bytes = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        api.close()
    expected = "a body longer than 16 MiB" if status == b"200" else "failed (503)"
    assert expected in str(result)
    assert sent < 100
    assert peak_bytes < 64 * 2**20
