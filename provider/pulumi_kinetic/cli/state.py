"""A stack's state as `pulumi stack export` writes it. Pure functions."""

from pulumi_kinetic.address import DYNAMIC_TYPE, STACK_TYPE, Address, stack_and_project
from pulumi_kinetic.endpoint import PLUGIN_TYPE
from pulumi_kinetic.values import JsonObject, unwrap_from_export

ENDPOINT_TYPES = (DYNAMIC_TYPE, PLUGIN_TYPE)


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


def stack_urn_of(state: JsonObject) -> str | None:
    """Return the URN of the stack's own resource; None in a state without one."""
    urns = [str(resource["urn"]) for resource in resources_of(state) if resource.get("type") == STACK_TYPE]
    return urns[0] if urns else None


def pending_operations_of(state: JsonObject) -> list[JsonObject]:
    """Return the operations, of every provider, that were under way when a run was killed."""
    operations: list[JsonObject] = _deployment_of(state).get("pending_operations") or []
    return operations


def pending_creates_of(state: JsonObject) -> list[JsonObject]:
    """Return the resources, secrets in plain text, whose create was pending: webhook endpoints, adopted ones too."""
    return [
        unwrap_from_export(operation["resource"])
        for operation in pending_operations_of(state)
        if operation.get("type") == "creating"
        and _is_endpoint(operation.get("resource", {}))
        and "idempotencyKey" in operation["resource"].get("inputs", {})
    ]


def is_adoption(resource: JsonObject) -> bool:
    """Tell whether a pending create, in plain text, makes no endpoint: the next `pulumi up` adopts it again."""
    return bool(resource.get("inputs", {}).get("adopt"))


def address_of(resource: JsonObject, backend: str) -> Address:
    """Return where a resource belongs, as the provider's own run finds it.

    Args:
        resource: An entry of the state.
        backend: The URL of the stack's backend.
    """
    urn = str(resource["urn"])
    stack, project = stack_and_project(urn)
    return Address(backend, project, stack, urn)


def _is_endpoint(resource: JsonObject) -> bool:
    # a subclass once had a type that says nothing; no other resource has an input of this name beside a `url`
    is_ours = {"url", "idempotencyKey"} <= resource.get("inputs", {}).keys()
    return resource.get("type") in ENDPOINT_TYPES or is_ours


def _deployment_of(state: JsonObject) -> JsonObject:
    deployment: JsonObject = state.get("deployment") or {}
    return deployment
