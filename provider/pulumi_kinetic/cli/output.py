"""What the commands print: tables for people, JSON for programs. See docs/reference/command.md#output."""

import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import IO, TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from pulumi_kinetic.cli.check import Check, Status
from pulumi_kinetic.cli.drift import DriftedEndpoint, Report, StackDrift

if TYPE_CHECKING:
    from pulumi_kinetic.cli import plugins, recover

_WIDTH_OF_A_LOG = 160
_STYLES: dict[Status, str] = {"pass": "green", "warn": "yellow", "fail": "bold red", "skip": "dim"}
CURES = (
    "`pulumi up --refresh` puts it back. It creates missing endpoints again, each with a new signing secret.",
    "If the change is right, declare it in the program and run `pulumi refresh`.",
    "If something else manages the property, add `ignore_changes` to the resource and run `pulumi up`.",
)
CHANGED = ("resource", "property", "recorded", "actual", "declared at")
"""The columns of what has changed or is missing."""
UNMANAGED = ("id", "url", "status", "created at")
"""The columns of what no stack has."""
CURE_OF_UNMANAGED = (
    "Unmanaged endpoints: declare them with `adopt`, import them (`--import-file`), delete them, or leave them out "
    "with `--ignore ID`."
)


def console(file: IO[str] | None = None) -> Console:
    """Return a console on a stream (stdout); a pipe or file gets neither colour nor the width of a terminal.

    rich honours NO_COLOR, FORCE_COLOR and COLUMNS.
    """
    file = file or sys.stdout
    width = None if file.isatty() or os.environ.get("COLUMNS") else _WIDTH_OF_A_LOG
    return Console(file=file, width=width, highlight=False, emoji=False, markup=False)


@contextmanager
def counting(what: str) -> Iterator[Callable[[int], None]]:
    """Show on stderr, if that is a terminal, how many there are so far."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with console(sys.stderr).status(Text("Reading")) as status:
        yield lambda number: status.update(Text(f"Reading: {count(number, what)}"))


def as_json(value: object) -> str:
    """Return a report for a program."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def json_of_drift(report: Report) -> str:
    """Return a drift report for a program. Its shape is in docs/reference/command.md#drift."""
    stacks = [
        {
            "stack": stack.stack,
            "declared": stack.declared,
            "changed": [
                {**_public(drifted), "changes": [asdict(change) for change in drifted.changes]}
                for drifted in stack.changed
            ],
            "missing": [_public(drifted) for drifted in stack.missing],
        }
        for stack in report.stacks
    ]
    unmanaged = [
        {
            "webhook_endpoint_id": one.webhook_endpoint_id,
            "origin": one.origin,
            "status": one.status,
            "created_at": one.created_at,
        }
        for one in report.unmanaged
    ]
    return as_json(
        {"as_declared": report.is_as_declared, "stacks": stacks, "unmanaged": unmanaged, "notes": report.notes}
    )


def text_of_drift(report: Report) -> RenderableType:
    """Return a drift report for a person."""
    parts: list[RenderableType] = [part for stack in report.stacks for part in _text_of_stack(stack)]
    unmanaged = len(report.unmanaged)
    if unmanaged and report.counts_unmanaged:
        heading = Text(f"{count(unmanaged, 'endpoint')} in none of these stacks", style="bold yellow")
        parts += [Text(""), heading, _table(UNMANAGED, rows_of_unmanaged(report))]
    elif unmanaged:
        parts.append(
            Text(f"{count(unmanaged, 'endpoint')} in none of these stacks: --unmanaged lists them.", style="dim")
        )
    parts += [Text(note, style="yellow") for note in report.notes]
    cures = [Text(f"- {cure}") for cure in cures_of(report)]
    parts += [Text(""), Text("To put it right", style="bold"), *cures] if cures else []
    return Group(*parts)


def cures_of(report: Report) -> list[str]:
    """Return what to do about what a report counts as a difference."""
    cures = list(CURES) if report.changed or report.missing else []
    return [*cures, CURE_OF_UNMANAGED] if report.counts_unmanaged and report.unmanaged else cures


def summary_of(stack: StackDrift) -> str:
    """Say in a few words how a stack is."""
    if not stack.changed and not stack.missing:
        return f"{count(stack.declared, 'endpoint')} as declared"
    return f"{len(stack.changed)} changed and {len(stack.missing)} missing, of {count(stack.declared, 'endpoint')}"


def count(number: int, noun: str) -> str:
    """Return a number with its noun."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def value_of(shown: str | Sequence[str]) -> str:
    """Return a value of a report in one line."""
    return shown if isinstance(shown, str) else ", ".join(shown) or "(none)"


def rows_of(stack: StackDrift) -> Iterator[tuple[str, str, str, str, str]]:
    """Return a row for each change: resource, property, recorded, actual, where it is declared."""
    for drifted in stack.changed:
        for change in drifted.changes:
            place = str(drifted.position or "")
            yield drifted.name, change.property, value_of(change.recorded), value_of(change.actual), place
    for drifted in stack.missing:
        yield drifted.name, "(missing)", drifted.webhook_endpoint_id, "not found", str(drifted.position or "")


def rows_of_unmanaged(report: Report) -> list[tuple[str, str, str, str]]:
    """Return a row for each endpoint that no stack has: id, scheme and host, status, when it was created."""
    return [(one.webhook_endpoint_id, one.origin, one.status, one.created_at) for one in report.unmanaged]


def text_of_recover(report: "recover.Report") -> str:
    """Return what `recover` has seen and done, for a person."""
    interrupted = [f"interrupted: {create}" for create in report.interrupted]
    if not all(create.advice for create in report.interrupted):
        interrupted.append("The next `pulumi up` continues what the program still declares.")
    return "\n".join([*report.notes, *interrupted, *report.problems] or ["Nothing to recover."])


def text_of_checks(checks: Sequence[Check]) -> RenderableType:
    """Return what `doctor` has found, for a person."""
    table = _table((), ())
    for _ in range(3):
        table.add_column(overflow="fold")
    table.show_header = False
    for check in checks:
        table.add_row(Text(check.status, style=_STYLES[check.status]), Text(check.name), Text(check.detail))
    cures = [Text(f"- {check.name}: {check.cure}") for check in checks if check.cure]
    numbers = Counter(check.status for check in checks)
    summary = ", ".join(f"{numbers[status]} {status}" for status in _STYLES if numbers[status])
    heading = [Text(""), Text("To put it right", style="bold")] if cures else []
    return Group(table, *heading, *cures, Text(""), Text(summary, style="bold"))


def text_of_installation(done: "plugins.Installation") -> str:
    """Return what `plugin install` has done, for a person."""
    what = "Installed" if done.changed else "Nothing to do: there already is"
    said = f"{what} the plugin kinetic {done.version} in {done.folder}. It starts {done.starts}."
    return "\n".join([said, *(f"{note}." for note in done.notes)])


def _text_of_stack(stack: StackDrift) -> list[RenderableType]:
    is_clean = not stack.changed and not stack.missing
    heading = Text(f"{stack.stack}: {summary_of(stack)}", style="bold green" if is_clean else "bold red")
    if is_clean:
        return [heading]
    return [heading, _table(CHANGED, rows_of(stack))]


def _table(columns: Iterable[str], rows: Iterable[Sequence[str]]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    return table


def _public(drifted: DriftedEndpoint) -> dict[str, object]:
    position = drifted.position
    return {
        "urn": drifted.urn,
        "name": drifted.name,
        "webhook_endpoint_id": drifted.webhook_endpoint_id,
        "file": position.path if position else None,
        "line": position.line if position else None,
    }
