"""What a Python program hands to the resource: the types that are accepted, and the values as the SDK sends them."""

import inspect
import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Literal, TypeAlias

import pulumi

from pulumi_kinetic.errors import KineticError

EventNames: TypeAlias = pulumi.Input[Iterable[pulumi.Input[str]] | None]
"""Names of events: any iterable but a string."""
Status: TypeAlias = pulumi.Input[Literal["enabled", "disabled"] | str | None]  # noqa: PYI051 an editor proposes the two
"""A status. Any string passes a type checker, since a configuration's value is any string to it."""

SCHEMA_NAMES = {
    "webhook_endpoint_id": "webhookEndpointId",
    "enabled_events": "enabledEvents",
    "created_at": "createdAt",
    "signing_secret": "signingSecret",
    "existing_signing_secret": "existingSigningSecret",
    "idempotency_key": "idempotencyKey",
}
"""How the schema names those properties that it names otherwise than Python."""

_OF_ADOPTION = ("adopt", "existing_signing_secret")
_PROPERTIES = (
    "url",
    "enabled_events",
    "status",
    "adopt",
    "existing_signing_secret",
    "webhook_endpoint_id",
    "created_at",
    "environment",
    "signing_secret",
)
_EXPECTED = {"enabled_events": "names of events"}
_BYTES = (bytes, bytearray, memoryview)
_PROVIDER = (
    "the option `provider` has no effect on this dynamic resource, which has the settings of its stack: take the "
    "plugin's WebhookEndpoint for an explicit provider (docs/guides/languages.md), or another stack"
)
_IMPORT = (
    "the option `import_` can't work on a dynamic resource: give adopt={id!r} in its place, or import the endpoint "
    "with the plugin (docs/guides/languages.md)"
)
_REPLACE = (
    "the option `replace_on_changes` has no effect on a dynamic resource, which doesn't tell the engine what changed: "
    "use the option `replacement_trigger`, `pulumi up --replace URN`, or the plugin (docs/guides/languages.md)"
)
_NO_PROPERTY = "the option `{option}` names {name!r}, which is no property of a webhook endpoint; those are: {known}"


class OptionError(KineticError, pulumi.RunError):
    """An option or argument that a resource can't honour. Pulumi shows a RunError without a traceback."""


def event_names(given: object) -> object:
    """Return names of events as the SDK sends them: in a list, which is sorted where they come in no order.

    A set has another order in each process, and a preview would show that. An iterable is consumed once. What can't be
    names (a string, a mapping) stays as it is, for check to refuse.
    """
    if isinstance(given, pulumi.Output):
        return given.apply(event_names)
    if inspect.isawaitable(given):
        return pulumi.Output.from_input(given).apply(event_names)
    if not isinstance(given, Iterable) or isinstance(given, (str, Mapping, *_BYTES)):
        return given
    names = list(given)
    if not isinstance(given, AbstractSet):
        return names
    if any(isinstance(name, pulumi.Output) for name in names):
        return pulumi.Output.all(*names).apply(lambda known: sorted(known, key=str))
    return sorted(names, key=str)


def declared_inputs(*, enabled_events: object, **others: object) -> dict[str, Any]:
    """Return what a program declares, as the SDK is to send it.

    What only an adoption needs is left out where it is None: it is no output, and the SDK spends time on each name.

    Args:
        enabled_events: Names of events, in any iterable.
        others: The resource's other arguments by name.

    Raises:
        TypeError: The SDK can't send an argument, and would show its value. The text names each such argument, what
            it must be, and the type that it has.
    """
    values = {**others, "enabled_events": event_names(enabled_events)}
    if mistakes := unsendable(values):
        raise TypeError("; ".join(mistakes))
    return {name: value for name, value in values.items() if value is not None or name not in _OF_ADOPTION}


def unsendable(values: Mapping[str, object]) -> list[str]:
    """Return a text for each argument that the SDK can't send: what it must be, and the type that it has."""
    wrong = {name: kind for name, value in values.items() if (kind := _unsendable_type(value))}
    return [f"{name} must be {_EXPECTED.get(name, 'a string')}, not {kind}" for name, kind in wrong.items()]


def require_supported(name: str, options: pulumi.ResourceOptions | None) -> None:
    """Refuse the options that Pulumi would ignore or fail on; nothing has been sent.

    A provider for a resource's children and components (`providers`) isn't one for the resource.

    Args:
        name: The resource's name.
        options: Its options, as the program gives them.

    Raises:
        OptionError: The text names each such option, and what to use instead.
    """
    if options is None:
        return
    problems = []
    if options.provider is not None and options.provider.package != "pulumi-python":
        problems.append(_PROVIDER)
    if options.import_ is not None:
        problems.append(_IMPORT.format(id=options.import_))
    if options.replace_on_changes:
        problems.append(_REPLACE)
    problems += _unknown_names("ignore_changes", options.ignore_changes or [])
    problems += _unknown_names("additional_secret_outputs", options.additional_secret_outputs or [])
    if problems:
        raise OptionError("\n".join(f"{name}: {problem}" for problem in problems))


def schema_path(path: str) -> str:
    """Return a property, or a path into one ("enabled_events[0]"), as the schema names it; names of the SDK stay."""
    return re.sub(r"\w+", lambda name: SCHEMA_NAMES.get(name[0], name[0]), path, count=1)


def _unknown_names(option: str, paths: Sequence[str]) -> list[str]:
    """Mistakes in a list of properties, which the engine passes over in silence. Names of the SDK begin with `__`."""
    known = {*(SCHEMA_NAMES.get(name, name) for name in _PROPERTIES), "idempotencyKey"}
    names = {path: re.search(r"\w+", schema_path(path)) for path in paths}
    unknown = [path for path, name in names.items() if name and not re.match("__", name[0]) and name[0] not in known]
    return [_NO_PROPERTY.format(option=option, name=path, known=", ".join(_PROPERTIES)) for path in unknown]


def _unsendable_type(value: object) -> str | None:
    """The type of what can't be sent in a value; None where all of it can."""
    if value is None or isinstance(value, (str, int, float, pulumi.Output)) or inspect.isawaitable(value):
        return None
    if isinstance(value, (Sequence, Mapping)) and not isinstance(value, _BYTES):
        items = value.values() if isinstance(value, Mapping) else value
        return next((kind for item in items if (kind := _unsendable_type(item))), None)
    return type(value).__name__
