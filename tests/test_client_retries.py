from collections.abc import Callable
from typing import Any

import httpx
import pytest

from pulumi_kinetic import errors, retries
from pulumi_kinetic.client import Client
from support.emulator import EmulatorClient
from support.scripted_api import BODY, URL, answering

CONNECTION = httpx.ConnectError("refused")
TABLE = [
    ("GET", CONNECTION, True),
    ("POST", CONNECTION, True),
    ("PATCH", httpx.ReadTimeout("slow"), True),
    ("DELETE", httpx.RemoteProtocolError("cut"), True),
    *[(method, status, True) for method in ("GET", "POST", "PATCH", "DELETE") for status in (408, 429, 500, 502, 503)],
    *[(method, status, False) for method in ("GET", "POST", "PATCH", "DELETE") for status in (400, 401, 403, 404, 422)],
    ("POST", 409, True),
    ("PATCH", 409, False),
    ("DELETE", 409, False),
    ("GET", 301, False),
    ("POST", "cut JSON", True),
    ("GET", "captive portal", True),
]


def attempt(api: Client, method: str) -> object:
    calls: dict[str, Callable[[], object]] = {
        "GET": lambda: api.get("we_1"),
        "POST": lambda: api.create(BODY, "key-1", URL),
        "PATCH": lambda: api.update("we_1", {"status": "enabled"}),
        "DELETE": lambda: api.delete("we_1"),
    }
    return calls[method]()


def answer_of(outcome: object) -> httpx.Response | Exception:
    if isinstance(outcome, Exception):
        return outcome
    if isinstance(outcome, int):
        return httpx.Response(outcome)
    return httpx.Response(200, text='{"webhook_endpoint_id": "we_1", "ur' if outcome == "cut JSON" else "<html>Log in")


@pytest.mark.parametrize(("method", "outcome", "retried"), TABLE)
def test_what_may_pass_is_tried_again_and_nothing_else(
    waits: list[float], method: str, outcome: object, *, retried: bool
) -> None:
    api, requests = answering(answer_of(outcome), httpx.Response(400), max_retries=1)
    with pytest.raises(errors.ApiError):
        attempt(api, method)
    assert len(requests) == len(waits) + 1 == (2 if retried else 1)
    assert len({(request.content, request.headers.get("Idempotency-Key")) for request in requests}) == 1


@pytest.mark.parametrize(
    ("number", "asked", "shortest", "longest"),
    [(1, 0, 0, 0.5), (2, 0, 0, 1), (5, 0, 0, 8), (9, 0, 0, 20), (1, 3, 3, 3.5)],
)
def test_a_wait_is_full_jitter_above_what_the_server_asks(
    number: int, asked: float, shortest: float, longest: float
) -> None:
    assert retries.wait_seconds(number, asked, 0.0) == shortest
    assert retries.wait_seconds(number, asked, 1.0) == longest


def test_the_number_of_retries_has_an_end(waits: list[float]) -> None:
    api, requests = answering(*[httpx.Response(503)] * 9, max_retries=3)
    with pytest.raises(errors.ServerError):
        api.get("we_1")
    assert (len(requests), len(waits)) == (4, 3)


def test_a_wait_beyond_the_deadline_is_not_begun(waits: list[float]) -> None:
    api, requests = answering(httpx.Response(429, headers={"Retry-After": "86400"}), max_retries=3)
    with pytest.raises(errors.TooManyRequestsError, match=r"retry after 86400 s"):
        api.get("we_1")
    assert (len(requests), waits) == (1, [])


def test_no_attempt_is_begun_where_a_wait_lasts_beyond_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr("pulumi_kinetic.client.time.monotonic", lambda: now[0])
    monkeypatch.setattr("pulumi_kinetic.client.time.sleep", lambda _: now.append(now.pop() + 1000))
    api, requests = answering(httpx.Response(503), httpx.Response(503), max_retries=3)
    with pytest.raises(errors.ServerError):
        api.get("we_1")
    assert len(requests) == 1


def test_retry_after_is_obeyed(waits: list[float]) -> None:
    answer = {"webhook_endpoint_id": "we_1", "url": "https://a.example", "status": "enabled"}
    limited = httpx.Response(429, headers={"Retry-After": "2"})
    api, _ = answering(limited, httpx.Response(200, json=answer), max_retries=1)
    assert api.get("we_1").url == "https://a.example"
    assert 2 <= waits[0] <= 2.5


@pytest.mark.parametrize("fault", [{"drop": True}, {"half_body": True}, {"drop": True, "commit": False}])
def test_a_create_cut_off_is_made_once_and_keeps_its_secret(
    api: Client, emulator: EmulatorClient, waits: list[float], fault: dict[str, Any]
) -> None:
    emulator.faults({"method": "POST", **fault})
    created = api.create(BODY, "key-1", URL)
    (truth,) = emulator.truth().values()
    assert created.signing_secret is not None
    assert created.signing_secret.get_secret_value() == truth["signing_secret"]
    assert len(waits) == 1


def test_a_slow_answer_is_given_up_and_asked_for_again(
    emulator: EmulatorClient, api_with: Callable[..., Client]
) -> None:
    emulator.faults({"method": "POST", "delay_after_seconds": 2.5})
    created = api_with(timeout_seconds=1).create(BODY, "key-1", URL)
    assert list(emulator.truth()) == [created.webhook_endpoint_id]


def test_a_create_in_flight_is_waited_for(emulator: EmulatorClient, api_with: Callable[..., Client]) -> None:
    emulator.faults({"method": "POST", "delay_in_flight_seconds": 1.2})
    created = api_with(timeout_seconds=0.3, max_retries=20).create(BODY, "key-1", URL)
    assert list(emulator.truth()) == [created.webhook_endpoint_id]
    assert 409 in [request["status"] for request in emulator.requests("POST")]
