"""What a user may write: the inputs of a webhook endpoint, and every mistake in them. Pure functions."""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Annotated, Literal, NamedTuple, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, WrapValidator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from pulumi_kinetic import redact
from pulumi_kinetic.endpoint import MAX_PORT_DIGITS, URL, Inputs, without_none
from pulumi_kinetic.settings import DEFAULT_PORTS, Environment
from pulumi_kinetic.values import UNKNOWN

_HIGHEST_PORT = 65535
_SAFE_TO_NAME = ("enabledEvents", "status")
# What the SDKs make of an Output in a string: Calling __str__ on an Output[T], [toString] on an [Output<T>]
_TEXT_OF_AN_OUTPUT = re.compile(r"Calling \[?\w+\]? on an \[?Output\b")


class Failure(NamedTuple):
    """One mistake in the inputs.

    Attributes:
        property: The property's name in the schema.
        reason: What would be right.
        given: What was given instead, fit to be shown unless the property is a secret; "" where that is left out.
    """

    property: str
    reason: str
    given: str = ""

    def redacted(self, secret_names: Collection[str] = ()) -> tuple[str, str]:
        """Return the property and the reason as the engine may have them: it prints the value of a property named.

        So only events and status are named, and not where the program marks them as secret. Of a URL only scheme and
        host are given: its path may hold a token. See docs/contributing/engine-facts.md#check-failures-show-values.

        Args:
            secret_names: The properties that the program marks as secret.
        """
        is_secret = self.property in secret_names
        given = f". Given: {self.given}" if self.given and (not is_secret or self.property == "url") else ""
        if self.property in _SAFE_TO_NAME and not is_secret:
            return self.property, f"{self.reason}{given}"
        return "", f"{self.property} {self.reason}{given}"


class Checked(NamedTuple):
    """The inputs as they go into state, and every mistake in them."""

    inputs: Inputs
    failures: list[Failure]


def check(olds: Inputs, news: Inputs, *, environment: Environment | None, new_key: str) -> Checked:
    """Validate what a program declares, and fill in what the user needn't write.

    A value that equals the old input passes, whatever it is: it came from the server, as a drift that the program
    ignores or an import, and the stack would be blocked. See docs/contributing/design.md#checks.

    Args:
        olds: The inputs in state; empty for a new resource and for the second check of a replacement.
        news: The inputs of the program, `UNKNOWN` where a preview can't know a value.
        environment: The API key's; None when it isn't known, and then `http` is accepted.
        new_key: The Idempotency-Key to use when `olds` has none. See docs/contributing/design.md#1-keys.
    """
    given = cast("Inputs", {name: value for name, value in without_none(news).items() if name != "idempotencyKey"})
    mistakes = [failure for failure in _failures(given, environment) if not _is_old(failure.property, olds, given)]
    failures = mistakes + _secret_without_endpoint(olds, given)
    # adopt is read at creation only, so an update keeps what was adopted
    adopt = olds.get("adopt") if olds else given.get("adopt")
    key = olds.get("idempotencyKey") or new_key
    inputs = cast("Inputs", {"status": "enabled", **given, "adopt": adopt, "idempotencyKey": key})
    return Checked(without_none(inputs), failures)


def _is_old(name: str, olds: Mapping[str, object], given: Mapping[str, object]) -> bool:
    return name in olds and name in given and olds[name] == given[name]


def _mistake(reason: str, given: str = "") -> PydanticCustomError:
    return PydanticCustomError("mistake", "{reason}", {"reason": reason, "given": given})


def _check_url(value: object, environment: Environment | None) -> None:
    if not isinstance(value, str):
        raise _mistake("must be a string")
    problems = _url_problems(value, environment)
    if problems:
        raise _mistake("; and ".join(problems), redact.origin(value))


def _url_problems(url: str, environment: Environment | None) -> list[str]:
    match = URL.fullmatch(url)
    if not match or not match["host"] or re.search(r"[\s\x00-\x1f\x7f\\\ud800-\udfff]", url):
        return ["must be an absolute URL such as https://example.com/webhooks, without spaces"]
    scheme = match["scheme"].lower()
    problems = {
        "must not contain a user name or password (user:password@): put a token in the path or query": match["user"],
        "must not contain a fragment (#…): it is never sent to a server": match["fragment"] is not None,
        f"must have a port between 1 and {_HIGHEST_PORT}": not _is_port(match["port"]),
        "must begin with https:// (only the sandbox also accepts http://)": (
            scheme == "http" and environment == "production"
        ),
        "must begin with https://": scheme not in DEFAULT_PORTS,
    }
    return [problem for problem, present in problems.items() if present]


def _is_port(port: str | None) -> bool:
    return not port or (len(port) <= MAX_PORT_DIGITS and 1 <= int(port) <= _HIGHEST_PORT)


