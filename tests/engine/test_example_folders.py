"""Each example folder as a user gets it: copied, and handed to the real CLI."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from support.emulator import KEY, EmulatorClient
from support.language_host import install_host
from support.stack import cli_variables

EXAMPLES = Path(__file__).parents[2] / "examples"
NAMES = sorted(path.parent.name for path in EXAMPLES.glob("*/Pulumi.yaml"))


class Folder:
    """A copy of an example, with a backend of its own beside it."""

    def __init__(self, example: str, beside: Path, environment: dict[str, str]) -> None:
        self.path = beside / example
        shutil.copytree(EXAMPLES / example, self.path, ignore=shutil.ignore_patterns("node_modules", "sdks", ".venv"))
        backend = beside / "backend"
        backend.mkdir()
        self._environment = {
            **environment,
            "PATH": f"{environment['PATH']}{os.pathsep}{install_host(beside / 'host')}",
            **cli_variables(beside, f"file://{backend}"),
        }

    def pulumi(self, *arguments: str, text: str = "") -> str:
        """What the command prints; a command that fails fails the test with its own words."""
        done = subprocess.run(  # noqa: S603
            ["pulumi", "--non-interactive", *arguments],  # noqa: S607 as on PATH
            cwd=self.path, env=self._environment, input=text, capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.mark.parametrize("example", NAMES)
def test_an_example_takes_a_stack_and_its_configuration(
    example: str, tmp_path: Path, engine_environment: dict[str, str]
) -> None:
    folder = Folder(example, tmp_path, engine_environment)
    folder.pulumi("stack", "init", "dev")
    folder.pulumi("config", "set", "--secret", "kinetic:apiKey", text="md_test_emulator")
    folder.pulumi("config", "set", "kinetic:baseUrl", "http://127.0.0.1:8787")
    shown = json.loads(folder.pulumi("config", "--json"))
    assert shown["kinetic:apiKey"]["secret"]
    assert "value" not in shown["kinetic:apiKey"]
    assert shown["kinetic:baseUrl"]["value"] == "http://127.0.0.1:8787"
    assert folder.pulumi("config", "get", "kinetic:apiKey").strip() == "md_test_emulator"


Prepare = Callable[[Folder, EmulatorClient], list[str]]


def nothing(_folder: Folder, _emulator: EmulatorClient) -> list[str]:
    return ["POST"]


def made_by_hand(folder: Folder, emulator: EmulatorClient) -> list[str]:
    (made,) = emulator.seed(1)
    folder.pulumi("config", "set", "endpointId", made)
    folder.pulumi("config", "set", "--secret", "signingSecret", text=emulator.truth()[made]["signing_secret"])
    return ["GET", "PATCH"]


@pytest.mark.parametrize(
    ("example", "prepare"),
    [("adopt", made_by_hand), ("quickstart", nothing), ("rotation", nothing), ("testing", nothing)],
)
def test_a_python_example_runs_from_its_folder(
    example: str, prepare: Prepare, tmp_path: Path, engine_environment: dict[str, str], emulator: EmulatorClient
) -> None:
    """What its README says, word for word but for the package, which is the one that is tested."""
    folder = Folder(example, tmp_path, engine_environment)
    folder.pulumi("install")
    folder.pulumi("stack", "init", "dev")
    folder.pulumi("config", "set", "--secret", "kinetic:apiKey", text=KEY)
    folder.pulumi("config", "set", "kinetic:baseUrl", emulator.url)
    expected = prepare(folder, emulator)
    emulator.clear_log()
    folder.pulumi("preview")
    folder.pulumi("up", "--yes")
    assert [request["method"] for request in emulator.requests("GET", "POST", "PATCH", "DELETE")] == expected
    folder.pulumi("preview", "--expect-no-changes")
    ((endpoint_id, made),) = emulator.truth().items()
    outputs = json.loads(folder.pulumi("stack", "output", "--json", "--show-secrets"))
    assert (outputs["endpoint_id"], outputs["signing_secret"]) == (endpoint_id, made["signing_secret"])
    folder.pulumi("destroy", "--yes")
    assert emulator.truth() == {}


def test_every_example_is_a_project() -> None:
    assert {path.name for path in EXAMPLES.iterdir() if path.is_dir()} - {"pipelines"} == set(NAMES)
