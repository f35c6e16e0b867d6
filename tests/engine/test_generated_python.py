"""The Python SDK that Pulumi generates from schema.json, with the habits of its users."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import schema_examples
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
RUN_AN_EXAMPLE = """
import runpy, sys
import pulumi

class Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args):
        print(args.name, args.inputs)
        return args.name, args.inputs

    def call(self, args):
        print(args.token, args.args)
        found = {"webhookEndpointId": "we_1", "url": "https://a.example", "status": "enabled"}
        return found if args.args else {"webhookEndpoints": [found]}

pulumi.runtime.set_mocks(Mocks())
pulumi.runtime.set_all_config({"project:keptSecret": "whsec_kept"})
pulumi.runtime.test(lambda: runpy.run_path(sys.argv[1]))()
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


@pytest.fixture(scope="module")
def examples(sdk: Path) -> dict[str, Path]:
    """The examples of the schema, beside the SDK that they use."""
    texts = {name: text for (name, language), text in schema_examples.written().items() if language == "python"}
    assert len(texts) == schema_examples.COUNT
    paths = {name: sdk / f"example_{name}.py" for name in texts}
    for name, path in paths.items():
        path.write_text(texts[name])
    return paths


def test_the_examples_of_the_schema_pass_the_type_checker(sdk: Path, examples: dict[str, Path]) -> None:
    ran(sdk, "-m", "mypy", "--strict", "--follow-imports=silent", *(path.name for path in examples.values()))


def test_the_examples_of_the_schema_run(sdk: Path, examples: dict[str, Path]) -> None:
    told = {name: ran(sdk, "-c", RUN_AN_EXAMPLE, path.name) for name, path in examples.items()}
    assert "'enabledEvents': ['judgment.created', 'packet.created']" in told["endpoint"]
    assert "'value': 'whsec_kept'" in told["adopt"]
    assert "kinetic:index:getWebhookEndpoint {'webhookEndpointId': 'we_8KdQ2n4Vb1Xc7M'}" in told["get"]
    assert "kinetic:index:listWebhookEndpoints" in told["list"]
