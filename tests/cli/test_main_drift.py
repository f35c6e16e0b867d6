"""The command `drift` as it is called: options, streams and exit codes; what it finds is in test_drift."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pulumi_kinetic.cli.main import FORMATS, main
from support.emulator import KEY, EmulatorClient
from support.exports import endpoint_entry, exported
from support.pulumi_stub import Cli, answering

Drift = Callable[..., Result]


@pytest.fixture
def managed(emulator: EmulatorClient) -> str:
    (made,) = emulator.seed(1)
    return made


@pytest.fixture
def drift(cli: Cli, emulator: EmulatorClient, managed: str, monkeypatch: pytest.MonkeyPatch) -> Drift:
    """Run it for a stack that has the endpoint, with its configuration changed as given."""
    monkeypatch.delenv("KINETIC_API_KEY", raising=False)
    entry = endpoint_entry("orders", managed, inputs={"url": emulator.truth()[managed]["url"]})

    def run(*arguments: str, **config: str) -> Result:
        given = {"apiKey": KEY, "baseUrl": emulator.url, "maxRetries": "0", **config}
        cli(answering(exported([entry]), {name: value for name, value in given.items() if value}))
        return CliRunner().invoke(main, ["drift", *arguments])

    return run


def test_a_stack_that_is_as_declared_exits_with_0(drift: Drift) -> None:
    done = drift()
    assert (done.exit_code, done.stdout, done.stderr) == (0, "dev: 1 endpoint as declared\n", "")


def test_a_stack_that_is_not_as_declared_exits_with_7(drift: Drift, emulator: EmulatorClient, managed: str) -> None:
    emulator.edit(managed, status="disabled")
    done = drift("--stack", "prod")
    assert (done.exit_code, done.stderr) == (7, "")
    assert done.stdout.startswith("prod: 1 changed and 0 missing, of 1 endpoint\n")


def test_an_unmanaged_endpoint_counts_only_where_it_is_asked_for(drift: Drift, emulator: EmulatorClient) -> None:
    (other,) = emulator.seed(1)
    assert drift().exit_code == 0
    assert drift("--unmanaged").exit_code == 7
    assert drift("--unmanaged", "--ignore", other).exit_code == 0


@pytest.mark.parametrize("form", FORMATS)
def test_each_form_can_be_asked_for(drift: Drift, form: str) -> None:
    assert drift("--format", form).exit_code == 0


def test_json_has_an_option_of_its_own(drift: Drift) -> None:
    assert drift("--json").stdout == drift("--format", "json").stdout
    assert json.loads(drift("--json").stdout)["as_declared"] is True


@pytest.mark.parametrize(
    ("config", "code", "words"),
    [
        ({"apiKey": ""}, 2, "the API key is missing"),
        ({"timeoutSeconds": "soon"}, 2, "kinetic:timeoutSeconds must be a number"),
        ({"apiKey": "md_live_emulator"}, 2, "belongs to the sandbox environment"),
        ({"apiKey": "md_test_unknown"}, 3, "the API doesn't accept this API key (401)"),
        ({"apiKey": "md_test_writer"}, 3, "lacks the scope webhook_endpoints:read (403)"),
        ({"baseUrl": "http://127.0.0.1:9"}, 1, "no answer from"),
    ],
)
def test_an_error_has_a_message_on_stderr_and_the_code_of_its_kind(
    drift: Drift, emulator: EmulatorClient, config: dict[str, str], code: int, words: str
) -> None:
    emulator.keys(md_test_writer={"environment": "sandbox", "scopes": ["webhook_endpoints:write"]})
    done = drift(**config)
    assert (done.exit_code, done.stdout) == (code, "")
    assert words in done.stderr


def test_a_cli_that_fails_is_a_failure(cli: Cli) -> None:
    cli("echo error: no stack selected >&2; exit 255")
    done = CliRunner().invoke(main, ["drift"])
    assert (done.exit_code, done.stdout) == (1, "")
    assert "no stack selected" in done.stderr


@pytest.mark.parametrize("arguments", [["--stack", ""], ["--format", "xml"], ["--secrets", __file__], ["--nonsense"]])
def test_wrong_usage_exits_with_2(arguments: list[str]) -> None:
    done = CliRunner().invoke(main, ["drift", *arguments])
    assert (done.exit_code, done.stdout) == (2, "")


def test_an_import_file_is_written_beside_the_report(drift: Drift, emulator: EmulatorClient, tmp_path: Path) -> None:
    (other,) = emulator.seed(1)
    target, secrets = tmp_path / "import.json", tmp_path / "secrets.json"
    secrets.write_text(json.dumps({other: "whsec_1"}))
    done = drift("--import-file", str(target), "--secrets", str(secrets))
    assert done.exit_code == 0
    assert [entry["id"] for entry in json.loads(target.read_text())["resources"]] == [other]
    again = drift("--import-file", str(target))
    assert (again.exit_code, again.stdout) == (2, "")
    assert "File exists" in again.stderr
