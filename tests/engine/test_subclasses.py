"""A program's own kinds of endpoint."""

import json
from collections.abc import Callable

from pulumi import automation as auto

import pulumi_kinetic as kinetic
from support.emulator import EmulatorClient
from support.programs import URL, expect_truth
from support.stack import TYPE, Deployment


class Hook(kinetic.WebhookEndpoint):
    """A user's own kind of endpoint."""


class Special(Hook):
    """A kind of that kind."""


def program() -> None:
    Hook("orders", url=URL)
    Special("payments", url=f"{URL}/payments")


def test_a_subclass_keeps_the_type(deploy: Callable[..., Deployment], emulator: EmulatorClient) -> None:
    deployment = deploy(program)
    deployment.up_clean()
    assert [resource["type"] for resource in deployment.resources().values()] == [TYPE, TYPE]
    expect_truth(deployment, emulator)


def test_a_subclass_whose_state_has_the_type_of_any_dynamic_resource_keeps_its_endpoint(
    deploy: Callable[..., Deployment], emulator: EmulatorClient
) -> None:
    """Subclasses of before 0.2 are in their states so."""
    deployment = deploy(program)
    deployment.up()
    before = emulator.truth()
    state = deployment.cli("stack", "export", "--stack", "dev").replace(TYPE, "pulumi-python:dynamic:Resource")
    deployment.stack.import_stack(auto.Deployment(**json.loads(state)))
    assert deployment.resources() == {}
    emulator.clear_log()
    deployment.up_clean()
    assert emulator.requests("POST", "DELETE") == []
    assert emulator.truth() == before
    assert [resource["type"] for resource in deployment.resources().values()] == [TYPE, TYPE]
