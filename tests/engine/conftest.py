from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.crash import Crash
from support.emulator import EmulatorClient
from support.stack import Deployment


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
