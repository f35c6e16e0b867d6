"""The key of another organization, or another place, drops nothing from a state."""

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from pulumi_kinetic.emulator.server import Server
from support.accounts import OTHER_KEY, READER_KEY, ROTATED_KEY, two_organizations
from support.emulator import KEY, EmulatorClient
from support.programs import expect_truth
from support.sdk import RESOURCE_BY_DOOR, Provider, WebhookEndpoint
from support.stack import Deployment

WAYS = [*RESOURCE_BY_DOOR, "explicit provider"]
GATEWAY = {"status": 404, "commit": False, "times": 99, "body": '{"error": {"code": "not_found"}}'}


class Endpoints:
    """Some endpoints by a door, or by an explicit provider whose key the test sets."""

    def __init__(self, way: str, emulator: EmulatorClient, *names: str) -> None:
        self.way, self.base_url, self.names = way, emulator.url, names
        self.key, self.path = KEY, "/hooks"

    def __call__(self) -> None:
        options, kind = None, RESOURCE_BY_DOOR.get(self.way, WebhookEndpoint)
        if self.way == "explicit provider":
            provider = Provider(
                "kinetic", api_key=pulumi.Output.secret(self.key), base_url=self.base_url, max_retries=0
            )
            options = pulumi.ResourceOptions(provider=provider)
        for name in self.names:
            kind(name, url=f"https://{name}.example{self.path}", opts=options)

    def use(self, deployment: Deployment, key: str) -> None:
        self.key = key
        deployment.configure("kinetic:apiKey", key)


def held(deployment: Deployment) -> dict[str, tuple[str, str]]:
    """What the state must not lose: ids and secrets."""
    return {name: (one["id"], one["outputs"]["signingSecret"]) for name, one in deployment.resources().items()}


def started(
    deploy: Callable[..., Deployment], emulator: EmulatorClient, way: str, *names: str
) -> tuple[Deployment, Endpoints]:
    two_organizations(emulator)
    program = Endpoints(way, emulator, *names)
    deployment = deploy(program)
    deployment.up()
    return deployment, program


@pytest.mark.parametrize("way", WAYS)
def test_another_organizations_key_changes_nothing_in_any_run(
    deploy: Callable[..., Deployment], emulator: EmulatorClient, way: str
) -> None:
    deployment, program = started(deploy, emulator, way, "a", "b")
    before, truth = held(deployment), emulator.truth()
    program.use(deployment, OTHER_KEY)
    program.path = "/changed"
    runs: list[Callable[[], Any]] = [
        lambda: deployment.up(refresh=True, run_program=True),
        lambda: deployment.refresh(run_program=True),
        lambda: deployment.preview(refresh=True, run_program=True),
        deployment.up,
        lambda: deployment.stack.destroy(on_output=deployment.output.append, run_program=True),
    ]
    for run in runs:
        shown = deployment.fails(run)
        assert "the state has it from there too, but with another API key" in shown
        assert "`pulumi state delete URN`" in shown
        assert OTHER_KEY not in shown
        assert (held(deployment), emulator.truth()) == (before, truth)
    program.use(deployment, KEY)
    deployment.up_clean()
    assert held(deployment) == before
    expect_truth(deployment, emulator)


@pytest.mark.parametrize("way", RESOURCE_BY_DOOR)
def test_another_base_url_changes_nothing(
    deploy: Callable[..., Deployment], emulator: EmulatorClient, way: str
) -> None:
    deployment, _ = started(deploy, emulator, way, "a", "b")
    before = held(deployment)
    with Server() as elsewhere:
        deployment.configure("kinetic:baseUrl", elsewhere.url)
        shown = deployment.fails(lambda: deployment.up(refresh=True, run_program=True))
        assert (
            f"doesn't exist at {elsewhere.url} with this API key (404); the state has it from {emulator.url}" in shown
        )
    assert held(deployment) == before


@pytest.mark.parametrize("way", RESOURCE_BY_DOOR)
def test_a_gateway_that_answers_not_found_to_all_changes_nothing(
    deploy: Callable[..., Deployment], emulator: EmulatorClient, way: str
) -> None:
    deployment, _ = started(deploy, emulator, way, "a", "b", "c", "d")
    before, truth = held(deployment), emulator.truth()
    emulator.faults(GATEWAY)
    runs: list[Callable[[], Any]] = [lambda: deployment.up(refresh=True), deployment.refresh, deployment.destroy]
    for run in runs:
        assert "isn't taken as a deletion" in deployment.fails(run)
        assert held(deployment) == before
    emulator.faults()
    assert emulator.truth() == truth
    deployment.expect_clean()


@pytest.mark.parametrize("way", RESOURCE_BY_DOOR)
def test_after_a_rotation_a_refresh_is_no_change_and_a_deletion_by_hand_is_seen(
    deploy: Callable[..., Deployment], emulator: EmulatorClient, way: str
) -> None:
    deployment, program = started(deploy, emulator, way, "a", "b")
    before = deployment.resources()
    a, b = before["a"]["id"], before["b"]["id"]
    program.use(deployment, ROTATED_KEY)
    emulator.remove(a)
    deployment.up(refresh=True, run_program=True)
    assert deployment.resources()["a"]["id"] != a
    assert deployment.resources()["b"]["id"] == b
    assert deployment.resources()["b"]["outputs"]["account"] != before["b"]["outputs"]["account"]
    deployment.expect_clean()
    for endpoint_id in list(emulator.truth()):
        emulator.remove(endpoint_id)
    deployment.up(refresh=True)
    deployment.expect_clean()
    expect_truth(deployment, emulator)


@pytest.mark.parametrize("way", RESOURCE_BY_DOOR)
def test_the_only_endpoint_gone_under_a_new_key_is_confirmed_by_a_person(
    deploy: Callable[..., Deployment], emulator: EmulatorClient, way: str
) -> None:
    deployment, program = started(deploy, emulator, way, "a")
    program.use(deployment, ROTATED_KEY)
    (made,) = emulator.truth()
    emulator.remove(made)
    assert "`pulumi state delete URN`" in deployment.fails(lambda: deployment.up(refresh=True, run_program=True))
    deployment.cli("state", "delete", deployment.resources()["a"]["urn"], "--yes", "--stack", "dev")
    deployment.up_clean()
    expect_truth(deployment, emulator)


@pytest.mark.parametrize("way", RESOURCE_BY_DOOR)
def test_a_key_that_may_only_read_is_enough_to_see_drift(
    deploy: Callable[..., Deployment], emulator: EmulatorClient, way: str
) -> None:
    deployment, program = started(deploy, emulator, way, "a", "b")
    program.use(deployment, READER_KEY)
    emulator.clear_log()
    deployment.preview(refresh=True, run_program=True, expect_no_changes=True)
    deployment.refresh(run_program=True, expect_no_changes=True)
    emulator.edit(deployment.resources()["a"]["id"], status="disabled")
    assert deployment.preview(refresh=True, run_program=True) == {"update": 1, "same": 2}
    emulator.remove(deployment.resources()["a"]["id"])
    assert deployment.preview(refresh=True, run_program=True) == {"create": 1, "same": 2}
    own = [request for request in emulator.requests() if request["method"] == "GET"]
    assert {request["status"] for request in own} == {200, 404}
