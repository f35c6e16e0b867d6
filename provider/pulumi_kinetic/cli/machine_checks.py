"""What `doctor` says of this machine: programs, backend, journal. Pure functions."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pulumi_kinetic.cli.check import Check
from pulumi_kinetic.cli.plugins import COMMAND, InstalledPlugin, numbers_of
from pulumi_kinetic.errors import KineticError
from pulumi_kinetic.record import Record
from pulumi_kinetic.values import JsonObject

Version = tuple[int, int, int]
OLDEST_SDK: Version = (3, 216, 0)
# What an older version lacks, by the first that has it.
_CLI_LACKS: Mapping[Version, str] = {
    (3, 227, 0): "exit code 7 of --expect-no-changes",
    (3, 254, 0): "`inputs` in the file of `pulumi import --file`, which `drift --import-file` writes",
}
_SDK_LACKS: Mapping[Version, str] = {(3, 272, 0): "listing by `pulumi do`"}
_LEGACY = "Legacy DIY state is deprecated"
_RECOVER = "`pulumi-kinetic recover`, `pulumi up`, and `pulumi-kinetic recover` again"
_CI_VARIABLES = ("CI", "GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD", "BUILDKITE", "JENKINS_URL", "TEAMCITY_VERSION")


@dataclass(frozen=True)
class PluginFacts:
    """Where the engine may find the plugin.

    Attributes:
        on_path: The command on PATH, which comes first; None where there is none, or PATH isn't looked at.
        installed: The versions in the plugin folder, newest first.
        own: The command of this installation.
        version: The version of this installation.
        is_needed: Whether the stack has resources of the plugin.
    """

    on_path: Path | None
    installed: Sequence[InstalledPlugin]
    own: Path | None
    version: str
    is_needed: bool


def pulumi_cli(shown: str | None, error: KineticError | None) -> Check:
    """Tell which CLI is there, and what it lacks.

    Args:
        shown: What `pulumi version` prints; None if it fails.
        error: Why.
    """
    name = "Pulumi CLI"
    if shown is None:
        return Check(name, "fail", _problem_of(error), "Install the Pulumi CLI, and put it on PATH.")
    version = numbers_of(shown)
    if version is None:
        return Check(name, "warn", f"says no version: {shown or 'nothing'}", "Install a release of the Pulumi CLI.")
    return _versioned(name, shown, version, _CLI_LACKS, "Upgrade the Pulumi CLI.")


def pulumi_sdk(shown: str) -> Check:
    """Tell which SDK for Python is there, and what it lacks."""
    name = "Pulumi SDK"
    version = numbers_of(shown)
    if version is None:
        return Check(name, "warn", f"has the version {shown}, which says nothing")
    if version < OLDEST_SDK:
        oldest = ".".join(map(str, OLDEST_SDK))
        return Check(name, "fail", f"{shown} shows drift wrongly", f"pip install 'pulumi>={oldest}'")
    return _versioned(name, shown, version, _SDK_LACKS, "pip install --upgrade pulumi")


def plugin_file(content: JsonObject | None) -> Check:
    """Tell whether Pulumi's Python host takes the package for what it is.

    Args:
        content: The package's pulumi-plugin.json; None if there is none that can be read.
    """
    name = "pulumi-plugin.json"
    if content == {"resource": False}:
        return Check(name, "pass", "`pulumi install` doesn't take the package for the SDK of a plugin")
    what = "isn't there" if content is None else "says something else"
    detail = f"{what}: `pulumi install` looks for a plugin to download, and fails"
    return Check(name, "fail", detail, "Install pulumi-kinetic again.")


def plugin(facts: PluginFacts) -> Check:
    """Tell which `pulumi-resource-kinetic` the engine takes, unless Pulumi.yaml names another."""
    name, cure = "plugin", "`pulumi-kinetic plugin install`"
    if facts.on_path:
        detail = f"{facts.on_path}, since it is on PATH; the engine warns at each run"
        if facts.own and facts.on_path.resolve() == facts.own.resolve():
            return Check(name, "pass", detail)
        return Check(name, "warn", f"{detail}; it isn't this installation's", f"Take it off PATH, then {cure}.")
    if not facts.installed:
        detail = f"none: there is no {COMMAND} on PATH or in the plugin folder"
        if facts.is_needed:
            return Check(name, "fail", f"{detail}, but the stack has resources of it", cure)
        return Check(name, "skip", f"{detail}; Python programs need none", f"For other languages: {cure}.")
    return _installed_plugin(facts.installed[0], facts.version, cure)


def _installed_plugin(taken: InstalledPlugin, version: str, cure: str) -> Check:
    if not taken.is_complete:
        lost = f"starts {taken.starts}, which isn't there" if taken.starts else "wasn't installed to the end"
        return Check("plugin", "fail", f"{taken.folder} {lost}", cure)
    starts = f", which starts {taken.starts}" if taken.starts else ""
    detail = f"{taken.version} in {taken.folder}{starts}"
    if numbers_of(taken.version) != numbers_of(version):
        return Check("plugin", "warn", f"{detail}; this installation is {version}", cure)
    return Check("plugin", "pass", detail)


def backend(url: str, *, is_legacy: bool, is_refused: bool) -> Check:
    """Tell where the state is kept, and whether in the layout of before projects.

    Args:
        url: The backend, without login.
        is_legacy: Whether its stacks belong to no project.
        is_refused: Whether the CLI refuses it for that, as it does from 3.257 on.
    """
    if not is_legacy:
        return Check("backend", "pass", url)
    detail = f"{url} has the legacy layout, whose stacks belong to no project"
    if is_refused:
        return Check("backend", "fail", f"{detail}: the CLI refuses it", "`pulumi state upgrade`")
    return Check("backend", "warn", f"{detail}: the CLI refuses it from 3.257 on", "`pulumi state upgrade`")


def says_legacy(error: KineticError | None) -> bool:
    """Tell whether the CLI has refused a backend for its layout."""
    return error is not None and _LEGACY in str(error)


def stack(  # noqa: PLR0913 all that makes a difference
    name: str,
    error: KineticError | None,
    *,
    endpoints: int,
    has_cli: bool,
    is_asked_for: bool,
    has_project: bool,
) -> Check:
    """Tell whether the stack's state and configuration can be read.

    Args:
        name: The stack.
        error: Why it can't be read.
        endpoints: How many endpoints it declares.
        has_cli: Whether the CLI can be run.
        is_asked_for: Whether a stack was named.
        has_project: Whether there is a project in the folder.
    """
    if error is None:
        return Check("stack", "pass", f"{name}; webhook endpoints in its state: {endpoints}")
    if not has_cli:
        return Check("stack", "skip", "the Pulumi CLI can't be run")
    if not has_project and not is_asked_for:
        return Check("stack", "skip", "no project here", "Run it in a folder of the project, or name one with --cwd.")
    cure = error.advice or "Name a stack with --stack; `pulumi stack ls` lists them."
    return Check("stack", "fail" if is_asked_for else "warn", _problem_of(error), cure)


def throw_away_reason(variables: Mapping[str, str], *, is_in_container: bool) -> str | None:
    """Return why this machine's files probably don't outlive the run; None where nothing says so.

    Args:
        variables: The process environment.
        is_in_container: Whether PULUMI_HOME is on the own file system of a container.
    """
    said = [name for name in _CI_VARIABLES if variables.get(name, "").lower() not in ("", "0", "false")]
    if said:
        return f"{said[0]} is set"
    return "it is in a container, and on no volume" if is_in_container else None


def journal(folder: Path, problems: Sequence[str], *, is_writable: bool, lost: str | None) -> Check:
    """Tell whether creates can be recorded, and the records stay.

    Args:
        folder: The journal's.
        problems: What was met there that isn't a readable record.
        is_writable: Whether this user can write there.
        lost: Why the folder probably doesn't outlive the run; None where nothing says so.
    """
    if not is_writable:
        cure = "Make it writable, or set PULUMI_HOME to a folder that is."
        return Check("journal", "fail", f"{folder} can't be written: no endpoint can be created", cure)
    if problems:
        return Check("journal", "warn", "; ".join(problems), "Look at the file, then move it away.")
    if lost:
        cure = "Run `pulumi-kinetic recover` before and after each `pulumi up`, or keep PULUMI_HOME."
        return Check("journal", "warn", f"{folder} is probably lost after the run: {lost}", cure)
    return Check("journal", "pass", str(folder))


def interrupted(records: Sequence[Record], here: tuple[str, str, str] | None, pending: int) -> Check:
    """Tell which creates were cut off, here or in other stacks.

    Args:
        records: What the journal has open.
        here: Backend, stack and project; None if they aren't known.
        pending: How many pending creates the stack's state has.
    """
    name = "interrupted creates"
    open_records = [record for record in records if not record.is_in_progress]
    under_way = len(records) - len(open_records)
    ours = [record for record in open_records if _place_of(record) == here]
    others = Counter(
        f"{record.address.project}/{record.address.stack}" for record in open_records if record not in ours
    )
    parts = [f"{len(ours)} of this stack in the journal"] * bool(ours) + [f"{pending} in its state"] * bool(pending)
    parts += [f"{number} of {place}" for place, number in sorted(others.items())]
    parts += [f"{under_way} under way just now"] * bool(under_way)
    if ours or pending:
        return Check(name, "warn", ", ".join(parts), f"{_RECOVER}.")
    if others:
        return Check(name, "warn", ", ".join(parts), f"In these stacks: {_RECOVER}.")
    return Check(name, "pass", ", ".join(parts) or "none")


def _place_of(record: Record) -> tuple[str, str, str]:
    return record.address.backend, record.address.stack, record.address.project


def _versioned(name: str, shown: str, version: Version, lacks: Mapping[Version, str], cure: str) -> Check:
    missing = [f"{what} (from {'.'.join(map(str, first))})" for first, what in lacks.items() if version < first]
    if missing:
        return Check(name, "warn", f"{shown} lacks {', and '.join(missing)}", cure)
    return Check(name, "pass", shown)


def _problem_of(error: KineticError | None) -> str:
    return str(error).removesuffix(f"\n{error.advice}" if error else "")
