import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.crash import Crash
from support.emulator import EmulatorClient
from support.stack import Deployment
from support.waiting import RUN_SECONDS


@pytest.fixture
def crash(
    deploy: Callable[..., Deployment], emulator: EmulatorClient, request: pytest.FixtureRequest
) -> Iterator[Crash]:
    made = Crash(deploy(lambda: None), emulator, getattr(request, "param", "dynamic"))
    yield made
    made.end_providers()


@pytest.fixture
def without_journal(tmp_path: Path) -> Path:
    """A folder that, first on PYTHONPATH, keeps the provider from writing its journal."""
    folder = tmp_path / "without"
    folder.mkdir()
    patch = "import pulumi_kinetic.journal as j\nj.Journal._write = lambda *_: None\n"
    (folder / "sitecustomize.py").write_text(patch)
    return folder


@pytest.fixture
def audit(crash: Crash) -> Callable[..., tuple[int, str]]:
    """Run `pulumi-kinetic audit` in the stack's folder; its exit code and all that it printed."""

    def run(*arguments: str) -> tuple[int, str]:
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-c", "from pulumi_kinetic.cli.main import main; main()", "audit", *arguments],
            cwd=crash.deployment.stack.workspace.work_dir,
            capture_output=True,
            text=True,
            env=crash.deployment.variables,
            check=False,
            timeout=RUN_SECONDS,
        )
        return done.returncode, done.stdout + done.stderr

    return run
