"""What a resource's constructor knows, and the engine doesn't tell a dynamic provider.

It reaches the provider as text, in the place of the Idempotency-Key.
"""

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pulumi
from pulumi.metadata import get_project

from pulumi_kinetic.address import dynamic_urn
from pulumi_kinetic.arguments import SCHEMA_NAMES


class Identity(NamedTuple):
    """Which resource it is.

    Attributes:
        stack: The stack's name.
        resource: The resource's URN.
        is_preview: Whether the program runs in a preview.
        secret_names: The inputs that the program marks as secret, named as in the schema.
    """

    stack: str = ""
    resource: str = ""
    is_preview: bool = False
    secret_names: Sequence[str] = ()


async def identity_text(name: str, parent: pulumi.Resource | None, declared: Mapping[str, object]) -> str:
    """Return a resource's identity as text, and which inputs the program marks as secret.

    Awaiting the parent's URN, instead of using the Output, keeps the resource from depending on its parent's children.
    """
    parent_urn = await parent.urn.future() if parent is not None else ""
    stack = pulumi.get_stack()
    urn = dynamic_urn(stack, get_project(), name, parent_urn or "")
    secret_names = [SCHEMA_NAMES.get(name, name) for name, value in declared.items() if await _is_secret(value)]
    return json.dumps(Identity(stack, urn, pulumi.runtime.is_dry_run(), secret_names)._asdict())


async def _is_secret(value: object) -> bool:
    if isinstance(value, pulumi.Output):
        return await value.is_secret()
    return isinstance(value, list | tuple | set | frozenset) and any([await _is_secret(item) for item in value])


def read_identity(text: object) -> Identity:
    """Return what `identity_text` wrote; empty for an earlier release's inputs, and for the unknown."""
    try:
        identity = json.loads(str(text))
    except ValueError:
        return Identity()
    is_identity = isinstance(identity, dict) and identity.keys() == set(Identity._fields)
    return Identity(**identity) if is_identity else Identity()
