"""The example `testing`, whose own tests are run as a user runs them: pytest in that folder."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from support.waiting import RUN_SECONDS

EXAMPLE = Path(__file__).parents[2] / "examples" / "testing"


def run_example_tests(beside: Path, *files: str, environment: Mapping[str, str] = os.environ) -> str:
    """The last line that pytest prints; a run that fails fails the test with all of its words."""
    folder = beside / EXAMPLE.name
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("__pycache__", ".venv", ".pytest_cache"))
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "pytest", "-q", *files],
        cwd=folder,
        env={name: value for name, value in environment.items() if not name.startswith(("KINETIC_", "PYTEST_"))},
        capture_output=True,
        text=True,
        check=False,
        timeout=RUN_SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()[-1]
