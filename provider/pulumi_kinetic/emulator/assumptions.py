"""What the API reference doesn't say, as settings: made up, and varied so that nothing is tuned to a guess."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from pulumi_kinetic.emulator.gateway import GatewayName
from pulumi_kinetic.emulator.rewriting import EventRule, UrlRule

ErrorShape = Literal["nested", "flat", "list", "string", "problem"]
HttpStatus = Annotated[int, Field(ge=200, le=599)]


class Assumptions(BaseModel):
    """What the API reference does not say. Everything here is made up, and can be changed."""

    model_config = ConfigDict(extra="forbid")

    error_shape: ErrorShape = Field(
        "nested",
        description="The JSON of an error: {error: {code, message}}, {code, message}, {errors: [...]}, …",
    )
    event_order: Literal["as_sent", "sorted", "reversed"] = Field(
        "as_sent", description="The order of enabled_events in answers."
    )
    all_events: Literal["star", "null", "absent"] = Field(
        "star", description='How an endpoint for all events is answered: ["*"], null, or without the field.'
    )
    url_rules: list[UrlRule] = Field([], description="How a URL is rewritten when it is written, in this order.")
    event_rules: list[EventRule] = Field([], description="How enabled_events are rewritten when they are written.")
    new_status: str = Field("enabled", description="The status of a new endpoint.")
    newest_first: bool = Field(default=True, description="The order of a listing.")
    extra_fields: bool = Field(default=False, description="Whether answers carry fields beyond the reference's.")
    key_life_seconds: float = Field(86_400, description="How long an Idempotency-Key is remembered.")
    mismatch_status: HttpStatus = Field(422, description="Answer to the same Idempotency-Key with another body.")
    in_flight_status: HttpStatus = Field(409, description="Answer to an Idempotency-Key whose request is in flight.")
    invalid_status: HttpStatus = Field(422, description="Answer to invalid fields.")
    replay_without_secret: bool = Field(
        default=False, description="Whether a replayed create leaves the signing secret out."
    )
    request_id_header: bool = Field(default=True, description="Whether answers carry MD-Request-Id.")
    requests_per_second: int | None = Field(
        None, ge=1, description="How many requests any second may have before 429 is answered; None for no limit."
    )
    retry_after_header: bool = Field(default=True, description="Whether such a 429 carries Retry-After.")
    gateway: GatewayName | None = Field(
        None, description="What answers every request instead of the API, as a wrong base URL or a proxy would."
    )
