"""Which fields a request may have, and which values they may hold."""

from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from pydantic import JsonValue

from pulumi_kinetic.emulator.records import Environment, JsonObject


def problems_in(
    fields: JsonObject, environment: Environment, *, allowed: Sequence[str], required: Sequence[str] = ()
) -> list[str]:
    """Check the fields of a create or an update.

    Args:
        fields: The body of the request.
        environment: The environment of the API key: the sandbox also takes http URLs.
        allowed: The fields that the call has.
        required: Those of them that may not be missing.

    Returns: A sentence for each mistake; none if the fields are valid.
    """
    missing = [f"{name} is required" for name in required if name not in fields]
    unknown = [f"{name} is not a field of this call" for name in fields if name not in allowed]
    invalid = [
        f"{name} {_RULES[name][1]}"
        for name in allowed
        if name in fields and not _RULES[name][0](fields[name], environment)
    ]
    return missing + unknown + invalid


def _is_url(value: JsonValue, environment: Environment) -> bool:
    if not isinstance(value, str):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    schemes = ("https", "http") if environment == "sandbox" else ("https",)
    return bool(parts.hostname) and parts.scheme in schemes


def _is_event_list(value: JsonValue, _environment: Environment) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(name, str) and name for name in value)


def _is_status(value: JsonValue, _environment: Environment) -> bool:
    return value in ("enabled", "disabled")


_RULES: dict[str, tuple[Callable[[JsonValue, Environment], bool], str]] = {
    "url": (_is_url, "must be an absolute https URL (the sandbox also takes http)"),
    "enabled_events": (_is_event_list, "must be a list of event names"),
    "status": (_is_status, "must be enabled or disabled"),
}
