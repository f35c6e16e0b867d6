"""The endpoints of an environment that none of the given stacks manages."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path

from pulumi_kinetic.answers import RemoteEndpoint
from pulumi_kinetic.cli.state import managed_ids
from pulumi_kinetic.client import Client
from pulumi_kinetic.errors import StackError
from pulumi_kinetic.values import JsonObject

_HEADING = ("ID", "STATUS", "CREATED", "URL")


def unmanaged(api: Client, states: Iterable[JsonObject], *, skipped: Callable[[str], None]) -> list[RemoteEndpoint]:
    """Return what exists in the key's environment and is in none of the states, oldest first.

    Args:
        api: The API.
        states: What `pulumi stack export` has written.
        skipped: Gets a line for each endpoint of the API that can't be read.

    Raises:
        ApiError: The endpoints can't be listed.
    """
    managed: set[str] = set().union(*map(managed_ids, states))
    endpoints = [remote for remote in api.list(skipped=skipped) if remote.webhook_endpoint_id not in managed]
    return sorted(endpoints, key=lambda remote: remote.created_at or "")


def read_export(path: Path) -> JsonObject:
    """Return a state that `pulumi stack export` wrote.

    Raises:
        StackError: The file isn't one.
    """
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        state = None
    if not isinstance(state, dict) or not isinstance(state.get("deployment"), dict):
        raise StackError(f"{path} isn't what `pulumi stack export` writes")
    return state


def as_table(endpoints: list[RemoteEndpoint]) -> str:
    """Return a heading, and one line for each endpoint."""
    cells = [(remote.webhook_endpoint_id, remote.status, remote.created_at or "", remote.url) for remote in endpoints]
    rows = [_HEADING, *cells]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
    return "\n".join(lines)


def as_json(endpoints: list[RemoteEndpoint]) -> str:
    """Return the same for a program."""
    return json.dumps([remote.public() for remote in endpoints], indent=2)
