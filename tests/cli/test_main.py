import builtins
import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from pulumi_kinetic.cli import main
from support.emulator import KEY, EmulatorClient
from support.exports import exported
from support.pulumi_stub import Cli, answering
from support.waiting import first_line

COMMAND = [sys.executable, "-c", "from pulumi_kinetic.cli.main import main; main()", "emulator", "--port", "0"]


def started(*arguments: str) -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # noqa: S603
    url = re.search(r"http://127\.0\.0\.1:\d+", first_line(process, "the emulator's address"))
    assert url is not None
    return process, url[0]


def ended(process: subprocess.Popen[str], number: signal.Signals) -> int:
    process.send_signal(number)
    process.communicate(timeout=20)
    return process.returncode


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_emulator_serves_until_it_is_told_to_end(number: signal.Signals) -> None:
    process, url = started()
    with EmulatorClient(url) as emulator:
        assert emulator.http.get("/v1/webhook_endpoints").json()["data"] == []
    assert ended(process, number) == 0


def test_emulator_state_in_a_file_survives_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    process, url = started("--state", str(state))
    made = httpx.post(
        f"{url}/v1/webhook_endpoints",
        json={"url": "https://a.example"},
        headers={"Authorization": f"Bearer {KEY}", "MD-Version": "2026-06-11", "Idempotency-Key": "key-1"},
    ).json()
    ended(process, signal.SIGTERM)
    assert state.stat().st_mode & 0o777 == 0o600
    process, url = started("--state", str(state))
    with EmulatorClient(url) as emulator:
        assert emulator.truth()[made["webhook_endpoint_id"]]["signing_secret"] == made["signing_secret"]
    ended(process, signal.SIGTERM)


def test_emulator_prints_its_address_for_a_program() -> None:
    process = subprocess.Popen([*COMMAND, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # noqa: S603
    printed = json.loads(first_line(process, "the emulator's address"))
    with EmulatorClient(printed["url"]) as emulator:
        assert emulator.truth() == {}
    assert ended(process, signal.SIGTERM) == 0


def test_emulator_says_that_a_port_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = CliRunner().invoke(main.main, ["emulator", "--port", str(port)])
    assert result.exit_code == 1
    assert result.output == f"Error: can't listen on port {port}: Address already in use\n"


def test_emulator_names_a_state_file_that_it_cannot_use(tmp_path: Path) -> None:
    state = tmp_path / "pack\x1b[31mage.json"
    state.write_text('{"name": "package"}')
    result = CliRunner().invoke(main.main, ["emulator", "--port", "0", "--state", str(state)])
    assert result.exit_code == 1
    assert result.output == (
        f"Error: can't use the state file {str(state)!r}: it holds something else than a state of this version of the "
        "emulator; the file is unchanged\n"
    )


def test_emulator_serves_a_named_host_and_says_what_that_allows() -> None:
    process, url = started("--allow-host", "emulator")
    hosts = {"emulator:8787": 200, "evil.example": 421}
    answers = {host: httpx.get(f"{url}/_emulator/log", headers={"Host": host}).status_code for host in hosts}
    process.send_signal(signal.SIGTERM)
    _, messages = process.communicate(timeout=20)
    assert answers == hosts
    assert "may read and change all of it" in messages


@pytest.mark.parametrize("name", ["emulator:8787", "*", "", "a b", "http://emulator", "[::1", "emulator."])
def test_emulator_takes_host_names_only(name: str) -> None:
    result = CliRunner().invoke(main.main, ["emulator", "--allow-host", name])
    assert result.exit_code == 2
    assert f"{name!r} is not a host name" in result.output


def test_emulator_says_which_extra_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without_uvicorn(name: str, *rest: Any, **named: Any) -> Any:
        if name == "pulumi_kinetic.emulator.server":
            raise ImportError(name="uvicorn")
        return real(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without_uvicorn)
    result = CliRunner().invoke(main.main, ["emulator"])
    assert "install pulumi-kinetic[emulator]" in result.output


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("HTTPS_PROXY", "socks5://u:hunter2@127.0.0.1:9", "HTTPS_PROXY needs one more package"),
        ("ALL_PROXY", "127.0.0.1:port", "ALL_PROXY isn't the URL of a proxy"),
        ("SSL_CERT_FILE", "/nowhere", "SSL_CERT_FILE isn't there"),
        ("KINETIC_BASE_URL", "https://a..example", "KINETIC_BASE_URL) isn't a URL that a request can be sent to"),
    ],
)
def test_what_the_environment_spoils_is_one_message(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, name: str, value: str, problem: str
) -> None:
    cli(answering(exported([]), {}))
    for variable, given in {"KINETIC_API_KEY": KEY, "KINETIC_BASE_URL": "https://a.example", name: value}.items():
        monkeypatch.setenv(variable, given)
    result = CliRunner().invoke(main.main, ["drift", "--unmanaged"])
    assert result.exit_code == 2
    assert problem in result.output
    assert "hunter2" not in result.output
    assert len(result.output.splitlines()) == 1


def test_a_user_without_a_home_is_told_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container that runs under a number."""
    for name in ("HOME", "PULUMI_HOME", "PULUMI_BACKEND_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 2**31 - 2)  # nobody's
    result = CliRunner().invoke(main.main, ["recover", "--stack", "dev"])
    assert result.exit_code == 1
    assert "has no home folder" in result.output
    assert result.output.endswith("Set PULUMI_HOME, or HOME.\n")


def test_what_a_terminal_cannot_show_is_escaped(emulator: EmulatorClient, cli: Cli) -> None:
    page = {
        "data": [{"webhook_endpoint_id": "we_1", "url": "https://\u0436.example", "status": "x"}],
        "has_more": False,
    }
    emulator.faults({"method": "GET", "status": 200, "body": json.dumps(page), "content_type": "application/json"})
    cli(answering(exported([]), {"apiKey": KEY, "baseUrl": emulator.url}))
    done = subprocess.run(  # noqa: S603
        [*COMMAND[:3], "drift", "--unmanaged", "--stack", "dev"],
        env={**os.environ, "PYTHONIOENCODING": "latin-1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stderr == ""
    assert "we_1  https://\\u0436.example  x" in done.stdout
