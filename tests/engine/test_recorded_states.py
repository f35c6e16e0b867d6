"""The state that each landed version left works with today's code: nothing to change, nothing sent, no secret lost."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pulumi import automation as auto

from pulumi_kinetic.emulator.server import Server
from support.emulator import EmulatorClient
from support.recorded import ADOPTED, RecordedProgram, Recording, deploy, recordings
from support.sdk import RESOURCE_BY_DOOR
from support.stack import Deployment

NO_CHANGES_EXPECTED = "no changes were expected for preview but changes were proposed"
Change = Callable[[dict[str, Any]], object]


@pytest.fixture
def recorded_api(recording: Recording, tmp_path: Path) -> Iterator[EmulatorClient]:
    """An emulator that has the endpoints that the recorded one had."""
    store = tmp_path / "emulator.json"
    store.write_text(recording.store.read_text())
    with Server(state=store) as server, EmulatorClient(server.url) as emulator:
        yield emulator


def restore(
    recording: Recording,
    emulator: EmulatorClient,
    folder: Path,
    environment: dict[str, str],
    change: Change = lambda _: None,
) -> Deployment:
    """A stack with the recorded state, its program, and its API at today's address."""
    deployment = deploy(folder, environment, RecordedProgram(recording.door, emulator.url, recording.names))
    state = recording.state_at(emulator.url)
    for resource in state["deployment"]["resources"]:
        change(resource)
    deployment.stack.import_stack(auto.Deployment(version=state["version"], deployment=state["deployment"]))
    return deployment


@pytest.mark.parametrize("recording", recordings(), ids=str)
def test_a_recorded_state_needs_no_change_and_keeps_its_secrets(
    recording: Recording, recorded_api: EmulatorClient, tmp_path: Path, engine_environment: dict[str, str]
) -> None:
    deployment = restore(recording, recorded_api, tmp_path, engine_environment)
    deployment.expect_clean()
    assert recorded_api.requests("GET") != []
    assert recorded_api.requests("POST", "PATCH", "DELETE") == []
    secrets = {endpoint_id: endpoint["signing_secret"] for endpoint_id, endpoint in recorded_api.truth().items()}
    secrets[ADOPTED] = None  # adopted without it: the API shows a secret only on create
    resources = deployment.resources().values()
    assert {resource["id"]: resource["outputs"].get("signingSecret") for resource in resources} == secrets


def another_type(resource: dict[str, Any]) -> None:
    """As if this version's code had renamed the resource's type."""
    for name in ("type", "urn"):
        resource[name] = resource[name].replace("WebhookEndpoint", "WebhookEndpoints")


def other_events(resource: dict[str, Any]) -> None:
    """As if this version's code no longer read the list where the recorded one put it."""
    for bag in ("inputs", "outputs"):
        if "enabledEvents" in resource.get(bag, {}):
            resource[bag]["events"] = resource[bag].pop("enabledEvents")


@pytest.mark.parametrize("recording", [Recording("0.1.0", door) for door in RESOURCE_BY_DOOR], ids=str)
@pytest.mark.parametrize("change", [another_type, other_events])
def test_a_state_that_todays_code_misreads_is_not_clean(
    recording: Recording,
    recorded_api: EmulatorClient,
    tmp_path: Path,
    engine_environment: dict[str, str],
    change: Change,
) -> None:
    deployment = restore(recording, recorded_api, tmp_path, engine_environment, change)
    assert NO_CHANGES_EXPECTED in deployment.fails(deployment.expect_clean)
