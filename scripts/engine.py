"""Get the real Pulumi engine, whatever this machine has; cached in the ignored folder `.engine`.

In this order: `pulumi` on PATH, the one already in `.engine`, the official installer, a build from the Go
module. Run as a script it prints the folder to put first on PATH.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

VERSION = "3.259.0"
MODULE = "github.com/pulumi/pulumi"
FOLDER = Path(__file__).resolve().parent.parent / ".engine"
BIN = FOLDER / "bin"
LAUNCHER = "pulumi-resource-pulumi-python"
YAML_HOST = "pulumi-language-yaml"
YAML_VERSION = "1.25.0"
YAML_MODULE = "github.com/pulumi/pulumi-yaml"
_HEARTBEAT_SECONDS = 20


def ensure() -> Path:
    """The folder that holds `pulumi` and what it needs for dynamic providers; gets them where missing.

    Raises:
        SystemExit: with what was tried, and what a person can do.
    """
    pulumi = _on_path() or _cached() or _official() or _built()
    if pulumi is None:
        sys.exit(
            "The Pulumi engine can't be had: there is no `pulumi` on PATH, its installer can't be downloaded, and "
            "there is no `go` to build it with. Install the Pulumi CLI (or Go 1.25 or newer), then run this again."
        )
    BIN.mkdir(parents=True, exist_ok=True)
    # a link to itself would take the place of the engine; one that is right is in use by other processes of the tests
    if pulumi.parent.resolve() != BIN.resolve() and (BIN / "pulumi").resolve() != pulumi.resolve():
        (BIN / "pulumi").unlink(missing_ok=True)
        (BIN / "pulumi").symlink_to(pulumi)
    _ensure_launcher(pulumi.parent)
    return BIN


def language_host(language: str, *folders: Path) -> Path | None:
    """The CLI's host of a language: beside the CLI, as an official one has it, on PATH, or in one of the folders."""
    beside = (ensure() / "pulumi").resolve().parent
    path = os.pathsep.join([str(beside), os.environ.get("PATH", ""), *map(str, folders)])
    found = shutil.which(f"pulumi-language-{language}", path=path)
    return Path(found) if found else None


def yaml_host() -> Path:
    """The folder that holds the host of programs in YAML: an official CLI's, one on PATH, or one built by Go.

    Raises:
        SystemExit: with what was tried, and what a person can do.
    """
    folder = FOLDER / "yaml"
    if found := language_host("yaml", folder):
        return found.parent
    if not shutil.which("go"):
        sys.exit(
            f"{YAML_HOST} can't be had: it is neither beside the Pulumi CLI nor on PATH, and there is no `go` to build "
            "it with. Install the official Pulumi CLI (or Go 1.25 or newer), then run this again."
        )
    _say(f"building {YAML_HOST} from the Go module {YAML_MODULE} {YAML_VERSION}: once")
    _build(folder, f"{YAML_MODULE}/cmd/{YAML_HOST}", YAML_VERSION, folder / YAML_HOST)
    return folder


def environment() -> dict[str, str]:
    """This process's environment with the engine, and the Python that runs this, first on PATH."""
    path = os.pathsep.join([str(ensure()), sysconfig.get_path("scripts"), os.environ.get("PATH", "")])
    return {**os.environ, "PATH": path}


def _on_path() -> Path | None:
    found = shutil.which("pulumi")
    return Path(found).resolve() if found and _runs(Path(found)) else None


def _cached() -> Path | None:
    cached = BIN / "pulumi"
    return cached if _runs(cached) else None


def _official() -> Path | None:
    from pulumi.automation import PulumiCommand  # noqa: PLC0415 slow to import, and seldom needed
    from semver import VersionInfo  # noqa: PLC0415

    _say(f"no Pulumi CLI here: trying the official installer (version {VERSION})")
    root = FOLDER / "official"
    try:
        PulumiCommand.install(root=str(root), version=VersionInfo.parse(VERSION))
    except Exception as error:  # noqa: BLE001 whatever it is, there is another way
        _say(f"the official installer can't be used here ({type(error).__name__})")
        return None
    return root / "bin" / "pulumi"


def _built() -> Path | None:
    if not shutil.which("go"):
        return None
    _say(f"building the engine from the Go module {MODULE} {VERSION}: about 4 minutes on 2 cores, once")
    BIN.mkdir(parents=True, exist_ok=True)
    flag = f"-X {MODULE}/sdk/v3/go/common/version.Version=v{VERSION}"
    _build(FOLDER / "build", f"{MODULE}/pkg/v3/cmd/pulumi", VERSION, BIN / "pulumi", "-ldflags", flag)
    return BIN / "pulumi"


def _build(folder: Path, command: str, version: str, target: Path, *flags: str) -> None:
    """Build a command of a Go module, in a module of its own in the folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _run("go", "mod", "init", "engine", cwd=folder)
    _run("go", "get", "-tool", f"{command}@v{version}", cwd=folder)
    _run("go", "build", *flags, "-o", str(target), command, cwd=folder)


def _ensure_launcher(beside: Path) -> None:
    """An official CLI brings the launcher of dynamic providers; a build of our own does not."""
    if shutil.which(LAUNCHER) or (beside != BIN and (beside / LAUNCHER).exists()):
        return
    launcher = BIN / LAUNCHER
    launcher.write_text('#!/bin/sh\nexec python -u -m pulumi.dynamic "$@"\n')
    launcher.chmod(0o755)


def _runs(pulumi: Path) -> bool:
    try:
        shown = subprocess.run([pulumi, "version"], capture_output=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return shown.returncode == 0


def _run(*command: str, cwd: Path) -> None:
    """Run a command quietly, with a sign of life now and then; its output only where it fails."""
    _say(f"  {' '.join(command[:3])} …")
    started = time.monotonic()
    log = cwd / "log.txt"
    with log.open("wb") as output:
        running = subprocess.Popen(command, cwd=cwd, stdout=output, stderr=subprocess.STDOUT)
        while True:
            try:
                code = running.wait(_HEARTBEAT_SECONDS)
            except subprocess.TimeoutExpired:
                _say(f"  still at it ({time.monotonic() - started:.0f} s)")
                continue
            break
    if code:
        sys.exit(
            f"`{' '.join(command)}` failed, and with it the last way to get the engine:\n{log.read_text()[-2000:]}"
        )


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    print(ensure())
    yaml_host()  # a test needs it, and isn't the place to build it
