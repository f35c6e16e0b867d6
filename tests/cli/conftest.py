from pathlib import Path

import pytest

from support.emulator import EmulatorClient
from support.pulumi_stub import Cli
from support.set_up import SetUp, clear_machine


@pytest.fixture
def set_up(cli: Cli, emulator: EmulatorClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SetUp:
    """A healthy set-up, which a test may break."""
    clear_machine(monkeypatch)
    project = tmp_path / "shop"
    project.mkdir()
    (project / "Pulumi.yaml").write_text("name: shop\nruntime: yaml\n")
    monkeypatch.setenv("PULUMI_BACKEND_URL", f"file://{tmp_path}")
    return SetUp(cli, emulator, project, *emulator.seed(1))
