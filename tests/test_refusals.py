import traceback
from collections.abc import Callable
from datetime import datetime, timezone

import httpx
import pytest

from pulumi_kinetic import errors, refusals
from pulumi_kinetic.client import Client
from pulumi_kinetic.settings import Settings
from support.emulator import KEY, READ_ONLY_KEY, EmulatorClient
from support.scripted_api import BODY, URL, answering, problem

HTML = {"commit": False, "content_type": "text/html", "body": "<html><title>Bad gateway</title></html>"}


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (400, errors.RejectedError, "rejects the request (400)"),
        (401, errors.UnauthorizedError, "\nCheck kinetic:apiKey"),
        (403, errors.ForbiddenError, "lacks the scope webhook_endpoints:write (403)"),
        (404, errors.UnreadableAnswerError, "so it isn't taken as a deletion"),
        (409, errors.ConflictError, "conflict (409)"),
        (418, errors.RejectedError, "rejects the request (418)"),
        (422, errors.RejectedError, "rejects the request (422)"),
        (429, errors.TooManyRequestsError, "limits the rate of requests (429)"),
        (500, errors.ServerError, "failed (500)"),
        (302, errors.UnreadableAnswerError, "unexpected status 302"),
    ],
)
def test_each_status_has_its_error_and_says_what_was_done(status: int, kind: type, words: str) -> None:
    api, _ = answering(
        httpx.Response(status, json={"x": "the words"}, headers={"MD-Request-Id": "req_7", "Retry-After": "9999"})
    )
    error = problem(lambda: api.update("we_1", {"status": "enabled"}))
    assert type(error) is kind
    assert str(error).startswith("could not update webhook endpoint we_1: ")
    assert words in str(error)
    assert "The server says: the words (request id req_7)" in str(error).splitlines()[0]
    assert (error.status, error.request_id) == (status, "req_7")


def test_a_read_that_is_forbidden_names_the_scope_for_reading() -> None:
    api, _ = answering(httpx.Response(403))
    assert "webhook_endpoints:read" in str(problem(lambda: api.get("we_1")))


def test_real_refusals_name_their_request(emulator: EmulatorClient, api_with: Callable[..., Client]) -> None:
    unknown, reader = api_with(api_key="md_test_wrong"), api_with(api_key=READ_ONLY_KEY)
    for call, kind in [
        (lambda: unknown.get("we_1"), errors.UnauthorizedError),
        (lambda: reader.create(BODY, "k", URL), errors.ForbiddenError),
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


def test_a_page_of_html_is_told_by_its_title(api_with: Callable[..., Client], emulator: EmulatorClient) -> None:
    emulator.faults({"status": 502, **HTML})
    error = problem(lambda: api_with(max_retries=0).get("we_1"))
    assert "(502). The server says: Bad gateway (request id req_" in str(error)
    assert "<" not in str(error)


def test_an_unreachable_api_says_where_it_was_looked_for() -> None:
    given = {"api_key": KEY, "base_url": "http://127.0.0.1:9", "max_retries": 0}
    error = problem(lambda: Client(Settings.model_validate(given)).get("we_1"))
    assert isinstance(error, errors.NoAnswerError)
    assert "no answer from http://127.0.0.1:9 (ConnectError" in str(error)
    assert "\nCheck kinetic:baseUrl and the network." in str(error)


def test_long_words_of_a_server_are_cut() -> None:
    api, _ = answering(httpx.Response(400, text="x" * 5000))
    assert len(str(problem(lambda: api.get("we_1")))) < 500


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("", 0),
        ("3", 3),
        (" 3 ", 3),
        ("1.5", 1.5),
        ("0", 0),
        ("100000", 100000),
        ("Mon, 23 Nov 2026 12:00:07 GMT", 7),
        ("Mon, 23 Nov 2026 13:00:07 +0100", 7),
        ("Mon, 23 Nov 2026 12:00:07 -0000", 7),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0),
        ("-5", 0),
        ("soon", 0),
        ("9" * 400, 0),
        ("Mon, 99 Foo 2026", 0),
        ("Mon, 23 Nov 99999999999999999999 12:00:00 GMT", 0),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(header: str, seconds: float) -> None:
    now = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
    assert refusals.retry_after_seconds(header, now) == seconds


