"""The Kinetic API: its five calls over HTTP, with their retries. Independent of Pulumi.

Source: API reference, "Webhook Endpoints".
"""

import itertools
import json
import os
import random
import time
from collections.abc import Callable, Iterator, Mapping
from importlib import metadata
from typing import TypeVar
from urllib.parse import quote
from urllib.request import getproxies

import httpx
from pydantic import ValidationError

from pulumi_kinetic import answers, errors, redact
from pulumi_kinetic.answers import Page, RemoteEndpoint
from pulumi_kinetic.request import COLLECTION, Request
from pulumi_kinetic.settings import SOURCES, Settings

PAGE_SIZE = 100
_LIST = "list webhook endpoints"
_FIRST_WAIT_SECONDS = 0.5
_LONGEST_WAIT_SECONDS = 20.0
_NOTHING_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.ProxyError,
)
_NETWORK_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")
T = TypeVar("T")


def encode(fields: Mapping[str, object]) -> bytes:
    """Return the bytes of a request body: equal fields give equal bytes, as an idempotent retry needs."""
    return json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()


def url_of(body: bytes | str) -> str:
    """Return the `url` of a create's body, for messages; "" where it has none."""
    return str(json.loads(body).get("url", ""))


def is_retryable(method: str, error: errors.ApiError) -> bool:
    """Tell whether the same request may succeed if it is sent again.

    See docs/contributing/design.md#retries.
    """
    if isinstance(error, errors.NoAnswerError | errors.TooManyRequestsError | errors.ServerError):
        return True
    if isinstance(error, errors.UnreadableAnswerError):
        # a success with an unreadable body: the work is done, and the next answer may say so
        return error.status is not None and error.status < httpx.codes.MULTIPLE_CHOICES
    return error.status == httpx.codes.REQUEST_TIMEOUT or (error.status == httpx.codes.CONFLICT and method == "POST")


def wait_seconds(attempt: int, asked_seconds: float, draw: float) -> float:
    """Return how long to wait after a failed attempt, in seconds: full jitter, on top of what the server asks for.

    Args:
        attempt: 1 after the first one.
        asked_seconds: What the answer's Retry-After asks for, in seconds.
        draw: A random number from 0 to 1.
    """
    return asked_seconds + draw * min(_LONGEST_WAIT_SECONDS, _FIRST_WAIT_SECONDS * 2.0 ** (attempt - 1))


