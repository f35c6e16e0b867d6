"""States as `pulumi stack export --show-secrets` writes them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pulumi_kinetic.cli.stack import Stack
from pulumi_kinetic.values import JsonObject

DYNAMIC = "pulumi-python:dynamic/kinetic:WebhookEndpoint"
PLUGIN = "kinetic:index:WebhookEndpoint"
STACK_URN = "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev"
_STACK = {"type": "pulumi:pulumi:Stack", "urn": STACK_URN}


def secret(value: str) -> dict[str, str]:
    return {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "plaintext": json.dumps(value)}


def resource(
    name: str, kind: str = DYNAMIC, *, key: str = "key", parent: str = STACK_URN, **more: Any
) -> dict[str, Any]:
    """An endpoint in a state."""
    inputs = {"url": f"https://example.com/{name}", "status": "enabled", "idempotencyKey": secret(key)}
    entry = {"type": kind, "urn": f"urn:pulumi:dev::shop::{kind}::{name}", "parent": parent, "inputs": inputs}
    return {**entry, **more}


def pending(
    name: str, door: str = DYNAMIC, *, kind: str = "creating", key: str = "key", adopt: str = ""
) -> dict[str, Any]:
    """A pending operation on an endpoint."""
    entry = resource(name, door, key=key)
    entry["inputs"] |= {"adopt": adopt} if adopt else {}
    return {"type": kind, "resource": entry}


def exported(resources: list[dict[str, Any]], operations: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """A whole state."""
    return {"version": 3, "deployment": {"resources": [_STACK, *resources], "pending_operations": operations or []}}


class ExportedStack(Stack):
    """A stack whose state and configuration are given; it counts the exports."""

    def __init__(self, state: JsonObject, config: dict[str, str] | None = None, name: str = "dev") -> None:
        super().__init__(name, Path())
        self._state = state
        self._config = config or {}
        self.exports = 0

    def export(self, *, show_secrets: bool = True) -> JsonObject:
        assert show_secrets
        self.exports += 1
        return self._state

    def config(self) -> Callable[[str], object]:
        return self._config.get


def endpoint_entry(
    name: str, endpoint_id: str, kind: str = DYNAMIC, *, outputs: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """An endpoint in a state whose outputs are what was declared; `inputs` may be given."""
    entry = resource(name, kind, id=endpoint_id, **more)
    entry["outputs"] = {**entry["inputs"], "environment": "sandbox", **(outputs or {})}
    return entry


def provider_entry(name: str, **inputs: Any) -> dict[str, Any]:
    """An explicit provider of the plugin in a state; its reference is `provider_reference`."""
    urn = f"urn:pulumi:dev::shop::pulumi:providers:kinetic::{name}"
    return {"urn": urn, "type": "pulumi:providers:kinetic", "id": "1-2", "parent": STACK_URN, "inputs": inputs}


def provider_reference(name: str) -> str:
    return f"urn:pulumi:dev::shop::pulumi:providers:kinetic::{name}::1-2"
