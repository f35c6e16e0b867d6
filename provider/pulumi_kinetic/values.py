"""How the engine spells unknown and secret values, on the wire and in an exported state. Pure functions."""

import json
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple, TypeAlias

from google.protobuf import json_format, struct_pb2

JsonObject: TypeAlias = dict[str, Any]
"""JSON that somebody else writes (the engine, the CLI); its values are looked at where they are used."""

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""How the engine spells a value that a preview can't know yet (`pulumi.runtime.rpc.UNKNOWN`)."""

PROVIDER_PICKLE = "__provider"
"""Where the engine keeps the pickle of a dynamic resource's provider."""

_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 a constant of the engine's wire format


class PropertyBag(NamedTuple):
    """Properties as the engine sends them: plain values, and the names of those that are secret."""

    values: JsonObject
    secret_names: frozenset[str]


def from_struct(struct: struct_pb2.Struct) -> PropertyBag:
    """Return properties from the wire in plain values."""
    values = json_format.MessageToDict(struct)
    return PropertyBag(
        {name: _unwrap_from_wire(value) for name, value in values.items()},
        frozenset(name for name, value in values.items() if contains_secret(value)),
    )


def mark_secret(value: object) -> JsonObject:
    """Return a value as a file that the CLI reads has to hold it, so that the engine encrypts it."""
    return {_SIGNATURE: _SECRET, "plaintext": json.dumps(value)}


def to_struct(values: Mapping[str, object], secret_names: Collection[str]) -> struct_pb2.Struct:
    """Return plain values for the wire, those of these names marked as secret."""
    wrapped = {
        name: {_SIGNATURE: _SECRET, "value": value} if name in secret_names else value for name, value in values.items()
    }
    struct = struct_pb2.Struct()
    json_format.ParseDict(wrapped, struct)
    return struct


def contains_unknown(value: object) -> bool:
    """Tell whether a value, or an item of a list, isn't known yet."""
    return UNKNOWN in value if isinstance(value, list | tuple) else value == UNKNOWN


def contains_secret(value: object) -> bool:
    """Tell whether a value, or an item of a list, is marked as secret, on the wire or in an export."""
    if isinstance(value, dict):
        return value.get(_SIGNATURE) == _SECRET
    return isinstance(value, list) and any(map(contains_secret, value))


def unwrap_from_export(value: Any) -> Any:  # any JSON, of which the shape stays
    """Return a value of a state exported with `--show-secrets` in plain values."""
    if isinstance(value, dict):
        if "plaintext" in value:
            return json.loads(value["plaintext"])
        return {name: unwrap_from_export(item) for name, item in value.items()}
    return [unwrap_from_export(item) for item in value] if isinstance(value, list) else value


def _unwrap_from_wire(value: Any) -> Any:  # any JSON, of which the shape stays
    if isinstance(value, dict):
        return _unwrap_from_wire(value.get("value")) if value.get(_SIGNATURE) == _SECRET else value
    return [_unwrap_from_wire(item) for item in value] if isinstance(value, list) else value
