"""`pulumi-kinetic demo` where something is missing. How it goes on a whole machine: engine/test_demo_command.py."""

import os
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from pulumi_kinetic.cli import main
from support.command import COMMAND
from support.emulator import EmulatorClient
from support.pulumi_stub import Cli

WAIT_SECONDS = 60


def run_until_ready(folder: Path, path: str) -> tuple[str, int, str]:
    """What it printed, what the emulator had, its exit code and what it said at its end."""
    process = subprocess.Popen(  # noqa: S603
        [*COMMAND, "demo", "--port", "0", "--folder", str(folder)],
        env={**os.environ, "PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    printed = ""
    while "Ctrl-C ends" not in printed:
        line = process.stdout.readline()
        assert line, printed
        printed += line
    with EmulatorClient(printed.split()[6]) as emulator:
        endpoints = len(emulator.truth())
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=WAIT_SECONDS)
    return printed + rest, endpoints, str(process.returncode)


def test_without_the_pulumi_cli_there_is_the_emulator_and_what_is_missing_is_said(tmp_path: Path) -> None:
    printed, endpoints, code = run_until_ready(tmp_path / "demo", str(tmp_path))
    assert "there is no `pulumi` on PATH" in printed
    assert "Install the Pulumi CLI." in printed
    assert (endpoints, code) == (2, "0")
    assert f"rm -r {tmp_path / 'demo'}" in printed


def test_what_the_pulumi_cli_says_is_said(tmp_path: Path, cli: Cli) -> None:
    cli('echo "error: no language plugin" >&2; exit 1')
    printed, endpoints, code = run_until_ready(tmp_path / "demo", os.environ["PATH"])
    assert "`pulumi stack init demo` failed: no language plugin" in printed
    assert (endpoints, code) == (2, "0")


def test_who_interrupts_the_deployment_is_told_what_is_left(tmp_path: Path, cli: Cli) -> None:
    cli("kill -INT $PPID; exit 1")
    folder = tmp_path / "demo"
    command = [*COMMAND, "demo", "--port", "0", "--folder", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=WAIT_SECONDS)  # noqa: S603
    assert done.returncode == 0
    assert f"rm -r {folder}" in done.stdout
    assert done.stderr == ""


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: mine\n")
    result = CliRunner().invoke(main.main, ["demo", "--port", "0", "--folder", str(tmp_path)])
    assert result.exit_code == 2
    assert result.output == f"Error: {tmp_path} isn't empty: name a new folder; nothing was changed\n"
    assert (tmp_path / "Pulumi.yaml").read_text() == "name: mine\n"


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = CliRunner().invoke(main.main, ["demo", "--port", "0", "--folder", str(tmp_path / "file" / "folder")])
    assert result.exit_code == 2
    assert "can't make the folder" in result.output
    assert "Not a directory" in result.output


def test_where_the_port_is_taken_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = CliRunner().invoke(main.main, ["demo", "--port", str(taken.getsockname()[1])])
    assert result.exit_code == 1
    assert "Address already in use" in result.output
    assert list(tmp_path.iterdir()) == []
