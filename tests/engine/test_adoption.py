"""Bringing an endpoint that exists under management."""

from collections.abc import Callable

import pulumi

import pulumi_kinetic as kinetic
from support.emulator import EmulatorClient
from support.programs import Program
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
