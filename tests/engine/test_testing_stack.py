"""The testing kit's `kinetic_stack`: a program of a test on the real engine, without anything else set up."""

import os
import sysconfig
from pathlib import Path

import pulumi
import pytest
from pulumi.automation import CommandError

import pulumi_kinetic as kinetic
from pulumi_kinetic.testing import Emulator, Stacks


@pytest.fixture(autouse=True)
def _cli(engine_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A `pulumi` on PATH, as a user has it; the virtual environment of these tests isn't there, as if not activated."""
    folders = engine_environment["PATH"].split(os.pathsep)
    scripts = Path(sysconfig.get_path("scripts"))
    monkeypatch.setenv("PATH", os.pathsep.join(folder for folder in folders if Path(folder) != scripts))


def program() -> None:
    orders = kinetic.WebhookEndpoint("orders", url=pulumi.Config().get("url") or "https://example.com/hooks")
    pulumi.export("signing_secret", orders.signing_secret)
    pulumi.export("known", len(kinetic.list_webhook_endpoints()))


def test_a_program_comes_up_previews_empty_refreshes_and_goes(
    kinetic_stack: Stacks, kinetic_emulator: Emulator, tmp_path: Path
) -> None:
    stack = kinetic_stack(program)
    stack.preview()
    assert kinetic_emulator.requests("POST") == []
    stack.up()
    (endpoint,) = kinetic_emulator.endpoints().values()
    assert stack.outputs()["signing_secret"].value == endpoint.signing_secret
    assert stack.outputs()["known"].value == 0
    stack.refresh(expect_no_changes=True)
    (state,) = tmp_path.glob("kinetic/backend/.pulumi/stacks/test/dev.json")
    assert endpoint.signing_secret not in state.read_text()
    stack.destroy()
    assert kinetic_emulator.endpoints() == {}


def test_the_same_stack_takes_another_program_and_configuration(
    kinetic_stack: Stacks, kinetic_emulator: Emulator
) -> None:
    kinetic_stack(program).up()
    ((endpoint_id, before),) = kinetic_emulator.endpoints().items()
    kinetic_stack(program, {"url": "https://example.com/new"}).up()
    after = kinetic_emulator.endpoints()[endpoint_id]
    assert (after.url, after.signing_secret) == ("https://example.com/new", before.signing_secret)
    kinetic_stack(lambda: None).up()
    assert kinetic_emulator.endpoints() == {}


def test_a_run_that_fails_says_why_and_the_next_one_goes_on(kinetic_stack: Stacks, kinetic_emulator: Emulator) -> None:
    kinetic_emulator.faults({"method": "POST", "status": 422, "commit": False})
    stack = kinetic_stack(program)
    with pytest.raises(CommandError, match="422"):
        stack.up()
    assert kinetic_emulator.endpoints() == {}
    stack.up()
    assert len(kinetic_emulator.endpoints()) == 1
