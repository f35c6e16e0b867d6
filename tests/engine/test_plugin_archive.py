"""The plugin's archive, as the CLI downloads it from a release: the engine then finds the plugin by its name."""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import plugin_archive
from pulumi_kinetic.cli.plugins import COMMAND
from support.archives import built, copied
from support.emulator import EmulatorClient
from support.language_host import install_host
from support.programs import Program, expect_truth
from support.stack import Deployment

Pulumi = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive")
    return built(copied(folder / "tree"), folder / "dist", "--wheel").wheel


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Keep it out of the tests' output."""


@pytest.fixture
def release(wheel: Path, tmp_path: Path) -> Iterator[str]:
    """The URL of a server that has the archives of a release."""
    folder = tmp_path / "release"
    plugin_archive.write(wheel, folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def deployment(deploy: Callable[..., Deployment], engine_environment: dict[str, str], tmp_path: Path) -> Deployment:
    """A stack whose program needs the plugin, on a machine that has a language host and no plugin."""
    folders = engine_environment["PATH"].split(os.pathsep)
    kept = [folder for folder in folders if not (Path(folder) / COMMAND).exists()]
    path = os.pathsep.join([str(install_host(tmp_path / "host")), *kept])
    return deploy(Program("plugin"), variables={"PATH": path})


@pytest.fixture
def pulumi(deployment: Deployment) -> Pulumi:
    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = shutil.which("pulumi", path=deployment.variables["PATH"]) or "pulumi"
        return subprocess.run(  # noqa: S603
            [command, *arguments], env=deployment.variables, capture_output=True, text=True, check=False
        )

    return run


def installed(wheel: Path, deployment: Deployment) -> Path:
    return Path(deployment.variables["PULUMI_HOME"]) / "plugins" / f"resource-kinetic-v{wheel.name.split('-')[1]}"


def test_the_cli_downloads_it_and_the_engine_finds_it_by_name(
    deployment: Deployment, pulumi: Pulumi, release: str, wheel: Path, emulator: EmulatorClient
) -> None:
    version = wheel.name.split("-")[1]
    done = pulumi("plugin", "install", "resource", "kinetic", version, "--server", release)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (installed(wheel, deployment) / wheel.name).read_bytes() == wheel.read_bytes()
    listed = json.loads(pulumi("plugin", "ls", "--output", "json").stdout)
    assert [(plugin["name"], plugin["kind"], plugin["version"]) for plugin in listed] == [
        ("kinetic", "resource", version)
    ]
    schema = json.loads(pulumi("package", "get-schema", f"kinetic@{version}").stdout)
    assert (schema["name"], schema["version"]) == ("kinetic", version)
    deployment.up_clean()
    expect_truth(deployment, emulator)
    assert f"{COMMAND} from $PATH" not in "".join(deployment.output)


def test_a_release_without_this_version_installs_nothing(
    deployment: Deployment, pulumi: Pulumi, release: str, wheel: Path
) -> None:
    done = pulumi("plugin", "install", "resource", "kinetic", "99.0.0", "--server", release)
    assert done.returncode != 0
    assert "404" in done.stderr
    assert not installed(wheel, deployment).exists()


def test_a_plugin_whose_packages_are_gone_says_so(
    deployment: Deployment, pulumi: Pulumi, release: str, wheel: Path
) -> None:
    pulumi("plugin", "install", "resource", "kinetic", wheel.name.split("-")[1], "--server", release)
    venv = installed(wheel, deployment) / ".venv"
    venv.unlink()
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)  # noqa: S603 an empty one
    said = deployment.fails(deployment.up)
    assert "can't start, so nothing was changed: No module named 'pulumi_kinetic'" in said
    assert "install the plugin again, with --reinstall" in said
    assert '__main__.py", line' not in said
