"""A stack's state as `pulumi stack export` writes it. Pure functions."""

import re
from collections.abc import Callable
from typing import Any

from pulumi_kinetic.endpoint import DYNAMIC_TYPE, PLUGIN_TYPE
from pulumi_kinetic.values import Json, plain

ENDPOINT_TYPES = (DYNAMIC_TYPE, PLUGIN_TYPE)
_DEFAULT_PROVIDER = re.compile(r"::pulumi:providers:[^:]+::default(_|$)")


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


def _deployment(state: Json) -> Json:
    found: Json = state.get("deployment") or {}
    return found
