import json
import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pulumi_kinetic import __version__
from pulumi_kinetic.cli import plugins
from pulumi_kinetic.cli.main import main
from support.pulumi_stub import Cli

NAME = f"resource-kinetic-v{__version__}"
# What the CLI does with --file and --reinstall, and a list of its calls.
INSTALLING = """
echo "$*" >> {calls}
place="$PULUMI_HOME/plugins/resource-$5-v$6"
rm -rf "$place"; mkdir -p "$place"
while [ "$1" != "--file" ]; do shift; done
cp "$2"/* "$place"
"""


@pytest.fixture
def calls(tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A CLI that installs plugins, and no plugin on PATH; what it was called with."""
    kept = [folder for folder in os.environ["PATH"].split(os.pathsep) if not (Path(folder) / plugins.COMMAND).exists()]
    monkeypatch.setenv("PATH", os.pathsep.join(kept))
    cli(INSTALLING.format(calls=tmp_path / "calls"))
    return tmp_path / "calls"


@pytest.fixture
def home() -> Path:
    return Path(os.environ["PULUMI_HOME"]) / "plugins" / NAME


def install(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["plugin", "install", *arguments])


def test_the_plugin_is_installed_once(calls: Path, home: Path) -> None:
    done = install()
    command = plugins.own_command()
    said = f"the plugin kinetic {__version__} in {home}. It starts {command}.\n"
    assert (done.exit_code, done.stdout, done.stderr) == (0, f"Installed {said}", "")
    assert install().stdout == f"Nothing to do: there already is {said}"
    assert len(calls.read_text().splitlines()) == 1


@pytest.mark.usefixtures("calls")
def test_what_was_done_is_told_to_programs(home: Path) -> None:
    report = {"version": __version__, "folder": str(home), "starts": str(plugins.own_command()), "notes": []}
    assert json.loads(install("--json").stdout) == {**report, "changed": True}
    assert json.loads(install("-j").stdout) == {**report, "changed": False}


@pytest.mark.usefixtures("calls")
def test_what_is_installed_starts_the_command_with_the_engines_arguments(home: Path, tmp_path: Path) -> None:
    install()
    launcher = home / plugins.COMMAND
    command = tmp_path / "a folder with 'quotes'" / plugins.COMMAND
    command.parent.mkdir()
    command.write_text('#!/bin/sh\nprintf "[%s]" "$@"\n')
    command.chmod(0o755)
    _, text = plugins.launcher(command, windows=False)
    launcher.write_text(text)
    assert launcher.stat().st_mode & 0o111
    shown = subprocess.run([launcher, "127.0.0.1:4", "a b"], capture_output=True, text=True, check=True)  # noqa: S603
    assert shown.stdout == "[127.0.0.1:4][a b]"


def test_a_launcher_whose_installation_is_gone_says_what_to_do(tmp_path: Path) -> None:
    gone, launcher = tmp_path / "it's gone" / plugins.COMMAND, tmp_path / plugins.COMMAND
    launcher.write_text(plugins.launcher(gone, windows=False)[1])
    done = subprocess.run(["/bin/sh", launcher, "127.0.0.1:4"], capture_output=True, text=True, check=False)  # noqa: S603
    said = f"{gone} is gone: run pulumi-kinetic plugin install again, in the installation to be used\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", said)


@pytest.mark.usefixtures("calls")
@pytest.mark.parametrize("is_there", [False, True])
def test_a_launcher_of_another_installation_is_replaced_and_named(
    home: Path, tmp_path: Path, *, is_there: bool
) -> None:
    install()
    other = tmp_path / "other" / plugins.COMMAND
    if is_there:
        other.parent.mkdir()
        other.touch()
    (home / plugins.COMMAND).write_text(plugins.launcher(other, windows=False)[1])
    done = install()
    assert done.stdout.startswith("Installed ")
    assert f"It has started {other} before.\n" in done.stdout
    assert plugins.installed(Path())[0].starts == plugins.own_command()


def test_a_plugin_that_something_else_has_installed_is_left_alone(calls: Path, home: Path) -> None:
    home.mkdir(parents=True)
    (home / plugins.COMMAND).write_bytes(b"\x7fELF\xff" + os.urandom(64))
    done = install()
    assert (done.exit_code, done.stdout) == (1, "")
    assert f"pulumi plugin rm resource kinetic {__version__}" in done.stderr
    assert not calls.exists()


@pytest.mark.usefixtures("calls")
def test_an_installation_that_was_cut_off_is_done_again(home: Path) -> None:
    home.mkdir(parents=True)
    home.with_name(f"{NAME}.partial").touch()
    assert install().stdout.startswith("Installed ")


@pytest.mark.usefixtures("calls")
def test_a_plugin_on_path_is_named_since_the_engine_takes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy("/bin/true", tmp_path / "bin" / plugins.COMMAND)
    assert f"While {tmp_path}/bin/{plugins.COMMAND} (another installation's) is on PATH" in install().stdout
    monkeypatch.setenv("PULUMI_IGNORE_AMBIENT_PLUGINS", "true")
    assert "is on PATH" not in install().stdout


def test_a_machine_without_the_cli_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    done = install()
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == "Error: there is no `pulumi` on PATH\nInstall the Pulumi CLI.\n"


@pytest.mark.parametrize("windows", [False, True])
@pytest.mark.parametrize("path", ["/venv/bin/x", "/a b/it's/x", "/ä/$HOME/x"])
def test_a_launcher_says_what_it_starts(path: str, *, windows: bool) -> None:
    name, text = plugins.launcher(Path(path), windows=windows)
    assert name == (f"{plugins.COMMAND}.cmd" if windows else plugins.COMMAND)
    assert plugins.started_by(text) == Path(path)


@pytest.mark.parametrize("text", ["", f"# {plugins.PROMISE}", f'#!/bin/sh\nexec {shlex.quote("/x")} "$@"\n'])
def test_a_file_that_is_no_launcher_starts_nothing_that_is_known(text: str) -> None:
    assert plugins.started_by(text) is None


def test_the_newest_version_comes_first() -> None:
    folder = plugins.plugin_folder(Path())
    names = ["resource-kinetic-v0.9.0", "resource-kinetic-v0.10.0", "resource-kinetic-v1.0", "resource-other-v1.0.0"]
    for name in names:
        (folder / name).mkdir(parents=True)
    (folder / "resource-kinetic-v0.11.0.lock").touch()
    assert [plugin.version for plugin in plugins.installed(Path())] == ["0.10.0", "0.9.0"]
