"""Update plans: `pulumi preview --save-plan`, then `pulumi up --plan`."""

from collections.abc import Callable
from pathlib import Path

import pytest

from support.emulator import EmulatorClient
from support.programs import Program, expect_truth
from support.sdk import RESOURCE_BY_DOOR
from support.stack import Deployment


@pytest.fixture
def plan(tmp_path: Path) -> str:
    return str(tmp_path / "plan.json")


@pytest.mark.parametrize("door", RESOURCE_BY_DOOR)
def test_what_was_planned_is_done(
    deploy: Callable[..., Deployment], emulator: EmulatorClient, plan: str, door: str
) -> None:
    (made,) = emulator.seed(1)
    program = Program(door)
    deployment = deploy(program)

    def apply(**options: list[str]) -> set[str]:
        deployment.preview(plan=plan, **options)
        deployment.up(plan=plan, **options)
        deployment.expect_clean()
        return set(emulator.truth())

    (created,) = apply() - {made}
    expect_truth_but(deployment, emulator, made)
    program.arguments["status"] = "disabled"
    assert apply() == {made, created}
    (replaced,) = apply(replace=[deployment.resources()["orders"]["urn"]]) - {made}
    assert replaced != created
    program.arguments["adopt"] = made
    deployment.program = lambda: None
    assert apply() == {made}
    deployment.program = program
    assert apply() == {made}
    assert [resource["id"] for resource in deployment.resources().values()] == [made]


def expect_truth_but(deployment: Deployment, emulator: EmulatorClient, unmanaged: str) -> None:
    truth = {made: endpoint["signing_secret"] for made, endpoint in emulator.truth().items() if made != unmanaged}
    state = {resource["id"]: resource["outputs"]["signingSecret"] for resource in deployment.resources().values()}
    assert state == truth


def test_a_plan_that_is_applied_again_after_a_destroy_needs_a_refresh(
    deploy: Callable[..., Deployment], emulator: EmulatorClient, plan: str
) -> None:
    """The gap that docs/explanation/doors.md tells: the plan fixes the Idempotency-Key; the API answers as before."""
    deployment = deploy(Program("plugin"))
    deployment.preview(plan=plan)
    deployment.up(plan=plan)
    deployment.destroy()
    deployment.up(plan=plan)
    assert emulator.truth() == {}
    deployment.up(refresh=True)
    expect_truth(deployment, emulator)
    assert len(emulator.truth()) == 1


@pytest.mark.parametrize("door", RESOURCE_BY_DOOR)
def test_a_plan_holds_no_key_in_clear(
    deploy: Callable[..., Deployment], emulator: EmulatorClient, plan: str, door: str
) -> None:
    deployment = deploy(Program(door))
    deployment.preview(plan=plan)
    deployment.up(plan=plan)
    (sent,) = emulator.requests("POST")
    assert deployment.resources()["orders"]["inputs"]["idempotencyKey"] not in Path(plan).read_text()
    assert sent["method"] == "POST"
