"""A stack's state as `pulumi stack export` writes it. Pure functions."""

import re
from dataclasses import dataclass
from typing import NamedTuple, cast
from urllib.parse import unquote

from pulumi_kinetic.address import DYNAMIC_TYPE, STACK_TYPE, Address, stack_and_project
from pulumi_kinetic.endpoint import PLUGIN_TYPE, Inputs, State
from pulumi_kinetic.values import JsonObject, contains_secret, unwrap_from_export

ENDPOINT_TYPES = (DYNAMIC_TYPE, PLUGIN_TYPE)
_POSITION = re.compile(r"project:///(?P<path>[^#]+)#(?P<line>\d+)(,\d+)?")
_NOT_THE_PROGRAM = re.compile(r"(^|/)(site-packages|dist-packages|node_modules)/|(^|/)pulumi_kinetic/dynamic\.py$")


class Position(NamedTuple):
    """Where a program declares a resource.

    Attributes:
        path: The file, from the project's folder.
        line: Counted from 1.
    """

    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


@dataclass(frozen=True)
class DeclaredEndpoint:
    """An endpoint that a stack's program declares, as the state has it, secrets in plain text.

    Attributes:
        urn: The resource.
        endpoint_id: The endpoint that it manages.
        inputs: What was declared; the outputs of an endpoint that the program only reads.
        outputs: What the last write or read has found.
        secret_names: The properties that are secret.
        ignored: The paths of the option `ignoreChanges`.
        provider: The inputs of its explicit provider; None where the stack's configuration decides.
        provider_urn: That provider; None likewise.
        position: Where the program declares it; None where the state doesn't say.
    """

    urn: str
    endpoint_id: str
    inputs: Inputs
    outputs: State
    secret_names: frozenset[str]
    ignored: tuple[str, ...]
    provider: JsonObject | None
    provider_urn: str | None
    position: Position | None

    @property
    def name(self) -> str:
        """The resource's name in the program."""
        return self.urn.split("::", maxsplit=3)[-1]


def resources_of(state: JsonObject) -> list[JsonObject]:
    """Return all resources of a state, those about to be deleted too."""
    resources: list[JsonObject] = _deployment_of(state).get("resources") or []
    return resources


def endpoints_of(state: JsonObject) -> list[JsonObject]:
    """Return the resources that are webhook endpoints of either door, those about to be deleted too."""
    return [resource for resource in resources_of(state) if _is_endpoint(resource)]


def declared_endpoints(state: JsonObject) -> list[DeclaredEndpoint]:
    """Return what a refresh compares, but for the old endpoint of an unfinished replacement: nobody declares that."""
    providers = {
        f"{resource['urn']}::{resource.get('id')}": resource
        for resource in resources_of(state)
        if str(resource.get("type", "")).startswith("pulumi:providers:")
    }
    return [
        _declared(resource, providers.get(resource.get("provider", "")))
        for resource in endpoints_of(state)
        if resource.get("id") and not resource.get("delete") and not resource.get("pendingReplacement")
    ]


def _declared(resource: JsonObject, provider: JsonObject | None) -> DeclaredEndpoint:
    inputs, outputs = resource.get("inputs") or {}, resource.get("outputs") or {}
    secret_names = {name for bag in (inputs, outputs) for name, value in bag.items() if contains_secret(value)}
    is_explicit = provider is not None and not _is_default(provider)
    return DeclaredEndpoint(
        urn=str(resource["urn"]),
        endpoint_id=str(resource["id"]),
        inputs=cast("Inputs", unwrap_from_export(outputs if resource.get("external") else inputs)),
        outputs=cast("State", unwrap_from_export(outputs)),
        secret_names=frozenset(secret_names),
        ignored=tuple(resource.get("ignoreChanges") or ()),
        provider=unwrap_from_export(provider.get("inputs") or {}) if provider and is_explicit else None,
        provider_urn=str(provider["urn"]) if provider and is_explicit else None,
        position=position_of(resource),
    )


def _is_default(provider: JsonObject) -> bool:
    """Whether the engine has made a provider by the stack's configuration: unlike a program's, it has no parent."""
    return not provider.get("parent") and str(provider["urn"]).rpartition("::")[2].startswith("default")


def position_of(resource: JsonObject) -> Position | None:
    """Return where the program declares a resource: the innermost call that isn't of an installed package.

    At the dynamic door the engine's own `sourcePosition` is the line of our constructor that calls the SDK's.
    See docs/contributing/engine-facts.md#source-positions.
    """
    frames = [resource, *(resource.get("stackTrace") or [])]
    for match in (_POSITION.fullmatch(str(frame.get("sourcePosition", ""))) for frame in frames):
        path = unquote(match["path"]) if match else ""
        if match and not _NOT_THE_PROGRAM.search(path):
            return Position(path, int(match["line"]))
    return None


def managed_ids(state: JsonObject) -> set[str]:
    """Return the ids that any resource of a state holds, whatever its type: none of these is lost or unmanaged."""
    return {str(resource["id"]) for resource in resources_of(state) if resource.get("id")}


def names_of(state: JsonObject) -> set[str]:
    """Return the names of the endpoints' resources."""
    return {str(resource["urn"]).split("::", maxsplit=3)[-1] for resource in endpoints_of(state)}


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
