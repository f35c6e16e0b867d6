"""Which `pulumi-resource-kinetic` the engine finds by name, and what puts this installation's into its plugin folder.

See docs/contributing/engine-facts.md#where-the-engine-finds-a-plugin.
"""

import os
import re
import shlex
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

from pulumi_kinetic.cli.stack import run_cli
from pulumi_kinetic.errors import StackError
from pulumi_kinetic.journal import default_folder

COMMAND = "pulumi-resource-kinetic"
PROMISE = "Written by `pulumi-kinetic plugin install`"
_DISTRIBUTION = "pulumi-kinetic"
_FOLDER = re.compile(r"resource-kinetic-v(?P<version>\d+\.\d+\.\d+\S*)")
_GONE = "is gone: run pulumi-kinetic plugin install again, in the installation to be used"
_POSIX = """#!/bin/sh
# {promise}: starts the plugin of the package that is installed there.
[ -x {command} ] || {{ echo {command} "{gone}" >&2; exit 1; }}
exec {command} "$@"
"""
_WINDOWS = """@rem {promise}: starts the plugin of the package that is installed there.\r
@if not exist "{command}" (echo "{command}" {gone} 1>&2 & exit /b 1)\r
@"{command}" %*\r
"""
_STARTS = re.compile(r'^(?:exec (?P<quoted>.+) "\$@"|@"(?P<plain>.+)" %\*)$', re.MULTILINE)
_MAX_LAUNCHER_BYTES = 16384


@dataclass(frozen=True)
class InstalledPlugin:
    """A version of the plugin in the engine's plugin folder.

    Attributes:
        version: Its version.
        folder: Where it is.
        starts: The command that it starts, if `plugin install` has put it there; None for a plugin of its own.
        is_complete: Whether what it starts is there, and the CLI has finished installing it.
    """

    version: str
    folder: Path
    starts: Path | None
    is_complete: bool


@dataclass(frozen=True)
class Installation:
    """What `plugin install` has done.

    Attributes:
        version: The plugin's version.
        folder: Where the engine finds it.
        starts: The command that it starts.
        changed: Whether it wasn't so before.
        notes: What to know beside it.
    """

    version: str
    folder: str
    starts: str
    changed: bool
    notes: list[str] = field(default_factory=list)


def install(folder: Path, variables: Mapping[str, str]) -> Installation:
    """Let the CLI install a launcher, so that the engine finds this installation's plugin by name; once is enough.

    Args:
        folder: Where the CLI runs, from which a relative PULUMI_HOME counts.
        variables: The process environment.

    Raises:
        StackError: This installation has no plugin, the CLI fails, or something else has this place.
    """
    version, command = metadata.version(_DISTRIBUTION), own_command()
    if command is None:
        raise StackError(f"the package is installed without its command {COMMAND}", advice="Install it with pip.")
    place = plugin_folder(folder) / f"resource-kinetic-v{version}"
    there = next((plugin for plugin in installed(folder) if plugin.folder == place), None)
    if there and there.is_complete and there.starts is None:
        raise StackError(
            f"{place} has this version of the plugin already, and not from this command. Nothing was changed",
            advice=f"The engine finds that one by name. To replace it: `pulumi plugin rm resource kinetic {version}`.",
        )
    is_new = there is None or not there.is_complete or there.starts != command
    notes = [f"It has started {there.starts} before"] if there and there.starts not in (None, command) else []
    if is_new:
        _install_launcher(folder, version, command)
    return Installation(version, str(place), str(command), is_new, notes + _note_of_path(command, variables))


def installed(folder: Path) -> list[InstalledPlugin]:
    """Return the versions in the plugin folder of PULUMI_HOME, newest first.

    Args:
        folder: Where the CLI runs, from which a relative PULUMI_HOME counts.
    """
    found = {path: _FOLDER.fullmatch(path.name) for path in plugin_folder(folder).glob("resource-kinetic-v*")}
    plugins = [_installed(path, match["version"]) for path, match in found.items() if match and path.is_dir()]
    return sorted(plugins, key=lambda plugin: numbers_of(plugin.version) or (), reverse=True)


def plugin_folder(folder: Path) -> Path:
    """Return the folder `plugins` of PULUMI_HOME.

    Raises:
        JournalError: Nothing tells where the user's home is.
    """
    return default_folder(folder.resolve()).parents[1] / "plugins"


def own_command() -> Path | None:
    """Return the command of this installation, wherever pip has put it; None where it has none."""
    files = metadata.distribution(_DISTRIBUTION).files or []
    places = (Path(os.path.normpath(str(file.locate()))) for file in files if file.stem == COMMAND)
    return next((place for place in places if place.is_file()), None)


def on_path(variables: Mapping[str, str]) -> Path | None:
    """Return the command that the engine takes before it looks into the plugin folder; None where there is none."""
    if variables.get("PULUMI_IGNORE_AMBIENT_PLUGINS", "").lower() in ("1", "true"):
        return None
    found = shutil.which(COMMAND, path=variables.get("PATH", ""))
    return Path(found) if found else None


def launcher(command: Path, *, windows: bool) -> tuple[str, str]:
    """Return name and content of the file that starts a command as the engine's plugin."""
    if windows:
        return f"{COMMAND}.cmd", _WINDOWS.format(promise=PROMISE, command=command, gone=_GONE)
    return COMMAND, _POSIX.format(promise=PROMISE, command=shlex.quote(str(command)), gone=_GONE)


def started_by(text: str) -> Path | None:
    """Return the command that a launcher of ours starts; None for any other file."""
    match = _STARTS.search(text.replace("\r\n", "\n")) if PROMISE in text else None
    if match is None:
        return None
    return Path(match["plain"] or "".join(shlex.split(match["quoted"])))


def numbers_of(version: str) -> tuple[int, int, int] | None:
    """Return the three numbers of a version ("v3.259.0-dev.1"); None where it has none."""
    match = re.match(r"\s*v?(\d+)\.(\d+)\.(\d+)", version)
    return (int(match[1]), int(match[2]), int(match[3])) if match else None


def _installed(place: Path, version: str) -> InstalledPlugin:
    starts = next(filter(None, (started_by(_read(place / name)) for name in (COMMAND, f"{COMMAND}.cmd"))), None)
    is_unfinished = place.with_name(f"{place.name}.partial").exists()
    return InstalledPlugin(version, place, starts, not is_unfinished and (starts is None or starts.is_file()))


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_MAX_LAUNCHER_BYTES).decode(errors="replace")
    except OSError:
        return ""


def _install_launcher(folder: Path, version: str, command: Path) -> None:
    with tempfile.TemporaryDirectory() as made:
        name, text = launcher(command, windows=os.name == "nt")
        path = Path(made) / name
        path.write_text(text, encoding="utf-8", newline="")
        path.chmod(0o755)
        # "reinstall" takes the place of a launcher whose command is gone, and does no harm where there is none
        options = ("--file", made, "--exact", "--reinstall")
        run_cli(folder, "plugin", "install", "resource", "kinetic", version, options=options)


def _note_of_path(command: Path, variables: Mapping[str, str]) -> list[str]:
    found = on_path(variables)
    if found is None:
        return []
    own = "the same one" if os.path.realpath(found) == os.path.realpath(command) else "another installation's"
    return [f"While {found} ({own}) is on PATH, the engine takes that one, and warns at each run"]
