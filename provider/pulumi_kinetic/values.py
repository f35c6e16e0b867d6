"""How the engine spells unknown and secret values, on the wire and in an exported state."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from google.protobuf import json_format, struct_pb2

Properties = dict[str, Any]
Json = dict[str, Any]

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""How the engine spells a value that a preview can't know yet (`pulumi.runtime.rpc.UNKNOWN`)."""

SECRET = ("signingSecret", "existingSigningSecret", "idempotencyKey")
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


def contains_unknown(value: Any) -> bool:
    """Whether a value, or an element of a list, is not known yet."""
    return UNKNOWN in value if isinstance(value, list | tuple) else bool(value == UNKNOWN)


def secret(value: Any) -> Json:
    """A value as the engine takes a secret in, to encrypt it."""
    return {_SIGNATURE: _SECRET, "plaintext": json.dumps(value)}


def holds_secret(value: Any) -> bool:
    """Whether a value of a state, or an item of it, is wrapped as a secret."""
    if isinstance(value, dict):
        return "plaintext" in value or any(map(holds_secret, value.values()))
    return isinstance(value, list) and any(map(holds_secret, value))


def plain(value: Any) -> Any:
    """A value of a state without the wrapping of secrets."""
    if isinstance(value, dict):
        if "plaintext" in value:
            return json.loads(value["plaintext"])
        return {name: plain(item) for name, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value
