"""What a user may write: the inputs, and which of them are valid. Pure functions."""

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, WrapValidator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from pulumi_kinetic.endpoint import DEFAULT_PORTS, URL, Environment
from pulumi_kinetic.redact import known_secret, shown
from pulumi_kinetic.values import UNKNOWN, Properties

_SAFE_TO_SHOW = ("enabledEvents", "status")
_HIGHEST_PORT = 65535


class Failure(NamedTuple):
    """One mistake in the inputs: the property's camelCase name and what would be right."""

    property: str
    reason: str

    def told(self) -> "Failure":
        """Fit for the engine, which prints the value of a property that is named, and a URL may hold a password."""
        return self if self.property in _SAFE_TO_SHOW else Failure("", f"{self.property} {self.reason}")


class Checked(NamedTuple):
    """What `check` found: the inputs as they go into state, and every mistake."""

    inputs: Properties
    failures: list[Failure]


def check(
    olds: Mapping[str, Any], news: Mapping[str, Any], *, environment: Environment | None, new_key: str
) -> Checked:
    """Validate `news` and fill in what the user needn't write.

    Args:
        olds: the inputs in state; empty for a new resource and for the second check of a replacement.
        news: the inputs of the program, `UNKNOWN` where a preview can't know a value.
        environment: the API key's; None when it is not known (then `http` is let pass).
        new_key: the Idempotency-Key to use when `olds` has none. See docs/contributing/design.md#1-keys.
    """
    given = {name: value for name, value in news.items() if value is not None and name != "idempotencyKey"}
    failures = _failures(given, environment) + _secret_without_endpoint(olds, given)
    fixed = {"adopt": olds.get("adopt")} if olds else {}
    key = olds.get("idempotencyKey") or new_key
    inputs = {"status": "enabled", **given, **fixed, "idempotencyKey": key}
    return Checked({name: value for name, value in inputs.items() if value is not None}, failures)


def _mistake(reason: str) -> PydanticCustomError:
    return PydanticCustomError("mistake", "{reason}", {"reason": reason})


def _url_problems(url: str, environment: Environment | None) -> Iterable[str]:
    match = URL.fullmatch(url)
    if not match or not match["host"] or re.search(r"[\s\x00-\x1f\x7f\\]", url):
        return ["must be an absolute URL such as https://example.com/webhooks, without spaces"]
    problems = {
        "must not hold a user name or password (user:password@): put a token in the path or query": match["user"],
        "must not hold a fragment (#…): it is never sent to a server": match["fragment"] is not None,
        f"must have a port between 1 and {_HIGHEST_PORT}": not _is_port(match["port"]),
        **_scheme_problems(match["scheme"].lower(), environment),
    }
    return [problem for problem, present in problems.items() if present]


def _scheme_problems(scheme: str, environment: Environment | None) -> dict[str, bool]:
    return {
        "must begin with https:// (only the sandbox also takes http://)": (
            scheme == "http" and environment == "production"
        ),
        "must begin with https://": scheme not in DEFAULT_PORTS,
    }


def _is_port(port: str | None) -> bool:
    return not port or 1 <= int(port) <= _HIGHEST_PORT


def _check_url(value: Any, info: ValidationInfo) -> Any:
    if not isinstance(value, str):
        raise _mistake(f"must be a string, not {shown(value)}")
    problems = list(_url_problems(value, (info.context or {}).get("environment")))
    if problems:
        raise _mistake(f"{'; and '.join(problems)}. Given: {shown(value)}")
    return value


def _check_events(value: Any, _info: ValidationInfo) -> Any:
    if not isinstance(value, list):
        raise _mistake(f"must be a list of event names, or omitted for all events, not {shown(value)}")
    problems = {
        'must not be empty: omit it, or give ["*"], for all events; to receive none, set status to "disabled"': (
            not value
        ),
        'must not mix "*" with other names: "*" alone means all events': "*" in value and len(set(map(str, value))) > 1,
        "must hold names only: no blank ones, no spaces around": any(not _is_name(event) for event in value),
    }
    wrong = [problem for problem, present in problems.items() if present]
    if wrong:
        raise _mistake(f"{'; and '.join(wrong)}. Given: {shown(value)}")
    return value


