"""From one door to the other by an alias: neither the endpoint nor its secret is touched."""

from collections.abc import Callable

import pulumi
import pytest

from pulumi_kinetic.address import DYNAMIC_TYPE
from pulumi_kinetic.endpoint import PLUGIN_TYPE
from support.emulator import EmulatorClient
from support.programs import Program, expect_truth
from support.stack import Deployment

TYPES = {"dynamic": DYNAMIC_TYPE, "plugin": PLUGIN_TYPE}


def move(program: Program, door: str) -> None:
    alias = pulumi.Alias(type_=TYPES[program.door])
    program.arguments["opts"] = pulumi.ResourceOptions(aliases=[alias])
    program.door = door


@pytest.mark.parametrize(("first", "other"), [("dynamic", "plugin"), ("plugin", "dynamic")])
def test_an_endpoint_moves_from_one_door_to_the_other_and_back(
    deploy: Callable[..., Deployment], emulator: EmulatorClient, first: str, other: str
) -> None:
    program = Program(first, status="disabled")
    deployment = deploy(program)
    deployment.up_clean()
    before = emulator.truth()
    emulator.clear_log()
    for door in (other, first):
        move(program, door)
        changes = {kind: count for kind, count in deployment.preview().items() if kind != "same"}
        assert changes == ({"update": 1} if door == "dynamic" else {})
        deployment.up()
        assert emulator.truth() == before
        assert emulator.requests() == []
        deployment.expect_clean()
        expect_truth(deployment, emulator)
        assert deployment.resources()["orders"]["type"] == TYPES[door]
        emulator.clear_log()
    del program.arguments["opts"]
    deployment.expect_clean()
    program.arguments["status"] = "enabled"
    deployment.up_clean()
    assert list(emulator.truth()) == list(before)
    deployment.destroy()
    assert emulator.truth() == {}


def test_what_the_plugin_imported_is_managed_by_the_dynamic_door(
    deploy: Callable[..., Deployment], emulator: EmulatorClient
) -> None:
    (made,) = emulator.seed(1)
    truth = emulator.truth()[made]
    program = Program("plugin", url=truth["url"], enabled_events=None)
    program.arguments["opts"] = pulumi.ResourceOptions(import_=made)
    deployment = deploy(program)
    deployment.up_clean()
    move(program, "dynamic")
    deployment.up_clean()
    program.arguments["status"] = "disabled"
    deployment.up_clean()
    assert emulator.truth() == {made: {**truth, "status": "disabled"}}
    deployment.destroy()
    assert emulator.truth() == {}
