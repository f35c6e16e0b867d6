"""The Kinetic API: its five calls over HTTP. Knows nothing of Pulumi.

Source: API reference, "Webhook Endpoints". What it doesn't say (error bodies, limits) is read tolerantly.
"""

import json
import random
import re
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from importlib import metadata
from typing import Any, NoReturn, TypeVar, cast
from urllib.parse import quote

import httpx
import tenacity
from pydantic import ValidationError

from pulumi_kinetic import errors
from pulumi_kinetic.answers import (
    Endpoint,
    Page,
    deleted,
    endpoint,
    endpoint_named,
    error_for,
    kind_of,
    request_id,
    unreadable,
    words_of,
)
from pulumi_kinetic.redact import shown
from pulumi_kinetic.settings import Settings

PAGE_SIZE = 100
_PATH = "/v1/webhook_endpoints"
_FIRST_WAIT_SECONDS = 0.5
_LONGEST_WAIT_SECONDS = 20.0
T = TypeVar("T")


def encode(fields: Mapping[str, Any]) -> bytes:
    """The bytes of a request body: the same fields give the same bytes, as an idempotent retry needs."""
    return json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()


def is_passing(method: str, error: errors.ApiError) -> bool:
    """Whether the same request may succeed if sent again. See docs/contributing/design.md#retries."""
    if isinstance(error, errors.NoAnswerError | errors.TooManyRequestsError | errors.ServerError):
        return True
    if isinstance(error, errors.UnreadableAnswerError):
        return error.status is not None and error.status < httpx.codes.MULTIPLE_CHOICES
    return error.status == httpx.codes.REQUEST_TIMEOUT or (error.status == httpx.codes.CONFLICT and method == "POST")


def came_to_nothing(error: errors.ApiError) -> bool:
    """Whether a failed create is known to have created nothing: refused, and at the first attempt.

    After an attempt that got no answer, a refusal of the next one says nothing of the first.
    """
    refusals = (errors.UnauthorizedError, errors.ForbiddenError, errors.RejectedError)
    return isinstance(error, refusals) and error.attempts == 1 and error.status != httpx.codes.REQUEST_TIMEOUT


def wait_seconds(attempt: int, retry_after: str | None, draw: float, now: datetime) -> float:
    """How long to wait after a failed attempt: full jitter, on top of what the server asks for.

    Args:
        attempt: 1 after the first one.
        retry_after: the answer's Retry-After, seconds or an HTTP date; what is neither counts as missing.
        draw: a random number from 0 to 1.
        now: the time that a date is compared with.
    """
    backoff = min(_LONGEST_WAIT_SECONDS, _FIRST_WAIT_SECONDS * 2.0 ** (attempt - 1))
    return _asked_wait(retry_after or "", now) + draw * backoff


def _asked_wait(retry_after: str, now: datetime) -> float:
    if re.fullmatch(r"\s*\d+(\.\d+)?\s*", retry_after, re.ASCII):
        return float(retry_after)
    try:
        date = parsedate_to_datetime(retry_after)
    except ValueError:
        return 0.0
    return max(0.0, ((date if date.tzinfo else date.replace(tzinfo=timezone.utc)) - now).total_seconds())


