"""A stack's state as `pulumi stack export` writes it. Pure functions."""

import re
from collections.abc import Callable

from pulumi_kinetic.endpoint import DYNAMIC_TYPE, PLUGIN_TYPE
from pulumi_kinetic.values import JsonObject, unwrap_from_export

ENDPOINT_TYPES = (DYNAMIC_TYPE, PLUGIN_TYPE)
_DEFAULT_PROVIDER = re.compile(r"::pulumi:providers:[^:]+::default(_|$)")


def resources_of(state: JsonObject) -> list[JsonObject]:
    """Return all resources of a state, those about to be deleted too."""
    resources: list[JsonObject] = _deployment_of(state).get("resources") or []
    return resources


def endpoints_of(state: JsonObject) -> list[JsonObject]:
    """Return the resources that are webhook endpoints of either door, those about to be deleted too."""
    return [resource for resource in resources_of(state) if _is_endpoint(resource)]


def managed_ids(state: JsonObject) -> set[str]:
    """Return the ids that any resource of a state holds, whatever its type: none of these is lost or unmanaged."""
    return {str(resource["id"]) for resource in resources_of(state) if resource.get("id")}


def pending_operations_of(state: JsonObject) -> list[JsonObject]:
    """Return the operations on webhook endpoints that were under way when a run was killed."""
    operations = _deployment_of(state).get("pending_operations") or []
    return [operation for operation in operations if _is_endpoint(operation.get("resource", {}))]


def provider_of(resource: JsonObject) -> str:
    """Return the URN of the provider that the program gave a resource; "" where its settings are the stack's."""
    return explicit_provider(str(resource.get("provider", "")).rpartition("::")[0])


def explicit_provider(urn: str) -> str:
    """Return the URN of a provider; "" for one that the engine made by itself from the stack's settings."""
    return "" if _DEFAULT_PROVIDER.search(urn) else urn


def settings_of_provider(state: JsonObject, urn: str) -> Callable[[str], object]:
    """Return what looks up a setting of a provider that the program made."""
    inputs = [resource.get("inputs", {}) for resource in resources_of(state) if resource.get("urn") == urn]
    settings: JsonObject = unwrap_from_export(inputs[0]) if inputs else {}
    return settings.get


def without_pending(state: JsonObject, settled: list[JsonObject]) -> JsonObject:
    """Return the state without some pending operations."""
    operations = _deployment_of(state).get("pending_operations") or []
    left = [operation for operation in operations if not any(operation is gone for gone in settled)]
    return {**state, "deployment": {**_deployment_of(state), "pending_operations": left}}


def with_resource(state: JsonObject, resource: JsonObject) -> JsonObject:
    """Return the state with one resource more, after all that it may depend on."""
    return {**state, "deployment": {**_deployment_of(state), "resources": [*resources_of(state), resource]}}


def _is_endpoint(resource: JsonObject) -> bool:
    # a subclass once had a type that says nothing; no other resource has an input of this name beside a `url`
    is_ours = {"url", "idempotencyKey"} <= resource.get("inputs", {}).keys()
    return resource.get("type") in ENDPOINT_TYPES or is_ours


def _deployment_of(state: JsonObject) -> JsonObject:
    deployment: JsonObject = state.get("deployment") or {}
    return deployment
