"""Outputs without a value are known to have none, in previews too."""

from collections.abc import Callable

import pulumi
import pytest

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
