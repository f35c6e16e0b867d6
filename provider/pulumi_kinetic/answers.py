"""What a success of the Kinetic API holds.

Source: API reference, "Webhook Endpoints".
"""

import json
import re
from typing import Annotated, NamedTuple, NoReturn

import httpx
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, SecretStr, ValidationError

from pulumi_kinetic import redact
from pulumi_kinetic.endpoint import Patch

_ID = re.compile(r"[!-~]{1,255}")
_NOT_TEXT = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_EXPECTED = {"webhook_endpoint_id": "an id", "enabled_events": "a list of names"}


class _AmbiguousError(ValueError):
    """JSON that parsers read in more than one way."""


def _endpoint_id(value: str) -> str:
    if not _ID.fullmatch(value) or redact.text(value) != value:  # an id is shown in messages
        raise ValueError
    return value


def _text(value: str) -> str:
    if not value or _NOT_TEXT.search(value):
        raise ValueError
    return value


def _text_or_none(value: object) -> str | None:
    """What is only shown: where it isn't text, the endpoint is of use all the same."""
    return value if isinstance(value, str) and value and not _NOT_TEXT.search(value) else None


Text = Annotated[str, AfterValidator(_text)]


class RemoteEndpoint(BaseModel):
    """A webhook endpoint as the API describes it; fields beyond the reference's are ignored."""

    model_config = ConfigDict(hide_input_in_errors=True, frozen=True)

    webhook_endpoint_id: Annotated[str, AfterValidator(_endpoint_id)]
    url: Text
    enabled_events: list[Text] | None = None
    status: Text
    created_at: Annotated[str | None, BeforeValidator(_text_or_none)] = None
    signing_secret: Annotated[SecretStr | None, BeforeValidator(redact.signing_secret)] = None

    @property
    def properties(self) -> Patch:
        """What an update could change, under the schema's names."""
        return {"url": self.url, "enabledEvents": self.enabled_events, "status": self.status}

    def public(self) -> dict[str, object]:
        """Return everything but the signing secret, under the API's names."""
        return self.model_dump(exclude={"signing_secret"})


class Page(NamedTuple):
    """One page of a listing.

    Attributes:
        data: The endpoints, in the server's order.
        has_more: Whether the server has more of them.
        ids: The ids of all entries that have one: what a next page can begin behind.
        unreadable: For each entry that isn't an endpoint, its id or place, and what is wrong.
    """

    data: list[RemoteEndpoint]
    has_more: bool
    ids: list[str]
    unreadable: list[str]


def read_json(response: httpx.Response) -> object:
    """Return the JSON of a body; None for an empty one.

    Raises:
        ValueError: It isn't JSON that means one thing; the text says why.
    """
    if not response.content:
        return None
    try:
        return json.loads(response.content, parse_constant=_refuse_constant, object_pairs_hook=_without_repeats)
    except RecursionError:
        raise ValueError("its JSON is nested too deeply") from None
    except _AmbiguousError:
        raise
    except ValueError:  # the parser quotes what it can't read
        raise ValueError("it isn't JSON") from None


def read_endpoint(answer: object, endpoint_id: str | None = None) -> RemoteEndpoint:
    """Return the endpoint that an answer describes.

    Args:
        answer: The JSON of the body.
        endpoint_id: The endpoint that was asked for; None for a create.

    Raises:
        ValueError: The answer describes no endpoint, or another one; the text says why.
    """
    if not isinstance(answer, dict):
        raise ValueError("it isn't a JSON object")  # noqa: TRY004 a caller handles one kind
    try:
        endpoint = RemoteEndpoint.model_validate(answer)
    except ValidationError as error:
        mistakes = {str(mistake["loc"][0]): mistake["type"] for mistake in error.errors(include_input=False)}
        raise ValueError(
            ", ".join(
                f"`{name}` " + ("is missing" if kind == "missing" else f"isn't {_EXPECTED.get(name, 'text')}")
                for name, kind in mistakes.items()
            )
        ) from None
    if endpoint_id not in (None, endpoint.webhook_endpoint_id):
        raise ValueError("it describes another endpoint")
    return endpoint


def read_page(answer: object) -> Page:
    """Return one page of a listing; an entry that can't be read is named, not fatal, if any other can.

    Raises:
        ValueError: The answer is no page; the text says why.
    """
    entries = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(answer, dict) or not isinstance(entries, list) or not isinstance(answer.get("has_more"), bool):
        raise ValueError("it isn't a list of endpoints (`data`, `has_more`)")  # noqa: TRY004 a caller handles one kind
    data: list[RemoteEndpoint] = []
    ids: list[str] = []
    unreadable: list[str] = []
    for index, entry in enumerate(entries, start=1):
        endpoint_id = entry.get("webhook_endpoint_id") if isinstance(entry, dict) else None
        if isinstance(endpoint_id, str) and _ID.fullmatch(endpoint_id):
            ids.append(endpoint_id)
            name = f"webhook endpoint {redact.text(endpoint_id)}"
        else:
            name = f"entry {index} of a page of webhook endpoints"
        try:
            data.append(read_endpoint(entry))
        except ValueError as error:
            unreadable.append(f"{name} can't be read: {error}")
    if unreadable and not data:
        raise ValueError(unreadable[0])
    return Page(data, answer["has_more"], ids, unreadable)


def read_deleted(answer: object, endpoint_id: str) -> None:
    """Raise ValueError where a success of a delete says something else; a body isn't needed."""
    if answer is None:
        return
    if not isinstance(answer, dict):
        raise ValueError("it isn't a JSON object")  # noqa: TRY004 a caller handles one kind
    if answer.get("deleted", True) is False:
        raise ValueError("it says that the endpoint isn't deleted")
    if answer.get("webhook_endpoint_id", endpoint_id) != endpoint_id:
        raise ValueError("it describes another endpoint")


def _refuse_constant(_: str) -> NoReturn:
    raise ValueError  # NaN and Infinity aren't JSON


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise _AmbiguousError("its JSON gives a name twice")
    return values
