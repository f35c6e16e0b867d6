"""The Kinetic API: its five calls over HTTP, with their retries. Independent of Pulumi.

Source: API reference, "Webhook Endpoints".
"""

import json
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from importlib import metadata
from typing import TypeVar
from urllib.parse import quote

import httpx

from pulumi_kinetic import answers, errors, redact, refusals, transport
from pulumi_kinetic.answers import Page, RemoteEndpoint
from pulumi_kinetic.request import COLLECTION, Request
from pulumi_kinetic.retries import Pace, is_retryable, wait_seconds
from pulumi_kinetic.settings import Settings

PAGE_SIZE = 100
_LIST = "list webhook endpoints"
_NOTHING_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.ProxyError,
)
_CHECK_NETWORK = "Check kinetic:baseUrl and the network."
_CHECK_CERTIFICATES = (
    "If your own authority signs it, name its certificates in SSL_CERT_FILE; no other variable is read."
)
_MAX_PAGES = 10_000
T = TypeVar("T")


def encode(fields: Mapping[str, object]) -> bytes:
    """Return the bytes of a request body: equal fields give equal bytes, as an idempotent retry needs."""
    return json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()


def url_of(body: bytes | str) -> str:
    """Return the `url` of a create's body, for messages; "" where it has none."""
    return str(json.loads(body).get("url", ""))


