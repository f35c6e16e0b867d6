"""The Python SDK that Pulumi generates from schema.json, with the habits of its users."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import sdk_generator
from support.waiting import RUN_SECONDS

PROGRAM = Path(__file__).parent / "python" / "habits.py"
RUN_WITH_MOCKS = """
import pulumi

class Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args):
        # in one piece: resources are registered from several threads
        print(f"{args.name} {args.inputs.get('status')} {args.inputs.get('enabledEvents')}\\n", end="")
        return args.name, {"outputs": {"url": "https://platform.example"}, **args.inputs}

    def call(self, args):
        return {"url": "https://a.example", "status": "suspended", **args.args}

pulumi.runtime.set_mocks(Mocks())
pulumi.runtime.set_all_config({"project:url": "https://a.example", "project:status": "disabled"})
import habits

pulumi.runtime.test(habits.main)()
"""


@pytest.fixture(scope="module")
def sdk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sdk")
    sdk_generator.generate("python", folder)
    shutil.copy(PROGRAM, folder)
    metadata = folder / "pulumi_kinetic_sdk-0.1.0.dist-info" / "METADATA"  # without it the SDK doesn't start
    metadata.parent.mkdir()
    metadata.write_text("Metadata-Version: 2.1\nName: pulumi_kinetic_sdk\nVersion: 0.1.0\n")
    return folder


def ran(sdk: Path, *command: str) -> str:
    variables = {**os.environ, "PYTHONPATH": str(sdk), "MYPYPATH": str(sdk)}
    done = subprocess.run(  # noqa: S603 our own commands
        [sys.executable, *command], capture_output=True, text=True, env=variables, cwd=sdk, check=False,
        timeout=RUN_SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_program_of_users_habits_passes_both_type_checkers(sdk: Path) -> None:
    ran(sdk, "-m", "mypy", "--strict", "--follow-imports=silent", "habits.py")
    ran(sdk, "-m", "basedpyright", "--level", "error", "habits.py")


def test_a_program_of_users_habits_runs(sdk: Path) -> None:
    declared = ran(sdk, "-c", RUN_WITH_MOCKS).splitlines()
    assert "configured disabled None" in declared
    assert "enum disabled None" in declared
    assert "literal disabled ['a', 'b']" in declared
    assert "outputs disabled None" in declared
    assert "found suspended None" in declared
