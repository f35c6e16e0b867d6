"""Which fields a request may have, and which values they may hold."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from pulumi_kinetic.emulator.records import Environment, Fields


def problems_in(
    fields: Fields, environment: Environment, *, allowed: Sequence[str], required: Sequence[str] = ()
) -> list[str]:
    """Check the fields of a create or an update: a sentence for each mistake."""
    problems = [f"{name} is required" for name in required if name not in fields]
    problems += [f"{name} is not a field of this call" for name in fields if name not in allowed]
    problems += [
        f"{name} {_RULES[name][1]}"
        for name in allowed
        if name in fields and not _RULES[name][0](fields[name], environment)
    ]
    return problems


def _is_url(value: Any, environment: Environment) -> bool:
    if not isinstance(value, str):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return bool(parts.hostname) and parts.scheme in ("https", "http")[: 2 if environment == "sandbox" else 1]


def _is_events(value: Any, _environment: Environment) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, str) and one for one in value)


def _is_status(value: Any, _environment: Environment) -> bool:
    return value in ("enabled", "disabled")


_RULES = {
    "url": (_is_url, "must be an absolute https URL (the sandbox also takes http)"),
    "enabled_events": (_is_events, "must be a list of event names"),
    "status": (_is_status, "must be enabled or disabled"),
}