def test_json_deeper_than_the_api_sends_is_no_answer_of_the_api() -> None:
    api, _ = answering(httpx.Response(200, content=b"[" * 100_000), httpx.Response(500, content=b"[" * 100_000))
    assert isinstance(problem(lambda: api.get("we_1")), errors.UnreadableAnswerError)
    assert isinstance(problem(lambda: api.get("we_1")), errors.ServerError)


TEXT_CODECS = ["utf-16", "utf-32", "latin-1", "ascii", "utf-8", "cp1252"]
OTHER_CODECS = [
    "idna",
    "punycode",
    "undefined",
    "zlib",
    "base64",
    "rot13",
    "hex",
    "uu",
    "no-such",
    "",
    "\u00e9",
    "\x00",
]


@pytest.mark.parametrize("charset", [*TEXT_CODECS, *OTHER_CODECS])
@pytest.mark.parametrize(
    ("status", "kind"),
    [(502, errors.ServerError), (401, errors.UnauthorizedError), (404, errors.UnreadableAnswerError)],
)
def test_a_page_keeps_its_meaning_whatever_charset_it_claims(status: int, kind: type, charset: str) -> None:
    content_type = f"text/html; charset={charset}".encode()
    page = httpx.Response(status, headers={b"Content-Type": content_type}, content=b"<title>\xff\xfe\x00\xd8</title>")
    api, _ = answering(page)
    assert type(problem(lambda: api.get("we_1"))) is kind


def test_a_page_is_read_in_the_charset_that_it_claims() -> None:
    page = httpx.Response(502, headers={"Content-Type": "text/html; charset=latin-1"}, content=b"<title>F\xfc</title>")
    api, _ = answering(page)
    assert "The server says: F\u00fc" in str(problem(lambda: api.get("we_1")))


@pytest.mark.parametrize("charset", ["", "; charset=zlib", "; charset=no-such"])
def test_a_page_without_a_text_charset_is_read_as_utf_8(charset: str) -> None:
    page = httpx.Response(502, headers={"Content-Type": f"text/plain{charset}"}, content="F\u00fc".encode())
    api, _ = answering(page)
    assert "The server says: F\u00fc" in str(problem(lambda: api.get("we_1")))


def test_a_body_deeper_than_the_stack_keeps_its_meaning(monkeypatch: pytest.MonkeyPatch) -> None:
    """Since Python 3.12, the parser of JSON goes deeper than Python's own functions may."""
    deep: object = "not_found"
    for _ in range(20_000):
        deep = [deep]
    monkeypatch.setattr("pulumi_kinetic.refusals.read_json", lambda _response: deep)
    api, _ = answering(httpx.Response(404, content=b"deep"))
    assert isinstance(problem(lambda: api.get("we_1")), errors.NotFoundError)


@pytest.mark.parametrize("status", [200, 404, 500])
@pytest.mark.parametrize("header", ["Content-Type", "MD-Request-Id", "Retry-After", "Location"])
def test_a_key_that_a_server_echoes_in_a_header_is_not_passed_on(status: int, header: str) -> None:
    keys = ("key-of-production", "0c5f7a1e-key")
    given = {"api_key": keys[0], "base_url": "https://api.example", "max_retries": 0}

    def echo(request: httpx.Request) -> httpx.Response:
        words = f"{request.headers['Authorization']} {request.headers['Idempotency-Key']}"
        return httpx.Response(status, headers={header: words}, content=b"body")

    api = Client(Settings.model_validate(given), httpx.MockTransport(echo))
    error = problem(lambda: api.create(BODY, keys[1], URL))
    shown = repr(error) + repr(error.args) + repr(vars(error)) + "".join(traceback.format_exception(error))
    assert [key for key in keys if key in shown] == []
