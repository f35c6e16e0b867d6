"""The engine's property bags on the wire, and as plain values."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from google.protobuf import json_format, struct_pb2

from pulumi_kinetic.endpoint import SECRET, Properties

_SIGNATURE, _SECRET = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"


class Bag(NamedTuple):
    """A property bag as the engine sends it: plain values, and the names of those that are secret."""

    values: Properties
    secret: frozenset[str]


def from_struct(struct: struct_pb2.Struct) -> Bag:
    """The engine's properties in plain values."""
    found = json_format.MessageToDict(struct)
    return Bag(
        {name: _revealed(value) for name, value in found.items()},
        frozenset(name for name, value in found.items() if _holds_secret(value)),
    )


def to_struct(values: Mapping[str, Any], secret: Iterable[str]) -> struct_pb2.Struct:
    """Plain values for the engine; what is a secret by its name, or came as one, is marked."""
    hidden = {*SECRET, *secret}
    marked = {name: _marked(value) if name in hidden else value for name, value in values.items()}
    struct = struct_pb2.Struct()
    json_format.ParseDict(marked, struct)
    return struct


def _marked(value: Any) -> Properties:
    return {_SIGNATURE: _SECRET, "value": value}


def _revealed(value: Any) -> Any:
    if isinstance(value, dict):
        return _revealed(value.get("value")) if value.get(_SIGNATURE) == _SECRET else value
    return [_revealed(item) for item in value] if isinstance(value, list) else value


def _holds_secret(value: Any) -> bool:
    if isinstance(value, dict):
        return bool(value.get(_SIGNATURE) == _SECRET)
    return isinstance(value, list) and any(map(_holds_secret, value))