class Client:
    """The five calls. Threads may share it; it keeps its connections open until `close`.

    Every call raises:
        ApiError: The call failed; the subclass says how, and the text names operation, status and request id.
    """

    def __init__(
        self,
        settings: Settings,
        transport: httpx.BaseTransport | None = None,
        *,
        debug: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Open nothing yet.

        Args:
            settings: Key, base URL, version and limits.
            transport: What carries the requests, in tests; httpx's own where None.
            debug: Gets a line for each request: operation, status, milliseconds, request id.

        Raises:
            SettingsError: httpx can't use the base URL, or the environment's proxy and CA variables.
        """
        self._settings = settings
        self._secrets = (settings.api_key.get_secret_value(),)
        self._http = _open_http(settings, transport)
        self._debug = debug

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def create(self, body: bytes, idempotency_key: str, url: str) -> RemoteEndpoint:
        """POST, the only call whose answer has the signing secret.

        Args:
            body: What `encode` made of `url` and `enabled_events`. The same key and bytes create one endpoint only.
            idempotency_key: Sent as Idempotency-Key.
            url: The endpoint's, for messages; of it, only scheme and host are shown.
        """
        operation = f"create a webhook endpoint for {redact.origin(url)}"
        request = Request(operation, "POST", content=body, idempotency_key=idempotency_key, url=url)
        return self._call(request, answers.read_endpoint)

    def get(self, endpoint_id: str) -> RemoteEndpoint:
        """GET one endpoint.

        Raises:
            NotFoundError: The API says that it doesn't exist in the key's organization and environment.
        """
        request = Request(f"read webhook endpoint {endpoint_id}", "GET", _path_of(endpoint_id))
        return self._call(request, lambda answer: answers.read_endpoint(answer, endpoint_id))

    def update(self, endpoint_id: str, fields: Mapping[str, object]) -> RemoteEndpoint:
        """PATCH the given fields, named as in the API, and no others.

        Raises:
            NotFoundError: The API says that the endpoint doesn't exist.
        """
        operation = f"update webhook endpoint {endpoint_id}"
        url = fields.get("url")
        request = Request(
            operation, "PATCH", _path_of(endpoint_id), content=encode(fields), url=url if isinstance(url, str) else None
        )
        return self._call(request, lambda answer: answers.read_endpoint(answer, endpoint_id))

    def delete(self, endpoint_id: str) -> None:
        """DELETE one endpoint.

        Raises:
            NotFoundError: The API says that it doesn't exist (any more).
        """
        request = Request(f"delete webhook endpoint {endpoint_id}", "DELETE", _path_of(endpoint_id))
        self._call(request, answers.read_deleted)

    def list(self, *, starting_after: str | None = None, ending_before: str | None = None) -> Iterator[RemoteEndpoint]:
        """Iterate over the endpoints of the environment, page by page as they are asked for.

        Args:
            starting_after: Begin behind this id, else at the beginning.
            ending_before: Go backward from this id instead, the nearest first.
        """
        backward = ending_before is not None
        cursor = ending_before or starting_after
        while True:
            page = self.page(starting_after=None if backward else cursor, ending_before=cursor if backward else None)
            yield from reversed(page.data) if backward else page.data
            if not page.has_more:
                return
            cursor = _next_cursor(page, cursor, backward=backward)

    def page(self, *, starting_after: str | None = None, ending_before: str | None = None) -> Page:
        """GET one page of at most 100 endpoints."""
        cursors = {"starting_after": starting_after, "ending_before": ending_before}
        params: dict[str, str | int] = {"limit": PAGE_SIZE}
        params |= {name: cursor for name, cursor in cursors.items() if cursor is not None}
        return self._call(Request(_LIST, "GET", params=params), Page.model_validate)

    def _call(self, request: Request, read: Callable[[object], T]) -> T:
        """Send a request until it succeeds, fails for good, or the call's time is up."""
        began = time.monotonic()
        may_have_arrived = False
        for attempt in itertools.count(1):
            try:
                return self._attempt(request, read, attempt, may_have_arrived=may_have_arrived)
            except errors.ApiError as error:  # noqa: PERF203 a retry is a try in a loop
                jitter = random.random()  # noqa: S311 it spreads retries, and keeps no secret
                wait = wait_seconds(attempt, error.retry_after_seconds, jitter)
                in_time = time.monotonic() - began + wait < self._settings.deadline_seconds
                if attempt > self._settings.max_retries or not in_time or not is_retryable(request.method, error):
                    raise
                # after an attempt without an answer, the refusal of the next says nothing about the first
                may_have_arrived = error.may_have_arrived
                time.sleep(wait)
        raise AssertionError  # count() doesn't end

    def _attempt(self, request: Request, read: Callable[[object], T], attempt: int, *, may_have_arrived: bool) -> T:
        secrets = (*self._secrets, *request.secrets)
        began = time.monotonic()
        response = self._send(request, secrets, attempt, may_have_arrived=may_have_arrived)
        milliseconds = (time.monotonic() - began) * 1000
        request_id = answers.request_id(response, secrets)
        self._debug(f"{request.operation}: {response.status_code} in {milliseconds:.0f} ms (request id {request_id})")
        if not response.is_success:
            raise answers.error_of(
                response,
                request.operation,
                scope=request.scope,
                secrets=secrets,
                attempts=attempt,
                may_have_arrived=may_have_arrived,
            )
        try:
            return read(answers.read_json(response))
        except (ValueError, ValidationError):
            raise answers.unreadable(response, request.operation, secrets=secrets, attempts=attempt) from None

    def _send(
        self, request: Request, secrets: tuple[str, ...], attempt: int, *, may_have_arrived: bool
    ) -> httpx.Response:
        """Send once; whatever httpx raises becomes an error of the call."""
        try:
            return self._http.request(
                request.method, request.path, content=request.content, params=request.params, headers=request.headers
            )
        except httpx.TransportError as error:
            # a LocalProtocolError quotes our own headers, escaped: redaction wouldn't recognize a key
            words = "" if isinstance(error, httpx.LocalProtocolError) else f": {redact.text(str(error), *secrets)}"
            problem = f"no answer from {self._settings.base_url} ({type(error).__name__}{words})"
            raise errors.NoAnswerError(
                request.operation,
                problem,
                attempts=attempt,
                may_have_arrived=may_have_arrived or not isinstance(error, _NOTHING_SENT),
                advice="Check kinetic:baseUrl and the network.",
            ) from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.CookieConflict, httpx.StreamError, UnicodeError) as error:
            problem = f"HTTP can't carry the request, or its answer can't be decoded ({type(error).__name__})"
            raise errors.UnreadableAnswerError(request.operation, problem, attempts=attempt) from None


