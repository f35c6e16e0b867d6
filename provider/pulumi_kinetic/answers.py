"""What an HTTP answer of the Kinetic API means.

Source: API reference, "Webhook Endpoints". What it doesn't say (error bodies, limits) is read tolerantly.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Annotated, Any, cast

import httpx
from pydantic import BaseModel, BeforeValidator, ConfigDict, SecretStr

from pulumi_kinetic import errors
from pulumi_kinetic.redact import known_secret

_SERVER_WORDS = 300
_STATUS_ERRORS: dict[int, tuple[type[errors.ApiError], str]] = {
    401: (
        errors.UnauthorizedError,
        "the API doesn't accept this API key (401): check kinetic:apiKey and kinetic:baseUrl",
    ),
    403: (errors.ForbiddenError, "the API key lacks the scope {scope} (403)"),
    409: (errors.ConflictError, "the API reports a conflict (409)"),
    429: (errors.TooManyRequestsError, "the API limits the rate of requests (429)"),
}


class Endpoint(BaseModel):
    """A webhook endpoint as the API describes it; fields beyond the reference's are ignored."""

    model_config = ConfigDict(hide_input_in_errors=True, frozen=True)

    webhook_endpoint_id: str
    url: str
    enabled_events: list[str] | None = None
    status: str
    created_at: str | None = None
    signing_secret: Annotated[SecretStr | None, BeforeValidator(known_secret)] = None


class Page(BaseModel):
    """One page of the listing."""

    model_config = ConfigDict(hide_input_in_errors=True)

    data: list[Endpoint]
    has_more: bool


def says_not_found(response: httpx.Response) -> bool:
    """Whether a 404 is the API's own: JSON in which some value is `not_found`.

    The reference documents the word, not the body's shape; a proxy's 404 doesn't say it.
    """
    return any(re.match(r"not_found\b", text) for text in _strings(_json(response)))


def error_for(response: httpx.Response) -> tuple[type[errors.ApiError], str]:
    """The class of an answer that is no success, and what it means."""
    status = response.status_code
    if status == httpx.codes.NOT_FOUND:
        if says_not_found(response):
            return errors.NotFoundError, "no such endpoint in this organization and environment (404)"
        return errors.UnreadableAnswerError, (
            f"a 404 that isn't the API's own ({kind_of(response)}): a proxy, or a wrong kinetic:baseUrl? "
            "It is not taken as a deletion"
        )
    if response.is_redirect or not response.is_error:
        return errors.UnreadableAnswerError, f"unexpected status {status}; check kinetic:baseUrl"
    if response.is_server_error:
        return errors.ServerError, f"the API, or a proxy before it, failed ({status}); try again later"
    return _STATUS_ERRORS.get(status, (errors.RejectedError, f"the API rejects the request ({status})"))


def endpoint(answer: Any) -> Endpoint:
    """An endpoint. Raises ValueError where the answer is none."""
    made = Endpoint.model_validate(answer)
    if not made.webhook_endpoint_id:
        raise ValueError
    return made


def endpoint_named(endpoint_id: str) -> Callable[[Any], Endpoint]:
    """Reads the endpoint of this id. Raises ValueError where the answer is another, or none."""

    def read(answer: Any) -> Endpoint:
        named = endpoint(answer)
        if named.webhook_endpoint_id != endpoint_id:
            raise ValueError
        return named

    return read


def deleted(answer: Any) -> None:
    """Raise ValueError where the answer doesn't say that the endpoint is deleted."""
    if not isinstance(answer, dict) or answer.get("deleted") is not True:
        raise ValueError


def unreadable(operation: str, response: httpx.Response | None, problem: str) -> errors.UnreadableAnswerError:
    """The error of an answer that the API reference doesn't know."""
    if response is None:
        return errors.UnreadableAnswerError(operation, problem)
    return errors.UnreadableAnswerError(
        operation, problem, status=response.status_code, request_id=request_id(response)
    )


def request_id(response: httpx.Response) -> str | None:
    """The answer's MD-Request-Id."""
    return cast("str | None", response.headers.get("MD-Request-Id"))


def kind_of(response: httpx.Response) -> str:
    """Status and content type, for a message."""
    kind = response.headers.get("Content-Type", "").partition(";")[0] or "no content type"
    return f"status {response.status_code}, {kind}" if response.content else f"status {response.status_code}, empty"


def _json(response: httpx.Response) -> Any:
    try:
        return json.loads(response.content)
    except ValueError:
        return None


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for child in children:
        yield from _strings(child)


def words_of(response: httpx.Response) -> str:
    """What an error body says to a person: the strings of any JSON, or the title of a page."""
    words = "; ".join(dict.fromkeys(_strings(_json(response))))
    if not words and "html" in response.headers.get("Content-Type", ""):
        title = re.search(r"<title[^>]*>(.*?)</title>", response.text, re.IGNORECASE | re.DOTALL)
        words = title[1] if title else ""
    words = " ".join((words or ("" if "<" in response.text else response.text)).split())
    return words if len(words) <= _SERVER_WORDS else words[:_SERVER_WORDS] + "…"
