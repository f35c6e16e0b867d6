"""What an answer of the Kinetic API other than a readable success means: the error that it stands for.

Source: API reference, "Webhook Endpoints". What it doesn't say (error bodies, limits) is read tolerantly.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

import httpx

from pulumi_kinetic import errors, redact
from pulumi_kinetic.answers import read_json

_MAX_HEADER_CHARS = 80
_CHECK_URL = "Check kinetic:baseUrl; a proxy may stand in front of the API."
_EXISTS = "If such an endpoint exists already, manage it with `adopt`."
_CHECK_KEY = "Check kinetic:apiKey and kinetic:baseUrl."


def says_not_found(response: httpx.Response) -> bool:
    """Tell whether a 404 is the API's own: JSON in which some value is `not_found`.

    The reference documents the word, not the body's shape. A proxy's 404 doesn't say it.
    """
    return any(re.match(r"not_found\b", text) for text in _strings(_json_or_none(response)))


def error_of(  # noqa: PLR0913 all that makes two errors differ
    response: httpx.Response,
    operation: str,
    *,
    scope: str,
    secrets: Sequence[str],
    attempts: int,
    may_have_arrived: bool,
) -> errors.ApiError:
    """Return the error that an answer other than a success stands for.

    Args:
        response: The answer.
        operation: What was tried, with its target.
        scope: The scope that the call needs, for a 403.
        secrets: What the server may repeat, but a message must not: the API key, an Idempotency-Key.
        attempts: How often the request has been sent.
        may_have_arrived: Whether an attempt before this one can have been carried out.
    """
    kind, problem, advice = _meaning(response, scope, secrets)
    return kind(
        operation,
        problem,
        status=response.status_code,
        server_message=redact.text(_server_message(response), *secrets),
        request_id=request_id(response, secrets),
        retry_after_seconds=retry_after_seconds(response.headers.get("Retry-After", ""), datetime.now(timezone.utc)),
        attempts=attempts,
        may_have_arrived=may_have_arrived or not _is_definite_refusal(response),
        advice=advice,
    )


def unreadable(
    response: httpx.Response, operation: str, reason: str, *, secrets: Sequence[str], attempts: int
) -> errors.UnreadableAnswerError:
    """Return the error of a success whose body isn't what the API reference describes.

    Args:
        response: The answer.
        operation: What was tried, with its target.
        reason: What is wrong with the body.
        secrets: What a message must not show.
        attempts: How often the request has been sent.
    """
    description = _describe(response, secrets)
    return errors.UnreadableAnswerError(
        operation,
        f"not an answer of the Kinetic API: {description}" + (f": {reason}" if response.content else ""),
        status=response.status_code,
        request_id=request_id(response, secrets),
        attempts=attempts,
        advice=_CHECK_URL,
    )


def request_id(response: httpx.Response, secrets: Sequence[str]) -> str | None:
    """Return the answer's MD-Request-Id for a message, if it has one."""
    value = response.headers.get("MD-Request-Id")
    return redact.text(value, *secrets, max_chars=_MAX_HEADER_CHARS) if value else None


def retry_after_seconds(header: str, now: datetime) -> float:
    """Return how long a Retry-After asks to wait, in seconds; 0 where it is missing or neither seconds nor a date."""
    if re.fullmatch(r"\s*\d{1,9}(\.\d+)?\s*", header, re.ASCII):
        return float(header)
    try:
        date = parsedate_to_datetime(header)
        aware = date if date.tzinfo else date.replace(tzinfo=timezone.utc)
        return max(0.0, (aware - now).total_seconds())
    except (ValueError, OverflowError):
        return 0.0


def _meaning(response: httpx.Response, scope: str, secrets: Sequence[str]) -> tuple[type[errors.ApiError], str, str]:
    """The error's class, what went wrong, and what to do about it."""
    status = response.status_code
    is_create = response.request.method == "POST"
    if status == httpx.codes.NOT_FOUND:
        return _meaning_of_404(response, secrets)
    if response.is_redirect or not response.is_error:
        return errors.UnreadableAnswerError, f"unexpected status {status}", _CHECK_URL
    if response.is_server_error:
        return errors.ServerError, f"the API, or a proxy in front of it, failed ({status})", "Try again later."
    meanings: dict[int, tuple[type[errors.ApiError], str, str]] = {
        401: (errors.UnauthorizedError, "the API doesn't accept this API key (401)", _CHECK_KEY),
        403: (errors.ForbiddenError, f"the API key lacks the scope {scope} (403)", "Use a key that has it."),
        409: (errors.ConflictError, "the API reports a conflict (409)", _EXISTS if is_create else ""),
        429: (errors.TooManyRequestsError, "the API limits the rate of requests (429)", ""),
    }
    return meanings.get(status, (errors.RejectedError, f"the API rejects the request ({status})", ""))


def _meaning_of_404(response: httpx.Response, secrets: Sequence[str]) -> tuple[type[errors.ApiError], str, str]:
    if says_not_found(response):
        return errors.NotFoundError, "no such endpoint in this organization and environment (404)", ""
    problem = f"a 404 that isn't the API's own ({_describe(response, secrets)}), so it isn't taken as a deletion"
    return errors.UnreadableAnswerError, problem, _CHECK_URL


def _is_definite_refusal(response: httpx.Response) -> bool:
    """Whether the API itself says that it hasn't done anything; a proxy's page says nothing about the API."""
    unknown = (httpx.codes.REQUEST_TIMEOUT, httpx.codes.TOO_MANY_REQUESTS)
    is_refusal = response.is_client_error and response.status_code not in unknown
    return is_refusal and isinstance(_json_or_none(response), dict)


def _describe(response: httpx.Response, secrets: Sequence[str]) -> str:
    content_type = response.headers.get("Content-Type", "").partition(";")[0]
    shown = redact.text(content_type, *secrets, max_chars=_MAX_HEADER_CHARS) or "no content type"
    unread = redact.text(response.extensions.get("unread", ""), *secrets, max_chars=_MAX_HEADER_CHARS)
    return f"status {response.status_code}, {unread or (shown if response.content else 'empty')}"


def _server_message(response: httpx.Response) -> str:
    """What an error body says to a person: the strings of any JSON, or the title of a page."""
    message = "; ".join(dict.fromkeys(_strings(_json_or_none(response))))
    text = _body_text(response)
    if not message and "html" in response.headers.get("Content-Type", ""):
        title = re.search(r"<title[^>]*>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
        message = title[1] if title else ""
    return message or ("" if "<" in text else text)


def _body_text(response: httpx.Response) -> str:
    """The body in the charset that it claims; `response.text` raises where that is no charset of text, or wrong."""
    try:
        return response.content.decode(response.charset_encoding or "utf-8", errors="replace")
    except (LookupError, ValueError):
        return response.content.decode(errors="replace")


def _json_or_none(response: httpx.Response) -> object:
    try:
        return read_json(response)
    except ValueError:
        return None


def _strings(value: object) -> Iterator[str]:
    """The strings of any JSON, in order; not recursive, because JSON may be nested deeper than Python's calls."""
    remaining = [value]
    while remaining:
        item = remaining.pop()
        if isinstance(item, str):
            yield item
        remaining += reversed(list(item.values()) if isinstance(item, dict) else item if isinstance(item, list) else [])
