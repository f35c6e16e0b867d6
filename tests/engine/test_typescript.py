"""`examples/typescript` as it stands, on the SDK that Pulumi generates, from end to end by Node's Automation API."""

import json
import os
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import schema_examples
import sdk_generator
from support.emulator import KEY, EmulatorClient
from support.stack import cli_variables
from support.waiting import RUN_SECONDS

EXAMPLE = Path(__file__).parents[2] / "examples" / "typescript"
INLINE = Path(__file__).parent / "typescript" / "inline.js"
SCRIPTS = Path(sysconfig.get_path("scripts"))
GUIDES = Path(__file__).parents[2] / "docs" / "guides"
HABITS = Path(__file__).parent / "typescript" / "habits.ts"
INSTALL_SECONDS = 600
Operate = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example, set up as its README says."""
    folder = tmp_path_factory.mktemp("typescript") / "example"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("node_modules", "sdks", "bin"))
    sdk_generator.generate("nodejs", folder / "sdks" / "kinetic")
    for command in (["npm", "install", "--no-audit", "--no-fund", "--no-package-lock"], ["npx", "tsc"]):
        done = subprocess.run(  # noqa: S603
            [SCRIPTS / command[0], *command[1:]], cwd=folder, env=_with_node({}), capture_output=True, text=True,
            check=False, timeout=INSTALL_SECONDS,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
    shutil.copy(INLINE, folder)
    return folder


@pytest.fixture
def operate(example: Path, tmp_path: Path, emulator: EmulatorClient, engine_environment: dict[str, str]) -> Operate:
    (tmp_path / "backend").mkdir()
    variables = {
        **engine_environment,
        **cli_variables(tmp_path, f"file://{tmp_path / 'backend'}"),
        "KINETIC_API_KEY": KEY,
        "KINETIC_BASE_URL": emulator.url,
    }

    def run(operation: str) -> dict[str, Any]:
        done = subprocess.run(  # noqa: S603
            [SCRIPTS / "node", "inline.js", operation], cwd=example, env=_with_node(variables), capture_output=True,
            text=True, check=False, timeout=RUN_SECONDS,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        result: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
        return result

    return run


def test_the_typescript_example_lives_a_whole_life(operate: Operate, emulator: EmulatorClient) -> None:
    created = operate("up")
    ((endpoint_id, made),) = emulator.truth().items()
    assert created["outputs"] == {
        "endpointId": endpoint_id, "status": "enabled", "signingSecret": made["signing_secret"],
    }  # fmt: skip
    assert created["secrets"] == ["signingSecret"]
    assert made["url"] == "https://example.com/md/webhooks"
    assert set(operate("preview")["changes"]) == {"same"}
    assert set(operate("refresh")["changes"]) == {"same"}

    emulator.edit(endpoint_id, status="disabled")
    assert operate("refresh")["changes"]["update"] == 1
    assert operate("preview")["changes"]["update"] == 1
    operate("up")
    assert emulator.truth()[endpoint_id] == made
    assert set(operate("preview")["changes"]) == {"same"}

    operate("destroy")
    assert emulator.truth() == {}


def test_a_program_of_users_habits_compiles(example: Path) -> None:
    compile_program(example, HABITS.read_text())


@pytest.mark.parametrize(("guide", "number"), [("rotate.md", 1), ("languages.md", 2)])
def test_the_programs_of_a_guide_compile(example: Path, guide: str, number: int) -> None:
    programs = re.findall(r"^```typescript\n(.*?)^```", (GUIDES / guide).read_text(), re.MULTILINE | re.DOTALL)
    assert len(programs) == number
    for program in programs:
        compile_program(example, program)


def test_the_examples_of_the_schema_compile(example: Path) -> None:
    texts = [text for (_, language), text in schema_examples.written().items() if language == "typescript"]
    assert len(texts) == schema_examples.COUNT
    compile_program(example, *texts)


def compile_program(example: Path, *texts: str) -> None:
    named = {f"other{number}.ts": text for number, text in enumerate(texts)}
    for name, text in named.items():
        (example / name).write_text(text)
    (example / "tsconfig.other.json").write_text(json.dumps({"extends": "./tsconfig.json", "files": [*named]}))
    done = subprocess.run(  # noqa: S603
        [SCRIPTS / "npx", "tsc", "--noEmit", "-p", "tsconfig.other.json"], cwd=example, env=_with_node({}),
        capture_output=True, text=True, check=False, timeout=RUN_SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def _with_node(variables: dict[str, str]) -> dict[str, str]:
    """Node as the development packages bring it, whatever the machine has."""
    path = variables.get("PATH", os.environ["PATH"])
    return {**os.environ, **variables, "PATH": f"{SCRIPTS}{os.pathsep}{path}"}
