"""Whatever httpx raises reaches the caller as an ApiError that says what was tried."""

import inspect
import traceback
from collections.abc import Callable, Iterator

import httpx
import pytest

from pulumi_kinetic import errors
from pulumi_kinetic.client import Client
from support.emulator import KEY, EmulatorClient
from support.scripted_api import BODY, URL, answering

IDEMPOTENCY_KEY = "0c5f7a1e-key"
KINDS = [kind for _, kind in inspect.getmembers(httpx, inspect.isclass) if issubclass(kind, Exception)]
CALLS: dict[str, Callable[[Client], object]] = {
    'create a webhook endpoint for "https://example.com"': lambda api: api.create(BODY, IDEMPOTENCY_KEY, URL),
    "read webhook endpoint we_1": lambda api: api.get("we_1"),
    "update webhook endpoint we_1": lambda api: api.update("we_1", {"status": "disabled"}),
    "delete webhook endpoint we_1": lambda api: api.delete("we_1"),
    "list webhook endpoints": lambda api: list(api.list()),
}


def raised_by_httpx(kind: type[Exception]) -> Exception:
    """An exception as httpx makes it, whose text repeats both keys."""
    request = httpx.Request("GET", "https://api.example", headers={"Authorization": f"Bearer {KEY}"})
    available = {
        "message": f"it broke with {KEY} and {IDEMPOTENCY_KEY}",
        "request": request,
        "response": httpx.Response(500, request=request),
    }
    parameters = inspect.signature(kind).parameters
    return kind(**{name: value for name, value in available.items() if name in parameters})


class BreakingBody(httpx.SyncByteStream):
    def __init__(self, error: Exception) -> None:
        self.error = error

    def __iter__(self) -> Iterator[bytes]:
        yield b'{"webhook_endpoint_id": '
        raise self.error


def failure(api: Client, operation: str) -> errors.ApiError:
    """The error of a call, checked for what every error has and never has."""
    with pytest.raises(errors.ApiError) as raised:
        CALLS[operation](api)
    error = raised.value
    assert error.operation == operation
    assert str(error).startswith(f"could not {operation}: ")
    shown = repr(error) + repr(error.args) + "".join(traceback.format_exception(error))
    assert KEY not in shown
    if "create" in operation:  # another call has no such key to look for
        assert IDEMPOTENCY_KEY not in shown
    return error


def test_all_families_of_httpx_exceptions_are_walked() -> None:
    names = {kind.__name__ for kind in KINDS}
    assert names >= {"RequestError", "InvalidURL", "CookieConflict", "StreamError", "HTTPStatusError", "ReadTimeout"}
    assert len(names) >= 28


@pytest.mark.parametrize("operation", CALLS)
@pytest.mark.parametrize("kind", KINDS)
def test_whatever_httpx_raises_for_a_request_is_an_error_of_the_call(kind: type[Exception], operation: str) -> None:
    api, requests = answering(raised_by_httpx(kind))
    error = failure(api, operation)
    expected = errors.NoAnswerError if issubclass(kind, httpx.TransportError) else errors.UnreadableAnswerError
    assert type(error) is expected
    assert kind.__name__ in str(error)
    assert (len(requests), error.attempts, error.status) == (1, 1, None)


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_httpx_raises_for_a_body_is_an_error_of_the_call(kind: type[Exception]) -> None:
    api, _ = answering(httpx.Response(200, stream=BreakingBody(raised_by_httpx(kind))))
    assert kind.__name__ in str(failure(api, "read webhook endpoint we_1"))


@pytest.mark.parametrize("encoding", ["gzip", "GZIP, gzip", "br", "zstd", "whatever"])
def test_a_packed_body_is_refused(encoding: str) -> None:
    body = httpx.ByteStream(b"not packed")
    api, _ = answering(httpx.Response(200, headers={"Content-Encoding": encoding}, stream=body))
    said = f"status 200, a body encoded as {encoding.lower()}, though none was asked for"
    assert said in str(failure(api, "read webhook endpoint we_1"))


def test_a_redirect_to_nowhere_is_an_error_of_the_call() -> None:
    api, _ = answering(httpx.Response(302, headers={"Location": "https://[::1"}))
    assert isinstance(failure(api, "read webhook endpoint we_1"), errors.ApiError)


def test_an_id_longer_than_any_url_is_an_error_of_the_call() -> None:
    api, requests = answering(httpx.Response(200))
    with pytest.raises(errors.ApiError, match=r"HTTP can't carry the request, .* \(InvalidURL\)"):
        api.get("x" * 70_000)
    assert requests == []


@pytest.mark.parametrize("key", ["0c5f7a1é", "0c5f7a1e\n", "0c5f7a1e\udcff"])
def test_an_idempotency_key_that_no_header_can_carry_is_an_error_of_the_call(
    emulator: EmulatorClient, api_with: Callable[..., Client], key: str
) -> None:
    with pytest.raises(errors.ApiError, match=r"could not create a webhook endpoint") as raised:
        api_with(max_retries=0).create(BODY, key, URL)
    assert key[:7] not in "".join(traceback.format_exception(raised.value))
    assert emulator.truth() == {}
