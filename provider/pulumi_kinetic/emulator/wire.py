"""The wire format: the bodies of requests and answers, as the API reference shows them and `Assumptions` vary them.

The models describe it to readers of the OpenAPI document. Answers aren't made from them, since an assumption can give
an answer more fields than its model has, or fewer.
"""

import json

from pydantic import BaseModel, ConfigDict, Field, JsonValue
from starlette.responses import Response

from pulumi_kinetic.emulator.assumptions import Assumptions, ErrorShape
from pulumi_kinetic.emulator.records import Endpoint, JsonObject


class EndpointAnswer(BaseModel):
    """Reference: the example of "Retrieve a webhook endpoint"."""

    webhook_endpoint_id: str
    url: str
    enabled_events: list[str] | None = None
    status: str
    created_at: str


class CreatedAnswer(EndpointAnswer):
    """Reference: "The signing_secret is returned once, on this response only"."""

    signing_secret: str | None = None


class ListAnswer(BaseModel):
    """Reference: the example of "List webhook endpoints"."""

    object: str = "list"
    data: list[EndpointAnswer]
    has_more: bool


class DeletedAnswer(BaseModel):
    """Reference: the example of "Delete a webhook endpoint"."""

    webhook_endpoint_id: str
    deleted: bool = True


class CreateBody(BaseModel):
    """Reference: "Body parameters" of create."""

    url: str = Field(json_schema_extra={"format": "uri"})
    enabled_events: list[str] = ["*"]


class UpdateBody(BaseModel):
    """Reference: "Body parameters" of update."""

    url: str | None = None
    enabled_events: list[str] | None = None
    status: str | None = None


class Error(BaseModel):
    """Any JSON: the reference doesn't say what an error looks like."""

    model_config = ConfigDict(extra="allow")


def endpoint_answer(endpoint: Endpoint, assumptions: Assumptions, *, with_secret: bool = False) -> JsonObject:
    """Render an endpoint as the API answers it."""
    hidden = {"environment", "organization"} | (set() if with_secret else {"signing_secret"})
    answer: JsonObject = endpoint.model_dump(exclude=hidden)
    if assumptions.event_order != "as_sent":
        # A list display, since a list[str] isn't a list[JsonValue] to mypy.
        answer["enabled_events"] = [*sorted(endpoint.enabled_events, reverse=assumptions.event_order == "reversed")]
    if endpoint.enabled_events == ["*"] and assumptions.all_events == "null":
        answer["enabled_events"] = None
    if endpoint.enabled_events == ["*"] and assumptions.all_events == "absent":
        del answer["enabled_events"]
    if assumptions.extra_fields:
        answer |= {"object": "webhook_endpoint", "metadata": {"team": None}, "delivery_count": 7}
    return answer


def error_body(shape: ErrorShape, code: str, message: str) -> JsonObject:
    """Render a refusal; the reference doesn't say what one looks like."""
    shapes: dict[ErrorShape, JsonObject] = {
        "nested": {"error": {"code": code, "message": message}},
        "flat": {"code": code, "message": message},
        "list": {"errors": [{"type": code, "detail": message}]},
        "string": {"error": code},
        "problem": {"type": "about:blank", "title": code, "detail": message},
    }
    return shapes[shape]


def json_response(status: int, value: JsonValue) -> Response:
    """Make a response of JSON; a lone surrogate is escaped."""
    return Response(json.dumps(value), status_code=status, media_type="application/json")
