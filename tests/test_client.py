import json
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import httpx
import pytest

from pulumi_kinetic import client, errors
from pulumi_kinetic.client import Client
from pulumi_kinetic.settings import Settings
from support.emulator import KEY, READ_ONLY_KEY, EmulatorClient

BODY = client.encode({"url": "https://example.com/hooks", "enabled_events": ["a"]})
NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=timezone.utc)
HTML = {"commit": False, "content_type": "text/html", "body": "<html><title>Bad gateway</title></html>"}


def answering(*answers: httpx.Response | Exception, max_retries: int = 0) -> tuple[Client, list[httpx.Request]]:
    """A client of a server that gives these answers, one a request, and the requests that it gets."""
    coming, requests = iter(answers), []

    def handle(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        answer = next(coming)
        if isinstance(answer, Exception):
            raise answer
        return answer

    given = {"api_key": KEY, "base_url": "https://api.example", "max_retries": max_retries}
    return Client(Settings.model_validate(given), httpx.MockTransport(handle)), requests


def test_create_returns_the_endpoint_with_its_secret(api: Client, emulator: EmulatorClient) -> None:
    created = api.create(BODY, "key-1")
    truth = emulator.truth()[created.webhook_endpoint_id]
    assert created.signing_secret is not None
    assert created.signing_secret.get_secret_value() == truth["signing_secret"]
    assert (created.url, created.enabled_events, created.status) == ("https://example.com/hooks", ["a"], "enabled")


def test_get_returns_the_endpoint_without_a_secret(api: Client) -> None:
    created = api.create(BODY, "key-1")
    assert api.get(created.webhook_endpoint_id) == created.model_copy(update={"signing_secret": None})


def test_update_sends_the_given_fields_alone(api: Client, emulator: EmulatorClient) -> None:
    created = api.create(BODY, "key-1")
    changed = api.update(created.webhook_endpoint_id, {"status": "disabled"})
    assert changed.status == "disabled"
    assert [one["body"] for one in emulator.requests("PATCH")] == ['{"status":"disabled"}']


def test_delete_removes_the_endpoint(api: Client, emulator: EmulatorClient) -> None:
    created = api.create(BODY, "key-1")
    api.delete(created.webhook_endpoint_id)
    assert emulator.truth() == {}


def test_the_same_key_and_body_create_once(api: Client, emulator: EmulatorClient) -> None:
    assert api.create(BODY, "key-1") == api.create(BODY, "key-1")
    assert len(emulator.truth()) == 1


@pytest.mark.parametrize(
    ("call", "method", "path", "body"),
    [
        (lambda api: api.create(BODY, "key-1"), "POST", "/v1/webhook_endpoints", BODY),
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
    assert [one.webhook_endpoint_id for one in api.list()] == expected
    assert [one.webhook_endpoint_id for one in api.list(starting_after=expected[9])] == expected[10:]
    assert [one.webhook_endpoint_id for one in api.list(ending_before=expected[-1])] == expected[:-1][::-1]


def test_list_asks_for_a_page_only_when_it_is_needed(api: Client, emulator: EmulatorClient) -> None:
    emulator.seed(250)
    next(iter(api.list()))
    assert [one["query"] for one in emulator.requests("GET")] == ["limit=100"]


def test_a_listing_that_never_ends_is_an_error() -> None:
    page = {"data": [], "has_more": True}
    api, _ = answering(httpx.Response(200, json=page))
    with pytest.raises(errors.UnreadableAnswerError, match="sends nothing new"):
        list(api.list())


def test_fields_beyond_the_reference_are_ignored(api: Client, emulator: EmulatorClient) -> None:
    emulator.assume(extra_fields=True)
    created = api.create(BODY, "key-1")
    assert api.get(created.webhook_endpoint_id).url == "https://example.com/hooks"
    assert len(list(api.list())) == 1


# -- retries: one table ------------------------------------------------------------------------------------

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
        "POST": lambda: api.create(BODY, "key-1"),
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
    assert len({(one.content, one.headers.get("Idempotency-Key")) for one in requests}) == 1


@pytest.mark.parametrize(
    ("number", "retry_after", "shortest", "longest"),
    [
        (1, None, 0, 0.5),
        (2, None, 0, 1),
        (5, None, 0, 8),
        (9, None, 0, 20),
        (1, "3", 3, 3.5),
        (1, " 3 ", 3, 3.5),
        (1, "1.5", 1.5, 2),
        (1, "0", 0, 0.5),
        (1, "100000", 100000, 100000.5),
        (1, "Mon, 23 Nov 2026 12:00:07 GMT", 7, 7.5),
        (1, "Mon, 23 Nov 2026 13:00:07 +0100", 7, 7.5),
        (1, "Mon, 23 Nov 2026 11:00:00 GMT", 0, 0.5),
        (1, "-5", 0, 0.5),
        (1, "soon", 0, 0.5),
        (1, "", 0, 0.5),
        (1, "Mon, 99 Foo 2026", 0, 0.5),
    ],
)
def test_a_wait_is_full_jitter_above_what_the_server_asks(
    number: int, retry_after: str | None, shortest: float, longest: float
) -> None:
    assert client.wait_seconds(number, retry_after, 0.0, NOW) == shortest
    assert client.wait_seconds(number, retry_after, 1.0, NOW) == longest


def test_the_number_of_retries_has_an_end(waits: list[float]) -> None:
    api, requests = answering(*[httpx.Response(503)] * 9, max_retries=3)
    with pytest.raises(errors.ServerError):
        api.get("we_1")
    assert (len(requests), len(waits)) == (4, 3)


def test_a_wait_beyond_the_deadline_is_not_begun(waits: list[float]) -> None:
    api, requests = answering(httpx.Response(429, headers={"Retry-After": "86400"}), max_retries=3)
    with pytest.raises(errors.TooManyRequestsError, match=r"asks to wait 86400"):
        api.get("we_1")
    assert (len(requests), waits) == (1, [])


def test_retry_after_is_obeyed(waits: list[float]) -> None:
    found = {"webhook_endpoint_id": "we_1", "url": "https://a.example", "status": "enabled"}
    limited = httpx.Response(429, headers={"Retry-After": "2"})
    api, _ = answering(limited, httpx.Response(200, json=found), max_retries=1)
    assert api.get("we_1").url == "https://a.example"
    assert 2 <= waits[0] <= 2.5


@pytest.mark.parametrize("fault", [{"drop": True}, {"half_body": True}, {"drop": True, "commit": False}])
def test_a_create_cut_off_is_made_once_and_keeps_its_secret(
    api: Client, emulator: EmulatorClient, waits: list[float], fault: dict[str, Any]
) -> None:
    emulator.faults({"method": "POST", **fault})
    created = api.create(BODY, "key-1")
    (truth,) = emulator.truth().values()
    assert created.signing_secret is not None
    assert created.signing_secret.get_secret_value() == truth["signing_secret"]
    assert len(waits) == 1


def test_a_slow_answer_is_given_up_and_asked_for_again(
    emulator: EmulatorClient, api_with: Callable[..., Client]
) -> None:
    emulator.faults({"method": "POST", "delay_after_seconds": 2.5})
    created = api_with(timeout_seconds=1).create(BODY, "key-1")
    assert list(emulator.truth()) == [created.webhook_endpoint_id]


def test_a_create_in_flight_is_waited_for(emulator: EmulatorClient, api_with: Callable[..., Client]) -> None:
    emulator.faults({"method": "POST", "delay_in_flight_seconds": 1.2})
    created = api_with(timeout_seconds=0.3, max_retries=20).create(BODY, "key-1")
    assert list(emulator.truth()) == [created.webhook_endpoint_id]
    assert 409 in [one["status"] for one in emulator.requests("POST")]


# -- errors ------------------------------------------------------------------------------------------------


def problem(call: Callable[[], object]) -> errors.ApiError:
    with pytest.raises(errors.ApiError) as raised:
        call()
    assert KEY not in str(raised.value)
    return raised.value


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (400, errors.RejectedError, "rejects the request (400)"),
        (401, errors.UnauthorizedError, "check kinetic:apiKey"),
        (403, errors.ForbiddenError, "lacks the scope webhook_endpoints:write (403)"),
        (404, errors.UnreadableAnswerError, "not taken as a deletion"),
        (409, errors.ConflictError, "conflict (409)"),
        (418, errors.RejectedError, "rejects the request (418)"),
        (422, errors.RejectedError, "rejects the request (422)"),
        (429, errors.TooManyRequestsError, "limits the rate of requests (429)"),
        (500, errors.ServerError, "failed (500)"),
        (302, errors.UnreadableAnswerError, "unexpected status 302"),
    ],
)
def test_each_status_has_its_error_and_says_what_was_done(status: int, kind: type, words: str) -> None:
    api, _ = answering(httpx.Response(status, json={"x": "the words"}, headers={"MD-Request-Id": "req_7"}))
    error = problem(lambda: api.update("we_1", {"status": "enabled"}))
    assert type(error) is kind
    assert str(error).startswith("could not update webhook endpoint we_1: ")
    assert words in str(error)
    assert str(error).endswith("The server says: the words (request id req_7)")
    assert (error.status, error.request_id) == (status, "req_7")


def test_a_read_that_is_forbidden_names_the_scope_for_reading() -> None:
    api, _ = answering(httpx.Response(403))
    assert "webhook_endpoints:read" in str(problem(lambda: api.get("we_1")))


def test_real_refusals_name_their_request(emulator: EmulatorClient, api_with: Callable[..., Client]) -> None:
    unknown, reader = api_with(api_key="md_test_wrong"), api_with(api_key=READ_ONLY_KEY)
    for call, kind in [
        (lambda: unknown.get("we_1"), errors.UnauthorizedError),
        (lambda: reader.create(BODY, "k"), errors.ForbiddenError),
    ]:
        error = problem(call)
        assert isinstance(error, kind)
        assert error.request_id == emulator.requests()[-1]["request_id"]


@pytest.mark.parametrize("shape", ["nested", "flat", "list", "string", "problem"])
def test_not_found_is_believed_in_any_json_shape(api: Client, emulator: EmulatorClient, shape: str) -> None:
    emulator.assume(error_shape=shape)
    assert isinstance(problem(lambda: api.get("we_none")), errors.NotFoundError)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/html", "<html><title>404 Not Found</title>nginx</html>"),
        ("text/html", "<html>not_found</html>"),
        ("text/plain", ""),
        ("text/plain", "not_found"),
        ("application/json", '{"error": "Not Found", "path": "/v1"}'),
        ("application/json", '{"error": "route_not_found"}'),
        ("application/json", '{"not_found": false}'),
        ("application/json", "null"),
    ],
)
def test_any_other_404_is_not_a_deletion(content_type: str, body: str) -> None:
    api, _ = answering(httpx.Response(404, headers={"Content-Type": content_type}, text=body))
    assert isinstance(problem(lambda: api.get("we_1")), errors.UnreadableAnswerError)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<html>Log in to the airport's network</html>",
        "[]",
        "null",
        "{}",
        '{"url": "https://a.example", "status": "enabled"}',
        '{"webhook_endpoint_id": "", "url": "https://a.example", "status": "enabled"}',
        '{"webhook_endpoint_id": "we_other", "url": "https://a.example", "status": "enabled"}',
        '{"webhook_endpoint_id": "we_1", "url": "https://a.example", "status": "enabled", "enabled_events": "a"}',
        '{"webhook_endpoint_id": "we_1"}',
    ],
)
def test_a_success_that_is_not_the_apis_is_an_error(text: str) -> None:
    api, _ = answering(httpx.Response(200, text=text))
    error = problem(lambda: api.get("we_1"))
    assert isinstance(error, errors.UnreadableAnswerError)
    assert "not an answer of the Kinetic API" in str(error)


