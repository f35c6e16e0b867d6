"""Outputs without a value are known to have none, in previews too."""

from collections.abc import Callable
from functools import partial

import pulumi
import pytest

import pulumi_kinetic as kinetic
from support.emulator import EmulatorClient
from support.sdk import RESOURCE_BY_DOOR
from support.stack import Deployment

OUTPUTS = ("webhook_endpoint_id", "url", "enabled_events", "status", "created_at", "environment", "signing_secret")


@pytest.mark.parametrize("door", RESOURCE_BY_DOOR)
@pytest.mark.parametrize("is_adopted", [False, True], ids=["created", "adopted"])
def test_a_stack_that_exports_every_output_previews_empty(
    deploy: Callable[..., Deployment], emulator: EmulatorClient, door: str, *, is_adopted: bool
) -> None:
    adopt = emulator.seed(1)[0] if is_adopted else None

    def program() -> None:
        orders = RESOURCE_BY_DOOR[door]("orders", url="https://example.com/seed/0", adopt=adopt)
        for name in OUTPUTS:
            pulumi.export(name, getattr(orders, name))
        if door == "dynamic" or not is_adopted:  # else the SDK has no word for it: see engine-facts, "Absent outputs"
            used = orders.signing_secret.apply(lambda secret: f"https://example.com/{secret is None}")
            RESOURCE_BY_DOOR[door]("payments", url=used)
            pulumi.export("derived", used)

    deployment = deploy(program)
    deployment.up()
    for run in (deployment.stack.preview, deployment.stack.refresh, deployment.stack.preview):
        deployment.output.clear()
        run(on_output=deployment.output.append, expect_no_changes=True)
        assert "unknown" not in "".join(deployment.output)
    deployment.up(expect_no_changes=True)


@pytest.mark.parametrize(("door", "unknown"), [
    ("dynamic", {"created_at", "environment", "signing_secret"}), ("plugin", set[str]()),
])  # fmt: skip
def test_a_preview_of_an_update_knows_all_that_the_engine_tells(
    deploy: Callable[..., Deployment], emulator: EmulatorClient, door: str, unknown: set[str]
) -> None:
    arguments = {"status": "enabled"}
    applied: dict[str, object] = {}

    def program() -> None:
        orders = RESOURCE_BY_DOOR[door]("orders", url="https://example.com", **arguments)
        for name in OUTPUTS:
            getattr(orders, name).apply(partial(applied.__setitem__, name))

    deployment = deploy(program)
    deployment.up()
    arguments["status"] = "disabled"
    applied.clear()
    assert deployment.preview()["update"] == 1
    assert set(OUTPUTS) - applied.keys() == unknown
    assert applied["webhook_endpoint_id"] in emulator.truth()
    assert applied["status"] == "disabled"


def test_what_a_program_does_not_know_yet_is_unknown(deploy: Callable[..., Deployment]) -> None:
    applied: dict[str, object] = {}

    def program() -> None:
        first = kinetic.WebhookEndpoint("first", url="https://example.com")
        orders = kinetic.WebhookEndpoint("orders", url="https://example.com", enabled_events=[first.id])
        for name in OUTPUTS:
            getattr(orders, name).apply(partial(applied.__setitem__, name))

    deploy(program).preview()
    assert applied == {"url": "https://example.com", "status": "enabled"}
