"""What a webhook endpoint is: what its properties mean and what differs.

Pure functions of plain values: no I/O, no Pulumi. A property bag is a `dict` with the schema's camelCase
names, as the engine keeps it in state.
"""

import re
from collections.abc import Mapping
from typing import Any, Literal

from pulumi_kinetic.values import UNKNOWN, Properties, contains_unknown

Environment = Literal["sandbox", "production"]

ALL_EVENTS = ("*",)
UPDATABLE = ("url", "enabledEvents", "status")
DYNAMIC_TYPE = "pulumi-python:dynamic/kinetic:WebhookEndpoint"
PLUGIN_TYPE = "kinetic:index:WebhookEndpoint"
URL = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://"
    r"(?P<user>[^/?#]*@)?(?P<host>\[[^]/?#@]*\]|[^]:/?#@\[]*)(?::(?P<port>[0-9]*))?"
    r"(?P<path>/[^?#]*)?(?P<query>\?[^#]*)?(?P<fragment>#.*)?",
    re.IGNORECASE | re.DOTALL,
)
DEFAULT_PORTS = {"http": 80, "https": 443}


def changes(state: Mapping[str, Any], inputs: Mapping[str, Any]) -> Properties:
    """The updatable properties whose meaning differs, with the value that each is to have."""
    return {
        name: inputs[name] if inputs.get(name) is not None else _DEFAULTS[name]
        for name in UPDATABLE
        if meaning(name, state.get(name)) != meaning(name, inputs.get(name))
    }


def learns_secret(state: Mapping[str, Any], inputs: Mapping[str, Any]) -> bool:
    """Whether the inputs supply a signing secret that state doesn't know."""
    return state.get("signingSecret") is None and inputs.get("existingSigningSecret") is not None


def differing(state: Mapping[str, Any], inputs: Mapping[str, Any]) -> list[str]:
    """The names of the properties that an update would change, in the schema's order."""
    supplied = ["existingSigningSecret"] if learns_secret(state, inputs) else []
    return [*changes(state, inputs), *supplied]


def meaning(name: str, value: Any) -> Any:
    """A value of a property such that equal meanings compare equal. See docs/contributing/design.md#equal."""
    if value is None:
        value = _DEFAULTS[name]
    if contains_unknown(value):
        return UNKNOWN
    if name == "url":
        return _normal_url(str(value))
    return frozenset(value) if name == "enabledEvents" else value


def declared_form(declared: Mapping[str, Any], actual: Mapping[str, Any]) -> Properties:
    """The updatable properties as the server has them, in the user's form wherever it means the same.

    A dynamic read is given old outputs only, so they have to keep order, repeats and omissions.
    """
    merged = {
        name: declared.get(name)
        if meaning(name, declared.get(name)) == meaning(name, actual.get(name))
        else actual.get(name)
        for name in UPDATABLE
    }
    return {name: value for name, value in merged.items() if value is not None}


def _normal_url(url: str) -> str:
    match = URL.fullmatch(url)
    if not match:
        return url
    scheme = match["scheme"].lower()
    port = int(match["port"] or 0) or DEFAULT_PORTS.get(scheme)
    path, query, fragment = match["path"] or "/", match["query"] or "", match["fragment"] or ""
    return f"{scheme}://{match['user'] or ''}{match['host'].lower()}:{port}{path}{query}{fragment}"


_DEFAULTS: dict[str, Any] = {"url": "", "enabledEvents": list(ALL_EVENTS), "status": "enabled"}
