"""States as `pulumi stack export --show-secrets` writes them."""

import json
from typing import Any

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
