"""What `protect` and `retain_on_delete` do to an endpoint: docs/guides/keep.md tells users."""

import json
from collections.abc import Callable

import pulumi
import pytest

from support.command import run_command
from support.emulator import EmulatorClient
from support.programs import Program, expect_truth
from support.stack import Deployment

DOORS = pytest.mark.parametrize("door", ["dynamic", "plugin"])
Deploy = Callable[..., Deployment]


def urn_of(deployment: Deployment) -> str:
    (resource,) = deployment.resources().values()
    return str(resource["urn"])


@DOORS
def test_a_protected_endpoint_is_changed_but_neither_deleted_nor_replaced(
    deploy: Deploy, emulator: EmulatorClient, door: str
) -> None:
    program = Program(door, opts=pulumi.ResourceOptions(protect=True))
    deployment = deploy(program)
    deployment.up()
    (endpoint_id,) = emulator.truth()
    program.arguments["url"] = "https://example.com/other"
    deployment.up_clean()
    assert emulator.truth()[endpoint_id]["url"] == "https://example.com/other"
    emulator.clear_log()
    assert "protect" in deployment.fails(deployment.destroy)
    assert "protect" in deployment.fails(lambda: deployment.up(replace=[urn_of(deployment)]))
    deployment.program = lambda: None
    assert "protect" in deployment.fails(deployment.up)
    assert emulator.requests("POST", "PATCH", "DELETE") == []


def test_protect_does_not_keep_others_from_deleting(deploy: Deploy, emulator: EmulatorClient) -> None:
    deployment = deploy(Program(opts=pulumi.ResourceOptions(protect=True)))
    deployment.up()
    (lost,) = emulator.truth()
    emulator.remove(lost)
    deployment.up(refresh=True)
    assert lost not in emulator.truth()
    expect_truth(deployment, emulator)
    deployment.expect_clean()


@DOORS
def test_a_retained_endpoint_stays_enabled_and_is_adopted_again(
    deploy: Deploy, emulator: EmulatorClient, door: str
) -> None:
    deployment = deploy(Program(door, opts=pulumi.ResourceOptions(retain_on_delete=True)))
    deployment.up()
    ((endpoint_id, made),) = emulator.truth().items()
    emulator.clear_log()
    deployment.program = lambda: None
    deployment.up()
    assert emulator.requests() == []
    assert emulator.truth()[endpoint_id]["status"] == "enabled"
    assert deployment.resources() == {}
    code, report, _ = run_command(deployment, "drift", "--unmanaged", "--json", "--stack", "dev")
    assert code == 7
    assert [one["webhook_endpoint_id"] for one in json.loads(report)["unmanaged"]] == [endpoint_id]
    again = Program(door, adopt=endpoint_id)
    deployment.program = again
    deployment.up_clean()
    assert deployment.resources()["orders"]["outputs"].get("signingSecret") is None
    deployment.cli("state", "delete", urn_of(deployment), "--yes", "--stack", "dev")
    again.arguments["existing_signing_secret"] = made["signing_secret"]
    deployment.up_clean()
    expect_truth(deployment, emulator)
    assert emulator.truth() == {endpoint_id: made}


def test_a_replacement_of_a_retained_endpoint_leaves_both_enabled(deploy: Deploy, emulator: EmulatorClient) -> None:
    deployment = deploy(Program(opts=pulumi.ResourceOptions(retain_on_delete=True)))
    deployment.up()
    deployment.up(replace=[urn_of(deployment)])
    assert [endpoint["status"] for endpoint in emulator.truth().values()] == ["enabled", "enabled"]
    ((name, resource),) = deployment.resources().items()
    assert (name, resource["id"] in emulator.truth()) == ("orders", True)
