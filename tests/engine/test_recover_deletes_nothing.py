"""What `recover` must not touch: whatever a state manages, in any stack, under any type."""

import json
from pathlib import Path

import pytest
from pulumi import automation as auto

import pulumi_kinetic as kinetic
from support.crash import NOTHING, Crash
from support.emulator import KEY, EmulatorClient
from support.instants import COMMITTED, VICTIMS
from support.stack import Deployment


class Hook(kinetic.WebhookEndpoint):
    """A user's own kind of endpoint."""


@pytest.mark.parametrize("victim", VICTIMS)
def test_a_killed_run_of_subclasses_costs_no_managed_endpoint(
    crash: Crash, emulator: EmulatorClient, victim: str
) -> None:
    crash.declare = Hook
    crash.deployment.up()
    managed = {resource["id"] for resource in crash.deployment.resources().values()}
    assert set(emulator.truth()) == managed
    crash.kill(COMMITTED, victim)
    crash.recover("--unlock")
    assert managed <= set(emulator.truth())
    crash.deployment.up()
    assert managed <= set(emulator.truth())
    crash.expect_nothing_left()


def test_what_a_resource_of_any_type_manages_is_not_lost(crash: Crash, emulator: EmulatorClient) -> None:
    """As subclasses of before 0.2 are in a state: with the type of any dynamic resource."""
    crash.deployment.up()
    before = emulator.truth()
    state = json.loads(crash.deployment.cli("stack", "export", "--stack", "dev"))
    for resource in state["deployment"]["resources"]:
        resource["type"] = resource["type"].replace("dynamic/kinetic:WebhookEndpoint", "dynamic:Resource")
        resource["urn"] = resource["urn"].replace("dynamic/kinetic:WebhookEndpoint", "dynamic:Resource")
    crash.deployment.stack.import_stack(auto.Deployment(**state))
    code, report, _ = crash.command("drift", "--unmanaged", "--stack", "dev", "--json")
    assert code == 0
    assert [stack["declared"] for stack in json.loads(report)["stacks"]] == [len(before)]
    assert crash.recover() == (0, NOTHING)
    assert emulator.truth() == before


def test_a_namesake_stack_of_another_backend_loses_nothing(
    crash: Crash, emulator: EmulatorClient, engine_environment: dict[str, str], tmp_path: Path
) -> None:
    """Two clones of one project: the same names, another backend, one PULUMI_HOME; a run is killed in one of them."""
    home = {"PULUMI_HOME": crash.deployment.variables["PULUMI_HOME"]}
    config = {"kinetic:apiKey": KEY, "kinetic:baseUrl": emulator.url, "kinetic:timeoutSeconds": "1"}
    other = Crash(Deployment(tmp_path / "clone", engine_environment, config, variables=home), emulator)
    other.deployment.up()
    crash.kill(COMMITTED, "both")
    before = emulator.truth()
    assert other.recover() == (0, NOTHING)
    other.deployment.up()
    assert emulator.truth() == before
    crash.cancel()
    crash.deployment.up()
    assert emulator.truth() == before