def _check_events(value: object, _environment: Environment | None) -> None:
    if not isinstance(value, list):
        raise _mistake("must be a list of event names, or omitted for all events", redact.value(value))
    problems = {
        'must not be empty: omit it, or give ["*"], for all events; to receive none, set status to "disabled"': (
            not value
        ),
        'must not mix "*" with other names: "*" alone means all events': "*" in value and len(set(map(str, value))) > 1,
        "must contain event names only, without empty strings or surrounding spaces": not all(map(_is_name, value)),
    }
    mistakes = [problem for problem, present in problems.items() if present]
    if mistakes:
        raise _mistake("; and ".join(mistakes), redact.value(value))


def _is_name(event: object) -> bool:
    return isinstance(event, str) and event != "" and event == event.strip()


def _check_status(value: object, _environment: Environment | None) -> None:
    if value not in ("enabled", "disabled"):
        raise _mistake('must be "enabled" or "disabled"', redact.value(value))


def _check_adopt(value: object, _environment: Environment | None) -> None:
    if not isinstance(value, str) or not re.fullmatch(r"we_[A-Za-z0-9_-]+", value):
        example = "we_8KdQ2n4Vb1Xc7M"
        raise _mistake(f"must be the id of an existing endpoint, such as {example}", redact.value(value))


def _check_secret(value: object, _environment: Environment | None) -> None:
    if redact.signing_secret(value) is None:
        raise _mistake("must be the signing secret itself, not empty and not masked; omit it if it isn't known")


def _unless_unknown(check: Callable[[object, Environment | None], None]) -> WrapValidator:
    """Check a value, but not what a preview can't know yet: neither a whole value, nor items of a list."""

    def validate(value: object, handler: Callable[[object], object], info: ValidationInfo) -> object:
        known = [item for item in value if item != UNKNOWN] if isinstance(value, list) else value
        if known == UNKNOWN or (known == [] and value):
            return value
        _refuse_text_of_an_output(known)
        check(known, (info.context or {}).get("environment"))
        return handler(value)

    return WrapValidator(validate)


def _refuse_text_of_an_output(value: object) -> None:
    texts = value if isinstance(value, list) else [value]
    if any(isinstance(text, str) and _TEXT_OF_AN_OUTPUT.search(text) for text in texts):
        raise _mistake(
            "has the text of an Output in it, not its value: an f-string or a template can't hold an Output; use "
            "pulumi.Output.concat, pulumi.interpolate or apply"
        )


class Declaration(BaseModel):
    """What a user declares. Source: API reference, "Create" and "Update a webhook endpoint"."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", hide_input_in_errors=True)

    url: Annotated[str, _unless_unknown(_check_url)] = Field(
        description="Where events are delivered: an absolute `https` URL (`http` in the sandbox only), "
        "without user:password and without fragment."
    )
    enabled_events: Annotated[list[str] | None, _unless_unknown(_check_events)] = Field(
        None,
        description='Names of the events to deliver; omitted or `["*"]` means all events. Compared as a set: '
        "order and repeats don't matter.",
    )
    status: Annotated[Literal["enabled", "disabled"] | None, _unless_unknown(_check_status)] = Field(
        "enabled",
        description="`enabled` or `disabled`. A disabled endpoint receives no deliveries, but keeps its id and secret.",
    )
    adopt: Annotated[str | None, _unless_unknown(_check_adopt)] = Field(
        None,
        description="Id (`we_…`) of an endpoint that exists already and is to be managed, instead of creating one. "
        "Read at creation only; changing or removing it later changes nothing.",
    )
    existing_signing_secret: Annotated[str | None, _unless_unknown(_check_secret)] = Field(
        None,
        description="The signing secret of an adopted or imported endpoint, which only its owner still knows. "
        "Never sent to the API; ignored where the secret is known already.",
    )


_MESSAGES = {
    "missing": "is required: the https URL that events are delivered to",
    "extra_forbidden": f"is not a property of a webhook endpoint; those are: "
    f"{', '.join(to_camel(name) for name in Declaration.model_fields)}",
}


def _failures(given: Mapping[str, object], environment: Environment | None) -> list[Failure]:
    try:
        Declaration.model_validate(given, context={"environment": environment})
    except ValidationError as error:
        mistakes = error.errors(include_input=False, include_url=False)
        return [
            Failure(
                str(mistake["loc"][0]),
                _MESSAGES.get(mistake["type"], mistake["msg"]),
                str(mistake.get("ctx", {}).get("given", "")),
            )
            for mistake in mistakes
        ]
    return []


def _secret_without_endpoint(olds: Inputs, given: Inputs) -> list[Failure]:
    if olds or "existingSigningSecret" not in given or "adopt" in given:
        return []
    reason = "belongs to an endpoint that exists: give its id as `adopt` too (a new endpoint brings its own secret)"
    return [Failure("existingSigningSecret", reason)]