@pytest.mark.parametrize("text", ["", "<html>", "{}", '{"deleted": false}', '{"deleted": "yes"}', "[true]"])
def test_only_a_confirmed_delete_counts(text: str) -> None:
    api, _ = answering(httpx.Response(200, text=text))
    assert isinstance(problem(lambda: api.delete("we_1")), errors.UnreadableAnswerError)


def test_a_page_of_html_is_told_by_its_title(api_with: Callable[..., Client], emulator: EmulatorClient) -> None:
    emulator.faults({"status": 502, **HTML})
    error = problem(lambda: api_with(max_retries=0).get("we_1"))
    assert "(502); try again later. The server says: Bad gateway (request id req_" in str(error)
    assert "<" not in str(error)


def test_an_unreachable_api_says_where_it_was_looked_for() -> None:
    given = {"api_key": KEY, "base_url": "http://127.0.0.1:9", "max_retries": 0}
    error = problem(lambda: Client(Settings.model_validate(given)).get("we_1"))
    assert isinstance(error, errors.NoAnswerError)
    assert "no answer from http://127.0.0.1:9 (ConnectError" in str(error)
    assert "check kinetic:baseUrl and the network" in str(error)


def test_secrets_that_a_server_echoes_are_not_passed_on() -> None:
    echo = {"message": f"key {KEY}, idempotency key-1, whsec_abcDEF123, md_live_other"}
    api, _ = answering(httpx.Response(400, json=echo))
    assert str(problem(lambda: api.create(BODY, "key-1"))).endswith(
        "The server says: key [redacted], idempotency [redacted], [redacted], [redacted]"
    )


def test_long_words_of_a_server_are_cut() -> None:
    api, _ = answering(httpx.Response(400, text="x" * 5000))
    assert len(str(problem(lambda: api.get("we_1")))) < 500


def test_the_secret_of_an_answer_is_never_shown() -> None:
    found = {
        "webhook_endpoint_id": "we_1",
        "url": "https://a.example",
        "status": "enabled",
        "signing_secret": "whsec_X",
    }
    api, _ = answering(httpx.Response(201, json=found))
    created = api.create(BODY, "key-1")
    assert "whsec_X" not in repr(created) + str(created) + json.dumps(created.model_dump(mode="json"))


def test_the_same_fields_give_the_same_bytes() -> None:
    assert client.encode({"url": "u", "enabled_events": ["a"]}) == client.encode({"enabled_events": ["a"], "url": "u"})
