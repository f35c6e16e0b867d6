"""The emulator's faults, as a client meets them."""

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
    with pytest.raises(httpx.HTTPStatusError):
        emulator.faults({"statsu": 500})