class Client:
    """The five calls. Safe to share between threads; keeps its connections open."""

    def __init__(self, settings: Settings, transport: httpx.BaseTransport | None = None) -> None:
        self._settings = settings
        self._http = httpx.Client(
            base_url=settings.base_url,
            timeout=settings.timeout_seconds,
            limits=httpx.Limits(max_connections=None),  # the engine decides how many calls are under way
            transport=transport,
            headers={
                "Authorization": f"Bearer {settings.api_key.get_secret_value()}",
                "MD-Version": settings.api_version,
                "Accept": "application/json",
                "User-Agent": f"pulumi-kinetic/{metadata.version('pulumi-kinetic')}",
            },
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def create(self, body: bytes, idempotency_key: str) -> Endpoint:
        """POST: the only answer that holds the signing secret. The same key and body create once."""
        headers = {"Idempotency-Key": idempotency_key}
        operation = f"create a webhook endpoint for {shown(json.loads(body).get('url'))}"
        return self._call(operation, "POST", endpoint, content=body, headers=headers)

    def get(self, endpoint_id: str) -> Endpoint:
        """GET one. Raises NotFoundError where the API says that it doesn't exist."""
        operation = f"read webhook endpoint {endpoint_id}"
        return self._call(operation, "GET", endpoint_named(endpoint_id), path=_path_of(endpoint_id))

    def update(self, endpoint_id: str, fields: Mapping[str, Any]) -> Endpoint:
        """PATCH the given fields alone."""
        operation = f"update webhook endpoint {endpoint_id}"
        read = endpoint_named(endpoint_id)
        return self._call(operation, "PATCH", read, path=_path_of(endpoint_id), content=encode(fields))

    def delete(self, endpoint_id: str) -> None:
        """DELETE. Raises NotFoundError where there is none (any more)."""
        operation = f"delete webhook endpoint {endpoint_id}"
        self._call(operation, "DELETE", deleted, path=_path_of(endpoint_id))

    def list(self, *, starting_after: str | None = None, ending_before: str | None = None) -> Iterator[Endpoint]:
        """All endpoints of the environment, page by page as they are asked for.

        Forward from the beginning or from `starting_after`; with `ending_before` backward from there, the
        nearest first.
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
        """GET one page of at most 100."""
        cursors = {"starting_after": starting_after, "ending_before": ending_before}
        params = {"limit": PAGE_SIZE, **{name: value for name, value in cursors.items() if value is not None}}
        return self._call("list webhook endpoints", "GET", Page.model_validate, params=params)

    def _call(self, operation: str, method: str, read: Callable[[Any], T], *, path: str = _PATH, **request: Any) -> T:
        if "content" in request:
            request["headers"] = {"Content-Type": "application/json", **request.get("headers", {})}
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(lambda e: isinstance(e, errors.ApiError) and is_passing(method, e)),
            wait=_wait,
            stop=tenacity.stop_after_attempt(self._settings.max_retries + 1)
            | tenacity.stop_before_delay(self._settings.deadline_seconds),
            sleep=time.sleep,
            reraise=True,
        )
        try:
            return cast("T", retrying(self._attempt, operation, method, path, read, request))
        except errors.ApiError as error:
            error.attempts = retrying.statistics["attempt_number"]
            raise

    def _attempt(self, operation: str, method: str, path: str, read: Callable[[Any], T], request: dict[str, Any]) -> T:
        try:
            response = self._http.request(method, path, **request)
        except httpx.TransportError as error:
            problem = f"no answer from {self._settings.base_url} ({type(error).__name__}: {self._redact(str(error))})"
            raise errors.NoAnswerError(operation, f"{problem}; check kinetic:baseUrl and the network") from None
        except httpx.HTTPError as error:
            raise unreadable(operation, None, f"its answer can't be decoded ({type(error).__name__})") from None
        if not response.is_success:
            self._raise_for(operation, method, response)
        try:
            return read(json.loads(response.content))
        except (ValueError, ValidationError):
            problem = f"not an answer of the Kinetic API: {kind_of(response)}; a proxy, or a wrong kinetic:baseUrl?"
            raise unreadable(operation, response, problem) from None

    def _raise_for(self, operation: str, method: str, response: httpx.Response) -> NoReturn:
        kind, problem = error_for(response)
        scope = "webhook_endpoints:read" if method == "GET" else "webhook_endpoints:write"
        words = self._redact(words_of(response), *response.request.headers.get_list("Idempotency-Key"))
        wait = response.headers.get("Retry-After")
        problem = problem.replace("{scope}", scope) + (
            f"; it asks to wait {wait[:40]} (seconds, or until)" if wait else ""
        )
        problem += f". The server says: {words}" if words else ""
        error = kind(operation, problem, status=response.status_code, request_id=request_id(response))
        error.retry_after = wait
        raise error

    def _redact(self, text: str, *secrets: str) -> str:
        for secret in (self._settings.api_key.get_secret_value(), *secrets):
            text = text.replace(secret, "[redacted]")
        return re.sub(r"(whsec|md_test|md_live)_\w+", r"[redacted]", text)


def _wait(state: tenacity.RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.retry_after if isinstance(error, errors.ApiError) else None
    return wait_seconds(state.attempt_number, asked, random.random(), datetime.now(timezone.utc))  # noqa: S311 jitter is no secret


def _path_of(endpoint_id: str) -> str:
    return f"{_PATH}/{quote(endpoint_id, safe='')}"


def _next_cursor(page: Page, cursor: str | None, *, backward: bool) -> str:
    following = page.data[0 if backward else -1].webhook_endpoint_id if page.data else cursor
    if following is None or following == cursor:
        raise unreadable("list webhook endpoints", None, "the API says that there is more, but sends nothing new")
    return following