def _is_name(event: Any) -> bool:
    return isinstance(event, str) and event != "" and event == event.strip()


def _check_status(value: Any, _info: ValidationInfo) -> Any:
    if value not in ("enabled", "disabled"):
        raise _mistake(f'must be "enabled" or "disabled". Given: {shown(value)}')
    return value


def _check_adopt(value: Any, _info: ValidationInfo) -> Any:
    if not isinstance(value, str) or not re.fullmatch(r"we_[A-Za-z0-9_-]+", value):
        raise _mistake(f"must be the id of an existing endpoint, such as we_8KdQ2n4Vb1Xc7M. Given: {shown(value)}")
    return value


def _check_secret(value: Any, _info: ValidationInfo) -> Any:
    if known_secret(value) is None:
        raise _mistake("must be the signing secret itself, not empty and not masked; omit it if it is not known")
    return value


def _known(checker: Any) -> WrapValidator:
    def validate(value: Any, handler: Any, info: ValidationInfo) -> Any:
        known = [item for item in value if item != UNKNOWN] if isinstance(value, list) else value
        if known == UNKNOWN or (known == [] and value):
            return value
        checker(known, info)
        return handler(value)

    return WrapValidator(validate)


class Inputs(BaseModel):
    """What a user declares. Source: API reference, "Create" and "Update a webhook endpoint"."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", hide_input_in_errors=True)

    url: Annotated[str, _known(_check_url)] = Field(
        description="Where events are delivered: an absolute `https` URL (`http` in the sandbox only), "
        "without user:password and without fragment."
    )
    enabled_events: Annotated[list[str] | None, _known(_check_events)] = Field(
        None,
        description='Names of the events to deliver; omitted or `["*"]` means all events. Compared as a set: '
        "order and repeats don't matter.",
    )
    status: Annotated[Literal["enabled", "disabled"] | None, _known(_check_status)] = Field(
        "enabled",
        description="`enabled` or `disabled`. A disabled endpoint receives no deliveries, but keeps its id and secret.",
    )
    adopt: Annotated[str | None, _known(_check_adopt)] = Field(
        None,
        description="Id (`we_…`) of an endpoint that exists already and is to be managed, instead of creating one. "
        "Read at creation only; changing or removing it later changes nothing.",
    )
    existing_signing_secret: Annotated[str | None, _known(_check_secret)] = Field(
        None,
        description="The signing secret of an adopted or imported endpoint, which only its owner still knows. "
        "Never sent to the API; ignored where the secret is known already.",
    )


class Computed(BaseModel):
    """What only the API knows. Source: API reference, "The webhook endpoint object"."""

    model_config = ConfigDict(alias_generator=to_camel)

    webhook_endpoint_id: str = Field(description="The id that the API gave (`we_…`); the same as the resource's id.")
    created_at: str | None = Field(None, description="When the API created it, as it says (ISO 8601).")
    environment: Environment = Field(description="By the API key that created or adopted it.")
    signing_secret: str | None = Field(
        None,
        description="Verifies deliveries. Captured when the endpoint is created; not known for an adopted or imported "
        "endpoint whose secret was not supplied.",
    )


_MESSAGES = {
    "missing": "is required: the https URL that events are delivered to",
    "extra_forbidden": f"is not a property of a webhook endpoint; those are: "
    f"{', '.join(to_camel(name) for name in Inputs.model_fields)}",
}


def _failures(given: Mapping[str, Any], environment: Environment | None) -> list[Failure]:
    try:
        Inputs.model_validate(given, context={"environment": environment})
    except ValidationError as error:
        mistakes = error.errors(include_input=False, include_url=False)
        return [Failure(str(one["loc"][0]), _MESSAGES.get(one["type"], one["msg"])) for one in mistakes]
    return []


def _secret_without_endpoint(olds: Mapping[str, Any], given: Mapping[str, Any]) -> list[Failure]:
    if olds or "existingSigningSecret" not in given or "adopt" in given:
        return []
    reason = "belongs to an endpoint that exists: give its id as `adopt` too (a new endpoint brings its own secret)"
    return [Failure("existingSigningSecret", reason)]
