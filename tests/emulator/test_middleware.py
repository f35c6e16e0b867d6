"""What surrounds the emulated API: gateways in its place, the rate limit, answers that trickle."""

import socket
import threading
from typing import get_args

import httpx
import pytest

from pulumi_kinetic.emulator.gateway import GATEWAYS, GatewayName
from pulumi_kinetic.emulator.rate_limit import RateLimit
from pulumi_kinetic.emulator.server import Server
from support.emulator import EmulatorClient

PATH = "/v1/webhook_endpoints"
BODY = {"url": "https://example.com/md/webhooks"}


@pytest.mark.parametrize("name", get_args(GatewayName))
def test_a_gateway_answers_every_request_and_does_no_work(emulator: EmulatorClient, name: GatewayName) -> None:
    (endpoint_id,) = emulator.seed(1)
    emulator.assume(gateway=name)
    item = f"{PATH}/{endpoint_id}"
    answers = [
        emulator.http.get(PATH),
        emulator.http.get(item),
        emulator.http.get("/elsewhere"),
        emulator.http.post(PATH, json=BODY),
        emulator.http.patch(item, json=BODY),
        emulator.http.delete(item),
    ]
    assert {(answer.status_code, answer.text) for answer in answers} == {(GATEWAYS[name].status, GATEWAYS[name].body)}
    assert all("MD-Request-Id" not in answer.headers for answer in answers)
    assert [endpoint["url"] for endpoint in emulator.truth().values()] == ["https://example.com/seed/0"]
    assert len(emulator.requests()) == len(answers)


def test_a_login_wall_redirects(emulator: EmulatorClient) -> None:
    emulator.assume(gateway="login")
    assert emulator.http.get(PATH).headers["Location"] == "/login"


def test_a_limit_refuses_the_requests_above_it_before_any_work(emulator: EmulatorClient) -> None:
    emulator.assume(requests_per_second=2)
    answers = [emulator.http.post(PATH, json=BODY) for _ in range(20)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert {answer.headers["Retry-After"] for answer in refused} == {"1"}
    assert len(emulator.truth()) == len(answers) - len(refused)


def test_a_limit_can_keep_to_itself_when_to_come_again(emulator: EmulatorClient) -> None:
    emulator.assume(requests_per_second=1, retry_after_header=False)
    answers = [emulator.http.get(PATH) for _ in range(10)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert all("Retry-After" not in answer.headers for answer in refused)


@pytest.mark.parametrize(
    ("times", "accepted"),
    [
        ([0, 0.1, 0.2], [True, True, False]),
        ([0, 0.1, 0.9, 1.05], [True, True, False, True]),
        ([0, 0.1, 0.2, 0.3, 1.0, 1.1, 1.2], [True, True, False, False, True, True, False]),
    ],
)
def test_the_limit_is_for_any_second_and_counts_what_passed(times: list[float], accepted: list[bool]) -> None:
    limit = RateLimit()
    assert [limit.accepts(now, 2) for now in times] == accepted


@pytest.mark.parametrize("headers", [False, True])
def test_an_answer_can_trickle(emulator: EmulatorClient, *, headers: bool) -> None:
    emulator.seed(1)
    whole = emulator.http.get(PATH)
    emulator.faults({"trickle_seconds": 0.0005, "trickle_headers": headers})
    with emulator.http.stream("GET", PATH) as response:
        chunks = list(response.iter_raw())
    assert b"".join(chunks) == whole.content
    assert len(chunks) > 10
    assert (response.status_code, response.headers["Content-Type"]) == (200, whole.headers["Content-Type"])


def test_an_answer_whose_headers_trickle_begins_with_one_byte(emulator: EmulatorClient) -> None:
    emulator.faults({"trickle_seconds": 0.05, "trickle_headers": True})
    address = httpx.URL(emulator.url)
    with socket.create_connection((address.host, address.port or 0), timeout=5) as client:
        client.sendall(f"GET {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        assert client.recv(4096) == b"H"


def test_an_emulator_ends_although_an_answer_trickles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pulumi_kinetic.emulator.server._GRACE_SECONDS", 1)
    server = Server()
    server.__enter__()
    with EmulatorClient(server.url) as emulator:
        emulator.faults({"trickle_seconds": 3600})
        with emulator.http.stream("GET", PATH):
            ending = threading.Thread(target=server.__exit__, args=(None, None, None), daemon=True)
            ending.start()
            ending.join(20)
    assert not ending.is_alive()
