"""Whole-stack tests: the real engine deploys the program to the emulated API. They need the `pulumi` CLI."""

import receivers

from pulumi_kinetic.testing import Emulator, Stacks


def program() -> None:
    """Declare what `__main__.py` does; a program of the Automation API returns nothing."""
    receivers.declare()


def test_the_stack_comes_up_and_goes_away(kinetic_stack: Stacks, kinetic_emulator: Emulator) -> None:
    stack = kinetic_stack(program, {"testing:host": "hooks.shop.example"}, project="testing")
    outputs = stack.up().outputs
    ((endpoint_id, endpoint),) = kinetic_emulator.endpoints().items()
    assert endpoint.url == "https://hooks.shop.example/kinetic"
    assert outputs["endpoint_id"].value == endpoint_id
    assert outputs["signing_secret"].value == endpoint.signing_secret
    assert outputs["signing_secret"].secret
    stack.preview(expect_no_changes=True)
    stack.destroy()
    assert kinetic_emulator.endpoints() == {}


def test_another_host_is_one_patch(kinetic_stack: Stacks, kinetic_emulator: Emulator) -> None:
    kinetic_stack(program, project="testing").up()
    kinetic_emulator.clear_log()
    kinetic_stack(program, {"testing:host": "other.example"}, project="testing").up()
    assert [request["method"] for request in kinetic_emulator.requests()] == ["PATCH"]


def test_what_a_colleague_changes_is_healed(kinetic_stack: Stacks, kinetic_emulator: Emulator) -> None:
    stack = kinetic_stack(program, project="testing")
    stack.up()
    (endpoint_id,) = kinetic_emulator.endpoints()
    kinetic_emulator.edit(endpoint_id, status="disabled")
    stack.refresh()
    stack.up()
    assert kinetic_emulator.endpoints()[endpoint_id].status == "enabled"
