"""The emulator's faults, as a client meets them."""

import json

import httpx
import pytest

from support.emulator import EmulatorClient

PATH = "/v1/webhook_endpoints"
BODY = {"url": "https://example.com/md/webhooks", "enabled_events": ["judgment.created", "packet.created"]}


def create(emulator: EmulatorClient, body: object = BODY, **headers: str) -> httpx.Response:
    return emulator.http.post(
        PATH, json=body, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


def test_a_fault_can_come_before_or_after_the_work(emulator: EmulatorClient) -> None:
    emulator.faults({"status": 500, "commit": False}, {"status": 500})
    assert create(emulator).status_code == 500
    assert emulator.truth() == {}
    assert create(emulator).status_code == 500
    assert len(emulator.truth()) == 1
    assert create(emulator).status_code == 201


@pytest.mark.parametrize(("commit", "count"), [(False, 0), (True, 1)])
def test_a_connection_can_be_dropped(emulator: EmulatorClient, *, commit: bool, count: int) -> None:
    emulator.faults({"drop": True, "commit": commit})
    with pytest.raises(httpx.TransportError):
        create(emulator)
    assert len(emulator.truth()) == count


def test_an_answer_can_end_in_the_middle_of_its_body(emulator: EmulatorClient) -> None:
    emulator.faults({"half_body": True})
    request = emulator.http.build_request("POST", PATH, json=BODY)
    response = emulator.http.send(request, stream=True)
    assert response.status_code == 201
    with pytest.raises(httpx.TransportError):
        response.read()
    response.close()


def test_a_fault_is_for_the_requests_that_it_names(emulator: EmulatorClient) -> None:
    emulator.faults({"method": "GET", "path": "we_", "skip": 1, "times": 2, "status": 503, "commit": False})
    (endpoint_id,) = emulator.seed(1)
    assert emulator.http.get(PATH).status_code == 200
    statuses = [emulator.http.get(f"{PATH}/{endpoint_id}").status_code for _ in range(4)]
    assert statuses == [200, 503, 503, 200]


def test_a_fault_can_add_headers_and_a_body(emulator: EmulatorClient) -> None:
    page = {"status": 502, "commit": False, "body": "<html>", "content_type": "text/html"}
    emulator.faults({**page, "headers": {"Retry-After": "3"}})
    response = emulator.http.get(PATH)
    assert (response.status_code, response.text) == (502, "<html>")
    assert (response.headers["Retry-After"], response.headers["Content-Type"]) == ("3", "text/html")


def test_a_misspelled_fault_is_refused(emulator: EmulatorClient) -> None:
    assert emulator.http.put("/_emulator/faults", json=[{"statsu": 500}]).status_code == 422


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"status": 500, "body": "\ud800"}, "body: has a lone surrogate (U+D800), which UTF-8 can't send"),
        ({"status": 500, "content_type": "\udfff"}, "content_type: has a lone surrogate (U+DFFF)"),
        ({"status": 500, "content_type": "a\r\nb: c"}, "content_type: has a control character"),
        ({"headers": {"x": "\ud800"}}, "x: has a lone surrogate"),
        ({"headers": {"x": "a\nb: c"}}, "x: has a control character"),
        ({"headers": {"a b": "c"}}, "is no name of a header"),
        ({"headers": {"": "c"}}, "is no name of a header"),
        ({"delay_seconds": -1}, "delay_seconds: Input should be greater than or equal to 0"),
        ({"delay_seconds": float("nan")}, "delay_seconds: Input should be a finite number"),
        ({"trickle_seconds": float("inf")}, "trickle_seconds: Input should be a finite number"),
    ],
)
def test_what_cannot_be_sent_or_waited_for_is_refused(
    emulator: EmulatorClient, fault: dict[str, object], message: str
) -> None:
    headers = {"Content-Type": "application/json"}
    refused = emulator.http.put("/_emulator/faults", content=json.dumps([fault]), headers=headers)
    assert refused.status_code == 422
    assert message in refused.json()["error"]["message"]
    assert create(emulator).status_code == 201


@pytest.mark.parametrize("body", ["no JSON", "[1]", ""])
def test_an_answer_that_can_have_no_secret_stays_as_it_is_without_one(emulator: EmulatorClient, body: str) -> None:
    emulator.faults({"status": 502, "body": body, "without_secret": True})
    response = create(emulator)
    assert (response.status_code, response.text) == (502, body)
