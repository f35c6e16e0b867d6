"""A drift report in the forms that programs take: JSON, Markdown, GitHub's annotations, GitLab's counts."""

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from pulumi_kinetic.address import project_file
from pulumi_kinetic.cli.drift import DriftedEndpoint, Report
from pulumi_kinetic.cli.output import (
    CHANGED,
    UNMANAGED,
    count,
    cures_of,
    json_of_drift,
    rows_of,
    rows_of_unmanaged,
    summary_of,
    value_of,
)
from pulumi_kinetic.cli.state import Position

MAX_MARKDOWN_CHARS = 60_000  # GitHub cuts a comment or the body of an issue at 65,536
_MAX_CELL_CHARS = 300
_Tables = Iterable[tuple[str, tuple[str, ...], Sequence[Sequence[str]]]]


def drift_as(form: str, report: Report, folder: Path, variables: Mapping[str, str]) -> str:
    """Return a report for a program.

    Args:
        form: `json`, `markdown`, `github` or `gitlab`.
        report: The report.
        folder: A folder of the project.
        variables: The process environment.
    """
    project = (project_file(folder) or folder.resolve() / "Pulumi.yaml").parent
    forms: dict[str, Callable[[], str]] = {
        "json": partial(json_of_drift, report),
        "markdown": partial(markdown, report),
        "github": partial(annotations, report, project, variables.get("GITHUB_WORKSPACE")),
        "gitlab": partial(gitlab, report),
    }
    return forms[form]()


def markdown(report: Report) -> str:
    """Return a report for an issue, a comment or a job's summary, with a marker by which a bot finds it again.

    It is cut by rows, so that a comment can hold it; what tells of the cut, and what to do, stays.
    """
    names = " ".join(stack.stack for stack in report.stacks)
    title = "as declared" if report.is_as_declared else "not as declared"
    head = [f"<!-- pulumi-kinetic drift: {names.replace('--', '- -')} -->", f"### Webhook endpoints: {title}", ""]
    head += [f"- {_code(stack.stack)}: {summary_of(stack)}" for stack in report.stacks]
    if report.unmanaged:
        hint = "" if report.counts_unmanaged else " (`--unmanaged` lists them)"
        head.append(f"- {count(len(report.unmanaged), 'endpoint')} in none of these stacks{hint}")
    tail = ["", *report.notes] if report.notes else []
    cures = cures_of(report)
    tail += ["", "To put it right:", "", *(f"- {cure}" for cure in cures)] if cures else []
    room = MAX_MARKDOWN_CHARS - sum(len(line) + 1 for line in [*head, *tail])
    return "\n".join([*head, *_cut_by_rows(_tables_of(report), room), *tail, ""])


def annotations(report: Report, project: Path, workspace: str | None) -> str:
    """Return GitHub's workflow commands: a warning for each endpoint that differs, at the line that declares it.

    Args:
        report: The report.
        project: The project's folder.
        workspace: The folder of the checkout (GITHUB_WORKSPACE), from which GitHub counts a file's path.
    """
    return "\n".join(_annotations(report, project, workspace))


def gitlab(report: Report) -> str:
    """Return what GitLab's report `terraform` shows: what `pulumi up --refresh` would do, which deletes nothing."""
    return json.dumps({"create": report.missing, "update": report.changed, "delete": 0})


def _annotations(report: Report, project: Path, workspace: str | None) -> Iterator[str]:
    for stack in report.stacks:
        for drifted in stack.changed:
            changes = (
                f"{change.property}: {value_of(change.recorded)} → {value_of(change.actual)}"
                for change in drifted.changes
            )
            yield _warning(drifted, "changed", "\n".join(changes), _path_of(drifted.position, project, workspace))
        for drifted in stack.missing:
            advice = "It doesn't exist any more: `pulumi up --refresh` creates it again, with a new signing secret."
            yield _warning(drifted, "missing", advice, _path_of(drifted.position, project, workspace))
    if report.counts_unmanaged:
        for one in report.unmanaged:
            message = f"{one.origin}, {one.status}, created {one.created_at}, is in none of the stacks"
            yield _command("warning", f"webhook endpoint {one.webhook_endpoint_id} is unmanaged", message, None)
    for stack in report.stacks:
        yield _command("notice", f"webhook endpoints of {stack.stack}", summary_of(stack), None)


def _warning(drifted: DriftedEndpoint, event: str, message: str, position: Position | None) -> str:
    return _command("warning", f"{drifted.name} ({drifted.webhook_endpoint_id}) {event}", message, position)


def _command(kind: str, title: str, message: str, position: Position | None) -> str:
    place = f"file={_escape_property(position.path)},line={position.line}," if position else ""
    return f"::{kind} {place}title={_escape_property(title)}::{_escape(message)}"


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")


def _path_of(position: Position | None, project: Path, workspace: str | None) -> Position | None:
    """The position as GitHub wants it; None for a file outside of the checkout."""
    if position is None or not workspace:
        return position
    path = os.path.relpath(project / position.path, workspace)
    return None if path.startswith("..") else position._replace(path=Path(path).as_posix())


def _tables_of(report: Report) -> _Tables:
    for stack in report.stacks:
        yield f"#### {_code(stack.stack)}", CHANGED, list(rows_of(stack))
    if report.counts_unmanaged:
        yield "#### In none of these stacks", UNMANAGED, rows_of_unmanaged(report)


def _cut_by_rows(tables: _Tables, room: int) -> list[str]:
    """The tables' lines, as many rows as there is room for, and how many are left out."""
    lines: list[str] = []
    left, room = 0, room - len("\n… and 999,999 more rows")
    for heading, columns, rows in tables:
        begun = ["", heading, "", _row(columns), _row(["---"] * len(columns))]
        for cells in rows:
            row = [*begun, _row([_code(cell) if cell else "" for cell in cells])]
            needed = sum(len(line) + 1 for line in row)
            if left or needed > room:
                left += 1
                continue
            lines, room, begun = [*lines, *row], room - needed, []
    return [*lines, "", f"… and {count(left, 'more row')}"] if left else lines


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _code(text: str) -> str:
    """A text as code, in which nothing is markup: no mention, no link, no HTML, no other cell."""
    cut = text if len(text) <= _MAX_CELL_CHARS else text[:_MAX_CELL_CHARS] + "…"
    flat = " ".join(cut.split()).replace("|", "\\|")
    fence = "`" * (max(map(len, re.findall("`+", flat)), default=0) + 1)
    pad = " " if "`" in flat else ""
    return f"{fence}{pad}{flat}{pad}{fence}"
