import re
from collections.abc import Callable
from contextlib import suppress
from email.utils import parsedate_to_datetime

import httpx
import pytest

from pulumi_kinetic import client, errors
from pulumi_kinetic.client import Client
from support.emulator import KEY, EmulatorClient
from support.scripted_api import BODY, URL, answering


def test_create_returns_the_endpoint_with_its_secret(api: Client, emulator: EmulatorClient) -> None:
    created = api.create(BODY, "key-1", URL)
    truth = emulator.truth()[created.webhook_endpoint_id]
    assert created.signing_secret is not None
    assert created.signing_secret.get_secret_value() == truth["signing_secret"]
    assert (created.url, created.enabled_events, created.status) == ("https://example.com/hooks", ["a"], "enabled")


def test_get_returns_the_endpoint_without_a_secret(api: Client) -> None:
    created = api.create(BODY, "key-1", URL)
    assert api.get(created.webhook_endpoint_id) == created.model_copy(update={"signing_secret": None})


def test_update_sends_the_given_fields_alone(api: Client, emulator: EmulatorClient) -> None:
    created = api.create(BODY, "key-1", URL)
    changed = api.update(created.webhook_endpoint_id, {"status": "disabled"})
    assert changed.status == "disabled"
    assert [request["body"] for request in emulator.requests("PATCH")] == ['{"status":"disabled"}']


def test_delete_removes_the_endpoint(api: Client, emulator: EmulatorClient) -> None:
    created = api.create(BODY, "key-1", URL)
    api.delete(created.webhook_endpoint_id)
    assert emulator.truth() == {}


def test_the_same_key_and_body_create_once(api: Client, emulator: EmulatorClient) -> None:
    assert api.create(BODY, "key-1", URL) == api.create(BODY, "key-1", URL)
    assert len(emulator.truth()) == 1


@pytest.mark.parametrize(
    ("call", "method", "path", "body"),
    [
        (lambda api: api.create(BODY, "key-1", URL), "POST", "/v1/webhook_endpoints", BODY),
        (lambda api: api.page(), "GET", "/v1/webhook_endpoints?limit=100", b""),
        (lambda api: api.get("we_1"), "GET", "/v1/webhook_endpoints/we_1", b""),
        (lambda api: api.update("we_1", {"status": "x"}), "PATCH", "/v1/webhook_endpoints/we_1", b'{"status":"x"}'),
        (lambda api: api.delete("we_1"), "DELETE", "/v1/webhook_endpoints/we_1", b""),
        (lambda api: api.get("we/1?x"), "GET", "/v1/webhook_endpoints/we%2F1%3Fx", b""),
    ],
)
def test_requests_are_as_the_reference_says(
    call: Callable[[Client], object], method: str, path: str, body: bytes
) -> None:
    api, requests = answering(httpx.Response(400))
    with pytest.raises(errors.RejectedError):
        call(api)
    (request,) = requests
    assert (request.method, request.url.raw_path.decode(), request.content) == (method, path, body)
    assert request.headers["Authorization"] == f"Bearer {KEY}"
    assert request.headers["MD-Version"] == "2026-06-11"
    assert request.headers.get("Content-Type") == ("application/json" if body else None)
    assert request.headers.get("Idempotency-Key") == ("key-1" if method == "POST" else None)
    assert request.headers["User-Agent"].startswith("pulumi-kinetic/")


def test_connections_are_reused(emulator: EmulatorClient) -> None:
    opened = []
    inner = httpx.HTTPTransport()

    def handle(request: httpx.Request) -> httpx.Response:
        request.extensions["trace"] = lambda name, _info: opened.append(name)
        return inner.handle_request(request)

    api = Client(emulator.settings(), httpx.MockTransport(handle))
    list(api.list())
    list(api.list())
    assert opened.count("connection.connect_tcp.complete") == 1
    inner.close()


@pytest.mark.parametrize("newest_first", [True, False])
def test_list_gives_all_pages_forward_and_backward(
    api: Client, emulator: EmulatorClient, *, newest_first: bool
) -> None:
    emulator.assume(newest_first=newest_first)
    ids = emulator.seed(250)
    expected = list(reversed(ids)) if newest_first else ids
    assert [endpoint.webhook_endpoint_id for endpoint in api.list()] == expected
    assert [endpoint.webhook_endpoint_id for endpoint in api.list(starting_after=expected[9])] == expected[10:]
    assert [endpoint.webhook_endpoint_id for endpoint in api.list(ending_before=expected[-1])] == expected[:-1][::-1]


def test_list_asks_for_a_page_only_when_it_is_needed(api: Client, emulator: EmulatorClient) -> None:
    emulator.seed(250)
    next(iter(api.list()))
    assert [request["query"] for request in emulator.requests("GET")] == ["limit=100"]


def test_fields_beyond_the_reference_are_ignored(api: Client, emulator: EmulatorClient) -> None:
    emulator.assume(extra_fields=True)
    created = api.create(BODY, "key-1", URL)
    assert api.get(created.webhook_endpoint_id).url == "https://example.com/hooks"
    assert len(list(api.list())) == 1


def test_the_same_fields_give_the_same_bytes() -> None:
    assert client.encode({"url": "u", "enabled_events": ["a"]}) == client.encode({"enabled_events": ["a"], "url": "u"})


def test_each_request_has_a_line_for_debugging_without_a_secret(emulator: EmulatorClient) -> None:
    lines: list[str] = []
    api = Client(emulator.settings(), debug=lines.append)
    try:
        api.create(BODY, "key-1", f"{URL}/token")
        list(api.list())
    finally:
        api.close()
    ids = [request["request_id"] for request in emulator.requests()]
    create, listing = (re.sub(r"\d+ ms", "N ms", line) for line in lines)
    assert create == f'create a webhook endpoint for "https://example.com": 201 in N ms (request id {ids[0]})'
    assert listing == f"list webhook endpoints: 200 in N ms (request id {ids[1]})"


def test_each_answer_has_its_date_told_a_refusal_too(emulator: EmulatorClient) -> None:
    dates: list[str] = []
    for key in ("md_test_unknown", "md_test_emulator"):
        connected = Client(emulator.settings(api_key=key), dated=dates.append)
        with suppress(errors.UnauthorizedError):
            connected.page()
        connected.close()
    assert len([parsedate_to_datetime(date) for date in dates]) == 2


def test_what_is_public_of_an_endpoint_is_everything_but_its_secret(api: Client, emulator: EmulatorClient) -> None:
    created = api.create(BODY, "key-1", URL)
    truth = emulator.truth()[created.webhook_endpoint_id]
    assert created.signing_secret is not None
    assert created.public() == {
        name: value for name, value in truth.items() if name not in ("signing_secret", "environment", "organization")
    }
