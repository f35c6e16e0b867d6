"""The examples of the schema by Pulumi's generators, and the YAML ones on the real engine."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import engine
import schema_examples
from support.emulator import KEY, EmulatorClient
from support.stack import cli_variables
from support.waiting import RUN_SECONDS

YAML = {name: text for (name, language), text in schema_examples.written().items() if language == "yaml"}
Pulumi = Callable[..., str]


@pytest.mark.parametrize("language", schema_examples.BY_TOOL)
def test_the_examples_are_what_pulumis_generators_write(language: str) -> None:
    """Stale? `make examples` writes them. The other languages' hosts have versions of their own."""
    shown = subprocess.run([engine.ensure() / "pulumi", "version"], capture_output=True, text=True, check=True)  # noqa: S603
    if engine.VERSION not in shown.stdout or not schema_examples.can_generate(language):
        pytest.skip(f"no generator of Pulumi {engine.VERSION} for {language}")
    written = {name: text for (name, of), text in schema_examples.written().items() if of == language}
    assert {name: schema_examples.generated(name, language) for name in written} == written
    assert len(written) == schema_examples.COUNT


@pytest.fixture
def pulumi(tmp_path: Path, emulator: EmulatorClient, engine_environment: dict[str, str]) -> Pulumi:
    """The CLI in a folder for a program of YAML."""
    (tmp_path / "backend").mkdir()
    variables = {
        **engine_environment,
        "PATH": os.pathsep.join([engine_environment["PATH"], str(engine.yaml_host())]),
        **cli_variables(tmp_path, f"file://{tmp_path / 'backend'}"),
        "KINETIC_API_KEY": KEY,
        "KINETIC_BASE_URL": emulator.url,
    }

    def run(*arguments: str) -> str:
        done = subprocess.run(  # noqa: S603
            ["pulumi", "--non-interactive", *arguments],  # noqa: S607 as on PATH
            cwd=tmp_path, env=variables, capture_output=True, text=True, check=False, timeout=RUN_SECONDS,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


def test_the_yaml_examples_run(pulumi: Pulumi, tmp_path: Path, emulator: EmulatorClient) -> None:
    def up(name: str, endpoint_id: str) -> None:
        text = YAML[name].replace("we_8KdQ2n4Vb1Xc7M", endpoint_id)
        (tmp_path / "Pulumi.yaml").write_text(f"name: {name}\nruntime: yaml\n{text}")
        pulumi("stack", "init", name)
        pulumi("config", "set", "--secret", "keptSecret", "whsec_kept")
        pulumi("up", "--yes", "--skip-preview", "--stack", name)

    up("endpoint", "")
    ((endpoint_id, made),) = emulator.truth().items()
    assert made["enabled_events"] == ["judgment.created", "packet.created"]
    assert pulumi("stack", "output", "endpointId").strip() == endpoint_id
    assert pulumi("stack", "output", "signingSecret", "--show-secrets").strip() == made["signing_secret"]
    up("get", endpoint_id)
    assert pulumi("stack", "output", "url").strip() == made["url"]
    up("list", endpoint_id)
    (listed,) = json.loads(pulumi("stack", "output", "endpoints"))
    assert (listed["webhookEndpointId"], listed["url"]) == (endpoint_id, made["url"])
    up("adopt", endpoint_id)
    assert list(emulator.truth()) == [endpoint_id]
