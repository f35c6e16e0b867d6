"""The secret changes by an asked-for replacement only, and without a gap."""

from collections.abc import Callable
from pathlib import Path

import pulumi
import pytest

import pulumi_kinetic as kinetic
from support.emulator import EmulatorClient
from support.programs import URL, Program, expect_truth
from support.receiver import Receiver
from support.sdk import RESOURCE_BY_DOOR
from support.stack import Deployment


def by_trigger(deployment: Deployment, program: Program) -> None:
    program.arguments["opts"] = pulumi.ResourceOptions(replacement_trigger="2")
    deployment.up()


def by_option(deployment: Deployment, _program: Program) -> None:
    deployment.up(replace=[deployment.resources()["orders"]["urn"]])


def by_taint(deployment: Deployment, _program: Program) -> None:
    deployment.cli("state", "taint", "--yes", "--stack", "dev", deployment.resources()["orders"]["urn"])
    deployment.up()


@pytest.mark.parametrize("door", RESOURCE_BY_DOOR)
@pytest.mark.parametrize("ask", [by_trigger, by_option, by_taint])
def test_a_replacement_makes_a_new_endpoint_before_the_old_one_goes(
    deploy: Callable[..., Deployment], emulator: EmulatorClient, ask: Callable[[Deployment, Program], None], door: str
) -> None:
    program = Program(door, opts=pulumi.ResourceOptions(replacement_trigger="1"))
    deployment = deploy(program)
    deployment.up_clean()
    ((before, old),) = emulator.truth().items()
    key = deployment.resources()["orders"]["inputs"]["idempotencyKey"]
    emulator.clear_log()
    ask(deployment, program)
    ((after, new),) = emulator.truth().items()
    assert [request["method"] for request in emulator.requests("POST", "PATCH", "DELETE")] == ["POST", "DELETE"]
    assert (before != after, old["signing_secret"] != new["signing_secret"]) == (True, True)
    assert deployment.resources()["orders"]["inputs"]["idempotencyKey"] != key
    expect_truth(deployment, emulator)
    deployment.expect_clean()


def test_the_new_secret_has_reached_its_users_before_the_old_endpoint_goes(
    deploy: Callable[..., Deployment], emulator: EmulatorClient
) -> None:
    triggers = ["1"]

    def program() -> None:
        options = pulumi.ResourceOptions(replacement_trigger=triggers[-1])
        made = kinetic.WebhookEndpoint("orders", url=URL, opts=options)
        Receiver("receiver", made.signing_secret, emulator.url)

    deployment = deploy(program, variables={"PYTHONPATH": str(Path(__file__).parents[1])})
    deployment.up()
    triggers.append("2")
    emulator.clear_log()
    deployment.up()
    told_receiver = [request["query"] for request in emulator.requests()].index("limit=1")
    methods = [request["method"] for request in emulator.requests()]
    assert methods.index("POST") < told_receiver < methods.index("DELETE")
    expect_truth(deployment, emulator)
