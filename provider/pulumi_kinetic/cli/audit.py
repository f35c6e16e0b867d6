"""The endpoints of an environment that no given stack manages."""

import json
from collections.abc import Iterable
from pathlib import Path

from pulumi_kinetic.answers import Endpoint
from pulumi_kinetic.cli.state import managed_ids
from pulumi_kinetic.client import Client
from pulumi_kinetic.errors import StackError
from pulumi_kinetic.values import Json


def unmanaged(api: Client, states: Iterable[Json]) -> list[Endpoint]:
    """What exists in the key's environment and is in none of the states, oldest first."""
    managed = set().union(*map(managed_ids, states))
    found = [one for one in api.list() if one.webhook_endpoint_id not in managed]
    return sorted(found, key=lambda one: one.created_at or "")


def exported(path: Path) -> Json:
    """A state that `pulumi stack export` wrote.

    Raises:
        StackError: the file is not one.
    """
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        state = None
    if not isinstance(state, dict) or not isinstance(state.get("deployment"), dict):
        raise StackError(f"{path} is not what `pulumi stack export` writes")
    return state


def as_table(found: list[Endpoint]) -> str:
    """One line an endpoint."""
    rows = [(one.webhook_endpoint_id, one.status, one.created_at or "", one.url) for one in found]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]]) for row in rows
    )


def as_json(found: list[Endpoint]) -> str:
    """The same for a program."""
    return json.dumps([one.model_dump(exclude={"signing_secret"}) for one in found], indent=2)
