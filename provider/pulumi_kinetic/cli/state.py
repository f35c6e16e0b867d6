"""A stack's state as `pulumi stack export` writes it. Pure functions."""

import json
import re
from collections.abc import Callable
from typing import Any

from pulumi_kinetic.endpoint import DYNAMIC_TYPE, PLUGIN_TYPE

ENDPOINT_TYPES = (DYNAMIC_TYPE, PLUGIN_TYPE)
_SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
_DEFAULT_PROVIDER = re.compile(r"::pulumi:providers:[^:]+::default(_|$)")
Json = dict[str, Any]


def resources_of(state: Json) -> list[Json]:
    """All resources of a state, those about to be deleted too."""
    resources: list[Json] = _deployment(state).get("resources") or []
    return resources


def endpoints_of(state: Json) -> list[Json]:
    """The resources of a state that are webhook endpoints of either door, those about to be deleted too."""
    return [resource for resource in resources_of(state) if _is_endpoint(resource)]


def managed_ids(state: Json) -> set[str]:
    """The ids that any resource of a state holds, whatever its type: nothing of these is lost or unmanaged."""
    return {str(resource["id"]) for resource in resources_of(state) if resource.get("id")}


def pending_of(state: Json) -> list[Json]:
    """The operations on webhook endpoints that were under way when a run died."""
    operations = _deployment(state).get("pending_operations") or []
    return [operation for operation in operations if _is_endpoint(operation.get("resource", {}))]


def _is_endpoint(resource: Json) -> bool:
    """A subclass once had a type that says nothing; no other resource has an input of this name beside a `url`."""
    is_ours = {"url", "idempotencyKey"} <= resource.get("inputs", {}).keys()
    return resource.get("type") in ENDPOINT_TYPES or is_ours


def provider_of(resource: Json) -> str:
    """The URN of the provider that the program gave a resource; "" where its settings are the stack's."""
    return explicit(str(resource.get("provider", "")).rpartition("::")[0])


def explicit(provider: str) -> str:
    """The URN of a provider; "" for one that the engine made by itself from the stack's settings."""
    return "" if _DEFAULT_PROVIDER.search(provider) else provider


def inputs_of_provider(state: Json, urn: str) -> Callable[[str], Any]:
    """Looks up a setting of a provider that the program made."""
    found: Json = next((plain(one.get("inputs", {})) for one in resources_of(state) if one.get("urn") == urn), {})
    return found.get


def without_pending(state: Json, done: list[Json]) -> Json:
    """The state without some pending operations."""
    deployment = dict(_deployment(state))
    deployment["pending_operations"] = [
        one for one in deployment.get("pending_operations") or [] if not any(one is gone for gone in done)
    ]
    return {**state, "deployment": deployment}


def with_resource(state: Json, resource: Json) -> Json:
    """The state with one resource more, after all that it may depend on."""
    deployment = dict(_deployment(state))
    deployment["resources"] = [*(deployment.get("resources") or []), resource]
    return {**state, "deployment": deployment}


def secret(value: Any) -> Json:
    """A value as the engine takes a secret in, to encrypt it."""
    return {**_SECRET, "plaintext": json.dumps(value)}


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


def _deployment(state: Json) -> Json:
    found: Json = state.get("deployment") or {}
    return found
