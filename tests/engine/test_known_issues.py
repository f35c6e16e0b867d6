"""What users of dynamic providers have reported as issues of pulumi/pulumi, one test each."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pulumi
import pytest

import pulumi_kinetic
import pulumi_kinetic as kinetic
from support.emulator import EmulatorClient
from support.programs import Program, expect_truth
from support.stack import Deployment


@pytest.fixture
def another_release(tmp_path: Path) -> Path:
    """A copy of the installed package, changed as a release changes it: another version, other code in read."""
    folder = tmp_path / "release"
    shutil.copytree(Path(pulumi_kinetic.__file__).parent, folder / "pulumi_kinetic")
    package = folder / "pulumi_kinetic" / "__init__.py"
    package.write_text(package.read_text().replace('__version__ = "', '__version__ = "9.'))
    state = folder / "pulumi_kinetic" / "state.py"
    marked = state.read_text().replace(
        '"createdAt": remote.created_at,', '"createdAt": f"{remote.created_at} (as the new release reads it)",'
    )
    assert marked != state.read_text()
    state.write_text(marked)
    return folder


def test_another_release_is_no_change_and_refresh_runs_it(
    deploy: Callable[..., Deployment], another_release: Path
) -> None:
    """pulumi#12401: every code change showed as a change of every resource; #6490: refresh ran old code."""
    deployment = deploy(Program())
    deployment.up_clean()
    deployment.set_variable("PYTHONPATH", str(another_release))
    deployment.stack.preview(expect_no_changes=True)
    deployment.refresh()
    assert deployment.resources()["orders"]["outputs"]["createdAt"].endswith("(as the new release reads it)")
    deployment.stack.preview(expect_no_changes=True)


def test_a_failing_delete_can_be_mended_by_a_release(
    deploy: Callable[..., Deployment], emulator: EmulatorClient
) -> None:
    """pulumi#6490, #16826: delete ran the code in state, so that a broken one could never be mended."""
    deployment = deploy(Program())
    deployment.up()
    emulator.faults({"method": "DELETE", "status": 400, "commit": False})
    assert "could not delete webhook endpoint" in deployment.fails(deployment.destroy)
    deployment.destroy()
    assert emulator.truth() == {}


def test_many_endpoints_neither_slow_down_nor_end_in_recursion(
    deploy: Callable[..., Deployment], emulator: EmulatorClient
) -> None:
    """pulumi#6675, and what was measured: a provider whose pickle holds a dict dies at about 960 resources."""

    def program() -> None:
        for number in range(1100):
            kinetic.WebhookEndpoint(f"e{number}", url=f"https://example.com/{number}")

    deployment = deploy(program)
    assert deployment.preview()["create"] == 1101
    assert emulator.requests() == []


def test_the_output_secret_stays_a_secret_in_what_uses_it(
    deploy: Callable[..., Deployment], emulator: EmulatorClient
) -> None:
    """pulumi#3012: a secret output of a dynamic resource."""

    def program() -> None:
        made = kinetic.WebhookEndpoint("orders", url="https://example.com")
        pulumi.export("header", made.signing_secret.apply(lambda secret: f"secret={secret}"))

    deployment = deploy(program)
    result = deployment.up_clean()
    (truth,) = emulator.truth().values()
    assert result.outputs["header"].secret
    assert result.outputs["header"].value == f"secret={truth['signing_secret']}"
    assert truth["signing_secret"] not in "".join(deployment.output) + deployment.state_file()


def test_ignored_changes_are_ignored(deploy: Callable[..., Deployment], emulator: EmulatorClient) -> None:
    program = Program()
    deployment = deploy(program)
    deployment.up()
    truth = emulator.truth()
    program.arguments |= {"url": "https://example.com/new", "opts": pulumi.ResourceOptions(ignore_changes=["url"])}
    deployment.up_clean()
    assert emulator.truth() == truth


def test_a_protected_and_a_retained_endpoint_stay(deploy: Callable[..., Deployment], emulator: EmulatorClient) -> None:
    program = Program(opts=pulumi.ResourceOptions(protect=True))
    deployment = deploy(program)
    deployment.up()
    assert "protect" in deployment.fails(deployment.destroy)
    program.arguments["opts"] = pulumi.ResourceOptions(retain_on_delete=True)
    deployment.up()
    expect_truth(deployment, emulator)
    deployment.destroy()
    assert len(emulator.truth()) == 1