def _open_http(settings: Settings, transport: httpx.BaseTransport | None) -> httpx.Client:
    try:
        base_url = _parse_url(settings.base_url)
    except (httpx.InvalidURL, UnicodeError):
        shown = redact.value(settings.base_url)
        problem = f"{SOURCES['base_url']} isn't a URL that a request can be sent to. Given: {shown}"
        raise errors.SettingsError([problem]) from None
    try:
        proxies = getproxies()  # what httpx reads too
        for proxy in filter(None, map(proxies.get, ("http", "https", "all"))):
            _parse_url(proxy if "://" in proxy else f"http://{proxy}")
        return httpx.Client(
            base_url=base_url,
            timeout=settings.timeout_seconds,
            limits=httpx.Limits(max_connections=None),  # the engine decides how many calls are under way
            transport=transport,
            # the environment's proxies are for other machines; its certificates are for this one too
            mounts={f"all://{base_url.netloc.decode()}": None} if settings.is_on_this_machine else None,
            headers={
                "Authorization": f"Bearer {settings.api_key.get_secret_value()}",
                "MD-Version": settings.api_version,
                "Accept": "application/json",
                "User-Agent": f"pulumi-kinetic/{metadata.version('pulumi-kinetic')}",
            },
        )
    except (ValueError, OSError, ImportError, httpx.InvalidURL) as error:
        # httpx reads the environment's proxies and certificates here; their values may hold a password
        spellings = (name for variable in _NETWORK_VARIABLES for name in (variable, variable.lower()))
        names = [name for name in spellings if os.environ.get(name)]
        problem = f"can't set up HTTP ({type(error).__name__}): check {', '.join(names) or 'the environment'}"
        raise errors.SettingsError([problem]) from None


def _parse_url(text: str) -> httpx.URL:
    """Parse a URL, and fail here rather than bare at each request where its host can't be looked up.

    Raises:
        InvalidURL: httpx can't parse it.
        UnicodeError: Its host isn't a name that can be looked up: a label is empty, too long or wrongly encoded.
    """
    url = httpx.URL(text)
    _ = url.host  # decodes IDNA, as a request does
    url.raw_host.decode("ascii").encode("idna")  # as the socket does
    return url


def _path_of(endpoint_id: str) -> str:
    return f"{COLLECTION}/{quote(endpoint_id, safe='')}"


def _next_cursor(page: Page, cursor: str | None, *, backward: bool) -> str:
    following = page.data[0 if backward else -1].webhook_endpoint_id if page.data else cursor
    if following is None or following == cursor:
        raise errors.UnreadableAnswerError(_LIST, "the API says that there is more, but sends nothing new")
    return following
