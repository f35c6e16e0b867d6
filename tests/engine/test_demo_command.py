"""`pulumi-kinetic demo`, as a newcomer follows it: the lines that it prints, run as they are."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.command import COMMAND
from support.emulator import EmulatorClient
from support.language_host import install_host
from support.waiting import RUN_SECONDS


class Terminal:
    """What the demo prints, and a second terminal beside it."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder / "a folder"
        self._environment = environment
        self._demo = subprocess.Popen(  # noqa: S603
            [*COMMAND, "demo", "--port", "0", "--folder", str(self.folder)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.printed = ""
        assert self._demo.stdout is not None
        for line in self._demo.stdout:
            self.printed += line
            if "Ctrl-C ends" in line:
                break

    @property
    def url(self) -> str:
        found = re.search(r"http://127\.0\.0\.1:\d+", self.printed)
        assert found is not None, self.printed
        return found[0]

    def run(self, command: str) -> str:
        """Paste the lines that are to be copied, and then a command."""
        lines = [line.strip() for line in self.printed.splitlines() if re.match(r" +(cd|export) ", line)]
        assert lines[0].startswith("cd ")
        done = subprocess.run(  # noqa: S602 what is tested is a shell's lines
            "\n".join([*lines, command]), shell=True, env=self._environment, capture_output=True, text=True,
            check=False, timeout=RUN_SECONDS,
        )  # fmt: skip
        assert done.returncode in (0, 7), done.stdout + done.stderr
        return done.stdout

    def end(self) -> tuple[int, str]:
        self._demo.send_signal(signal.SIGINT)
        rest, _ = self._demo.communicate(timeout=RUN_SECONDS)
        return self._demo.returncode, rest

    def kill(self) -> None:
        self._demo.kill()
        self._demo.communicate(timeout=RUN_SECONDS)


@pytest.fixture
def environment(tmp_path: Path, engine_environment: dict[str, str]) -> dict[str, str]:
    """A user's: with settings for a real API and a stack elsewhere, none of which the demo may touch."""
    host = install_host(tmp_path / "host")
    return {
        **engine_environment,
        "PATH": f"{engine_environment['PATH']}{os.pathsep}{host}",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_HOME": f"{tmp_path}/home-of-the-user",
        "PULUMI_BACKEND_URL": f"file://{tmp_path}/nowhere",
        "PULUMI_STACK": "production",
        "KINETIC_API_KEY": "md_live_of_the_user",
        "KINETIC_BASE_URL": "http://127.0.0.1:9",
        "COLUMNS": "200",
    }


@pytest.fixture
def terminal(tmp_path: Path, environment: dict[str, str]) -> Iterator[Terminal]:
    started = Terminal(tmp_path, environment)
    yield started
    started.kill()


def test_a_newcomer_sees_drift_and_heals_it(terminal: Terminal, environment: dict[str, str]) -> None:
    with EmulatorClient(terminal.url) as emulator:
        ids = {endpoint["url"]: endpoint_id for endpoint_id, endpoint in emulator.truth().items()}
        orders = ids["https://orders.example.com/hooks"]
        assert set(ids) == {
            "https://orders.example.com/hooks",
            "https://billing.example.com/hooks",
            "https://colleague.example.com/hooks",
            "https://forgotten.example.com/hooks",
        }
        emulator.edit(orders, status="disabled")
        shown = terminal.run("pulumi preview --refresh --diff --non-interactive")
        assert re.search('~ status *: "disabled" => "enabled"', shown), shown
        compared = terminal.run("pulumi-kinetic drift --unmanaged")
        assert "1 changed and 0 missing, of 2 endpoints" in compared
        assert "https://forgotten.example.com" in compared
        emulator.clear_log()
        terminal.run("pulumi up --refresh --yes --non-interactive")
        assert emulator.truth()[orders]["status"] == "enabled"
        assert len(emulator.requests("PATCH")) == 1
        terminal.run("pulumi preview --refresh --expect-no-changes --non-interactive")
        kept = emulator.truth()
    code, said = terminal.end()
    assert code == 0
    assert f"rm -r '{terminal.folder}'" in said
    (command,) = re.findall("To go on: pulumi-kinetic (.*)", said)
    again = subprocess.Popen(  # noqa: S602 what is tested is a shell's line
        f"exec pulumi-kinetic {command}", shell=True, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert again.stdout is not None
    assert terminal.url in again.stdout.readline()
    with EmulatorClient(terminal.url) as emulator:
        assert emulator.truth() == kept
    again.terminate()
    again.communicate(timeout=RUN_SECONDS)


def test_all_that_is_written_is_in_the_folder(terminal: Terminal, tmp_path: Path) -> None:
    assert "See drift" in terminal.printed
    assert {path.name for path in tmp_path.iterdir()} == {"a folder", "host"}
    assert terminal.end()[0] == 0
