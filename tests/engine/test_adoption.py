"""Bringing an endpoint that exists under management."""

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

import pulumi_kinetic as kinetic
from support.emulator import KEY, EmulatorClient
from support.programs import Program
from support.sdk import RESOURCE_BY_DOOR, Provider
from support.stack import Deployment

SEEDED = "https://example.com/seed/0"


def test_adoption_without_the_secret_is_said_once_and_then_clean(
    deploy: Callable[..., Deployment], emulator: EmulatorClient
) -> None:
    (made,) = emulator.seed(1)
    program = Program(url=SEEDED, enabled_events=None, adopt=made)
    deployment = deploy(program)
    emulator.clear_log()
    deployment.up()
    assert f"warning: {made} is adopted without its signing secret" in "".join(deployment.output)
    assert [request["method"] for request in emulator.requests()] == ["GET"]
    assert deployment.resources()["orders"]["outputs"].get("signingSecret") is None
    deployment.output.clear()
    deployment.expect_clean()
    deployment.up_clean()
    assert "warning" not in "".join(deployment.output)
    for adopt in (None, "we_other"):
        program.arguments["adopt"] = adopt
        deployment.up_clean()
    assert list(emulator.truth()) == [made]


@pytest.mark.parametrize("door", RESOURCE_BY_DOOR)
def test_the_preview_of_an_adoption_says_so_and_no_later_one_does(
    deploy: Callable[..., Deployment], emulator: EmulatorClient, door: str
) -> None:
    (made,) = emulator.seed(1)
    program = Program(door, adopt=made)
    deployment = deploy(program)
    deployment.preview()
    assert f"adopts {made}: no endpoint is created, and a PATCH changes what differs" in "".join(deployment.output)
    assert emulator.requests() == []
    deployment.up()
    deployment.output.clear()
    program.arguments["status"] = "disabled"
    deployment.preview()
    assert "adopts" not in "".join(deployment.output)


def test_adoption_of_what_is_not_there_is_refused(deploy: Callable[..., Deployment], emulator: EmulatorClient) -> None:
    (elsewhere,) = emulator.seed(1, "production")
    for missing in ("we_none", elsewhere):
        deployment = deploy(Program(adopt=missing))
        assert f"AdoptionError: {missing} can't be adopted: could not read" in deployment.fails(deployment.up)
    assert list(emulator.truth()) == [elsewhere]


def test_an_endpoint_belongs_to_one_resource_of_a_program(
    deploy: Callable[..., Deployment], emulator: EmulatorClient
) -> None:
    (made,) = emulator.seed(1)

    def program() -> None:
        first = kinetic.WebhookEndpoint("first", url=SEEDED, adopt=made)
        kinetic.WebhookEndpoint("second", url=SEEDED, adopt=made, opts=pulumi.ResourceOptions(depends_on=[first]))

    deployment = deploy(program)
    assert "a resource of this program manages it already" in deployment.fails(deployment.up)
    assert list(emulator.truth()) == [made]


def test_an_adopted_endpoint_can_change_its_name_in_the_program(
    deploy: Callable[..., Deployment], emulator: EmulatorClient
) -> None:
    (made,) = emulator.seed(1)
    deployment = deploy(lambda: void(kinetic.WebhookEndpoint("before", url=SEEDED, adopt=made)))
    deployment.up()
    deployment.program = lambda: void(kinetic.WebhookEndpoint("after", url=SEEDED, adopt=made))
    deployment.up()
    assert list(deployment.resources()) == ["after"]
    assert list(emulator.truth()) == [made]


@pytest.mark.parametrize(
    ("before", "after"),
    [("dynamic", "plugin"), ("plugin", "dynamic"), ("explicit", "dynamic"), ("plugin", "explicit")],
)
def test_an_endpoint_that_another_provider_of_the_program_adopts_is_not_deleted(
    deploy: Callable[..., Deployment], emulator: EmulatorClient, before: str, after: str
) -> None:
    """One process gives it up, and another takes it, in one run."""

    def declare(door: str, name: str, **more: Any) -> None:
        if door == "explicit":
            provider = Provider("explicit", api_key=pulumi.Output.secret(KEY), base_url=emulator.url)
            more["opts"] = pulumi.ResourceOptions(provider=provider)
        RESOURCE_BY_DOOR.get(door, RESOURCE_BY_DOOR["plugin"])(name, url=SEEDED, **more)

    deployment = deploy(lambda: declare(before, "before"))
    deployment.up()
    (made,) = emulator.truth()
    deployment.program = lambda: declare(after, "after", adopt=made)
    deployment.up()
    assert list(emulator.truth()) == [made]
    assert f"{made} is not deleted: this run has adopted it" in "".join(deployment.output)
    assert [resource["id"] for resource in deployment.resources().values() if resource.get("id") == made] == [made]
    deployment.expect_clean()
    deployment.destroy()
    assert emulator.truth() == {}


def test_an_adopted_endpoint_is_rotated_once_adopt_is_removed(
    deploy: Callable[..., Deployment], emulator: EmulatorClient
) -> None:
    (made,) = emulator.seed(1)
    program = Program(url=SEEDED, adopt=made, opts=pulumi.ResourceOptions(replacement_trigger="1"))
    deployment = deploy(program)
    deployment.up()
    program.arguments["opts"] = pulumi.ResourceOptions(replacement_trigger="2")
    assert "remove `adopt` first" in deployment.fails(deployment.up)
    urn = deployment.resources()["orders"]["urn"]
    deployment.up(replace=[urn])
    assert f"warning: {made} is not deleted: this run has adopted it" in "".join(deployment.output)
    assert list(emulator.truth()) == [made]
    program.arguments["adopt"] = None
    secret = deployment.up(replace=[urn]).outputs["signing_secret"].value
    deployment.expect_clean()
    ((rotated, truth),) = emulator.truth().items()
    assert rotated != made
    assert secret == truth["signing_secret"]


def void(_: object) -> None:
    pass
