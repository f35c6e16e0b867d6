"""`pulumi-kinetic plugin install`: the real CLI and engine then find the plugin by its name."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pulumi_kinetic import __version__
from pulumi_kinetic.cli import plugins
from support.command import run_command
from support.emulator import EmulatorClient
from support.programs import Program, expect_truth
from support.stack import Deployment


@pytest.fixture
def deployment(deploy: Callable[..., Deployment], engine_environment: dict[str, str]) -> Deployment:
    """A stack whose program needs the plugin, which isn't on PATH."""
    folders = engine_environment["PATH"].split(os.pathsep)
    kept = [folder for folder in folders if not (Path(folder) / plugins.COMMAND).exists()]
    return deploy(Program("plugin"), variables={"PATH": os.pathsep.join(kept)})


def pulumi(deployment: Deployment, *arguments: str) -> str:
    """What a command prints that no stack is named for."""
    command = shutil.which("pulumi", path=deployment.variables["PATH"]) or "pulumi"
    done = subprocess.run([command, *arguments], env=deployment.variables, capture_output=True, text=True, check=True)  # noqa: S603
    return done.stdout


def test_without_it_the_engine_finds_no_plugin(deployment: Deployment) -> None:
    assert "kinetic" in deployment.fails(deployment.up)
    assert deployment.resources() == {}


def test_the_engine_finds_the_installed_plugin_by_name(deployment: Deployment, emulator: EmulatorClient) -> None:
    code, said, errors = run_command(deployment, "plugin", "install")
    folder = Path(deployment.variables["PULUMI_HOME"]) / "plugins" / f"resource-kinetic-v{__version__}"
    assert (code, errors) == (0, "")
    assert said.startswith(f"Installed the plugin kinetic {__version__} in {folder}.")
    deployment.up_clean()
    expect_truth(deployment, emulator)
    assert "from $PATH" not in "".join(deployment.output)
    schema = json.loads(pulumi(deployment, "package", "get-schema", f"kinetic@{__version__}"))
    assert schema["name"] == "kinetic"


def test_a_second_time_nothing_is_done(deployment: Deployment) -> None:
    def installed() -> list[tuple[str, str]]:
        listed = json.loads(pulumi(deployment, "plugin", "ls", "--output", "json"))
        return [(plugin["name"], plugin["installTime"]) for plugin in listed]

    run_command(deployment, "plugin", "install")
    before = installed()
    code, said, _ = run_command(deployment, "plugin", "install")
    assert (code, said.partition(":")[0]) == (0, "Nothing to do")
    assert installed() == before


def test_a_launcher_whose_installation_is_gone_is_replaced(deployment: Deployment) -> None:
    run_command(deployment, "plugin", "install")
    launcher = next(Path(deployment.variables["PULUMI_HOME"]).rglob(plugins.COMMAND))
    before = launcher.read_text()
    launcher.write_text(plugins.launcher(Path("/gone") / plugins.COMMAND, windows=False)[1])
    _, said, _ = run_command(deployment, "plugin", "install")
    assert "It has started /gone/pulumi-resource-kinetic before." in said
    assert launcher.read_text() == before
