"""The sdist and the wheel, built as `make package` builds them."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
BESIDE = ["pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "SECURITY.md", "schema.json"]
JUNK = shutil.ignore_patterns("__pycache__", ".venv*", "venv")


class Archives(NamedTuple):
    sdist: Path
    wheel: Path


def copied(tree: Path) -> Path:
    """A copy of what is built, without git and what git ignores, as a release's archive is unpacked."""
    shutil.copytree(ROOT / "provider", tree / "provider", ignore=JUNK)
    for name in BESIDE:
        shutil.copyfile(ROOT / name, tree / name)
    return tree


def built(tree: Path, into: Path, *options: str) -> Archives:
    run_python("-m", "build", "--no-isolation", *options, "--outdir", str(into), str(tree))
    return Archives(next(into.glob("*.tar.gz"), into), next(into.glob("*.whl")))


def run_python(*arguments: str, cwd: Path | None = None) -> str:
    """What a run of this Python prints; one that fails fails the test with its own words."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, *arguments], cwd=cwd, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