class Client:
    """The five calls. Threads may share it; it keeps its connections open until `close`.

    Every call raises:
        ApiError: The call failed; the subclass says how, and the text names operation, status and request id.
        SettingsError: The environment's proxy or certificates can't be used; nothing was sent.
    """

    def __init__(
        self,
        settings: Settings,
        carrier: httpx.BaseTransport | None = None,
        *,
        debug: Callable[[str], None] = lambda _: None,
        dated: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Open nothing yet.

        Args:
            settings: Key, base URL, version and limits.
            carrier: What carries the requests, in tests; the network where None.
            debug: Gets a line for each request: operation, status, milliseconds, request id.
            dated: Gets the header Date of each answer; "" where it has none.

        Raises:
            SettingsError: No request can be sent to the base URL.
        """
        self._settings = settings
        self._secrets = (settings.api_key.get_secret_value(), *redact.pieces(settings.base_url))
        self._base_url = transport.parse_base_url(settings)
        self._carrier = carrier
        self._opened: httpx.Client | None = None
        self._opening = threading.Lock()
        self._pace = Pace()
        self._debug = debug
        self._dated = dated

    def close(self) -> None:
        """Close the connections."""
        if self._opened is not None:
            self._opened.close()

    def create(self, body: bytes, idempotency_key: str, url: str) -> RemoteEndpoint:
        """POST, the only call whose answer has the signing secret.

        Args:
            body: What `encode` made of `url` and `enabled_events`. The same key and bytes create one endpoint only.
            idempotency_key: Sent as Idempotency-Key.
            url: The endpoint's, for messages; of it, only scheme and host are shown.
        """
        operation = f"create a webhook endpoint for {redact.origin(url)}"
        request = Request(operation, "POST", content=body, idempotency_key=idempotency_key, urls=(url,))
        return self._call(request, answers.read_endpoint)

    def get(self, endpoint_id: str, url: str | None = None) -> RemoteEndpoint:
        """GET one endpoint.

        Args:
            endpoint_id: The endpoint.
            url: What its URL should be, if that is known: no message shows more of it than scheme and host.

        Raises:
            NotFoundError: The API says that it doesn't exist in the key's organization and environment.
        """
        request = Request(f"read webhook endpoint {endpoint_id}", "GET", _path_of(endpoint_id), urls=(url,))
        return self._call(request, lambda answer: answers.read_endpoint(answer, endpoint_id))

    def update(self, endpoint_id: str, fields: Mapping[str, object], url: str | None = None) -> RemoteEndpoint:
        """PATCH the given fields, named as in the API, and no others.

        Args:
            endpoint_id: The endpoint.
            fields: What to change.
            url: What its URL was, if that is known.

        Raises:
            NotFoundError: The API says that the endpoint doesn't exist.
        """
        operation = f"update webhook endpoint {endpoint_id}"
        urls = (url, fields.get("url"))
        request = Request(operation, "PATCH", _path_of(endpoint_id), content=encode(fields), urls=urls)
        return self._call(request, lambda answer: answers.read_endpoint(answer, endpoint_id))

    def delete(self, endpoint_id: str, url: str | None = None) -> None:
        """DELETE one endpoint.

        Args:
            endpoint_id: The endpoint.
            url: What its URL should be, if that is known.

        Raises:
            NotFoundError: The API says that it doesn't exist (any more).
        """
        request = Request(f"delete webhook endpoint {endpoint_id}", "DELETE", _path_of(endpoint_id), urls=(url,))
        self._call(request, lambda answer: answers.read_deleted(answer, endpoint_id))

    def list(
        self,
        *,
        starting_after: str | None = None,
        ending_before: str | None = None,
        skipped: Callable[[str], None] | None = None,
    ) -> Iterator[RemoteEndpoint]:
        """Iterate over the endpoints of the environment, page by page as they are asked for; each comes once.

        Args:
            starting_after: Begin behind this id, else at the beginning.
            ending_before: Go backward from this id instead, the nearest first.
            skipped: Gets a line for each entry that can't be read, and the others come; without it, that is an error.
        """
        backward = ending_before is not None
        cursor = ending_before or starting_after
        cursors, seen = {cursor}, set()
        while True:
            page = self.page(starting_after=None if backward else cursor, ending_before=cursor if backward else None)
            for problem in page.unreadable:
                if skipped is None:
                    raise errors.UnreadableAnswerError(_LIST, problem)
                skipped(f"{problem}; it is left out")
            fresh = [remote for remote in page.data if remote.webhook_endpoint_id not in seen]
            yield from reversed(fresh) if backward else fresh
            seen |= {remote.webhook_endpoint_id for remote in fresh}
            if not page.has_more:
                return
            cursor = page.ids[0 if backward else -1] if page.ids else None
            if cursor is None or cursor in cursors or len(cursors) > _MAX_PAGES:
                raise errors.UnreadableAnswerError(_LIST, "the API says that there is more, but sends nothing new")
            cursors.add(cursor)

    def page(self, *, starting_after: str | None = None, ending_before: str | None = None) -> Page:
        """GET one page of at most 100 endpoints."""
        cursors = {"starting_after": starting_after, "ending_before": ending_before}
        params: dict[str, str | int] = {"limit": PAGE_SIZE}
        params |= {name: cursor for name, cursor in cursors.items() if cursor is not None}
        return self._call(Request(_LIST, "GET", params=params), answers.read_page)

    def _call(self, request: Request, read: Callable[[object], T]) -> T:
        """Send a request until it succeeds, fails for good, or the call's time is up."""
        deadline = time.monotonic() + self._settings.deadline_seconds
        attempts = failures = 0
        last: errors.ApiError | None = None
        while self._pace.wait_for_turn(deadline):
            began = time.monotonic()
            if last and began >= deadline:
                break
            attempts += 1
            # after an attempt without an answer, the refusal of the next says nothing about the first
            may_have_arrived = last.may_have_arrived if last else False
            try:
                result = self._attempt(request, read, deadline, attempts, may_have_arrived=may_have_arrived)
            except errors.TooManyRequestsError as error:
                last = error
                if began + error.retry_after_seconds >= deadline:
                    raise  # and nobody else waits that long
                self._pace.slow_down(began, error.retry_after_seconds)
            except errors.ApiError as error:
                last = error
                failures += 1
                jitter = random.random()  # noqa: S311 it spreads retries, and keeps no secret
                wait = wait_seconds(failures, error.retry_after_seconds, jitter)
                in_time = time.monotonic() + wait < deadline
                if failures > self._settings.max_retries or not in_time or not is_retryable(request.method, error):
                    raise
                time.sleep(wait)
            else:
                self._pace.speed_up()
                return result
        raise last or errors.TooManyRequestsError(
            request.operation,
            f"the API limits the rate of requests (429), and no turn came within {self._settings.deadline_seconds:g} s",
            attempts=0,
            may_have_arrived=False,
            advice="Run fewer calls at once (`pulumi up --parallel 8`).",
        )

    def _attempt(
        self, request: Request, read: Callable[[object], T], deadline: float, attempt: int, *, may_have_arrived: bool
    ) -> T:
        secrets = (*self._secrets, *request.secrets)
        began = time.monotonic()
        seconds = max(min(self._settings.timeout_seconds, deadline - began), 0.0)
        response = self._send(request, secrets, seconds, attempt, may_have_arrived=may_have_arrived)
        milliseconds = (time.monotonic() - began) * 1000
        request_id = refusals.request_id(response, secrets)
        self._dated(response.headers.get("Date", ""))
        self._debug(f"{request.operation}: {response.status_code} in {milliseconds:.0f} ms (request id {request_id})")
        if not response.is_success:
            raise refusals.error_of(
                response,
                request.operation,
                scope=request.scope,
                secrets=secrets,
                attempts=attempt,
                may_have_arrived=may_have_arrived,
            )
        try:
            return read(answers.read_json(response))
        except ValueError as error:
            raise refusals.unreadable(
                response, request.operation, str(error), secrets=secrets, attempts=attempt
            ) from None

    def _send(
        self, request: Request, secrets: tuple[str, ...], seconds: float, attempt: int, *, may_have_arrived: bool
    ) -> httpx.Response:
        """Send once; whatever httpx raises becomes an error of the call."""
        http = self._open()
        try:
            sent = http.build_request(
                request.method, request.path, content=request.content, params=request.params, headers=request.headers
            )
            return transport.fetch(http, sent, seconds)
        except httpx.TransportError as error:
            # a LocalProtocolError quotes our own headers, escaped: redaction wouldn't recognize a key
            words = "" if isinstance(error, httpx.LocalProtocolError) else f": {redact.text(str(error), *secrets)}"
            limit = f" within {seconds:.3g} s" if isinstance(error, httpx.TimeoutException) else ""
            problem = f"no answer from {redact.text(self._settings.base_url)}{limit} ({type(error).__name__}{words})"
            raise errors.NoAnswerError(
                request.operation,
                problem,
                attempts=attempt,
                may_have_arrived=may_have_arrived or not isinstance(error, _NOTHING_SENT),
                advice=_CHECK_CERTIFICATES if "CERTIFICATE_VERIFY_FAILED" in words else _CHECK_NETWORK,
            ) from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.CookieConflict, httpx.StreamError, UnicodeError) as error:
            problem = f"HTTP can't carry the request, or its answer can't be decoded ({type(error).__name__})"
            raise errors.UnreadableAnswerError(request.operation, problem, attempts=attempt) from None

    def _open(self) -> httpx.Client:
        """The HTTP client, made when it is first needed: a run that asks nothing needs no proxy and no certificate."""
        with self._opening:
            if self._opened is None:
                is_here = self._settings.is_on_this_machine
                self._opened = httpx.Client(
                    base_url=self._base_url,
                    transport=self._carrier or transport.Transport(self._base_url, is_on_this_machine=is_here),
                    trust_env=False,  # a .netrc would replace the key
                    headers={
                        "Authorization": f"Bearer {self._settings.api_key.get_secret_value()}",
                        "MD-Version": self._settings.api_version,
                        "Accept": "application/json",
                        "Accept-Encoding": "identity",
                        "User-Agent": f"pulumi-kinetic/{metadata.version('pulumi-kinetic')}",
                    },
                )
            return self._opened


def _path_of(endpoint_id: str) -> str:
    return f"{COLLECTION}/{quote(endpoint_id, safe='')}"
