"""`drift` against a refresh, in random worlds: what the provider's own read and diff make of them."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulumi_kinetic.answers import RemoteEndpoint
from pulumi_kinetic.cli.drift import changes_of
from pulumi_kinetic.cli.state import declared_endpoints
from pulumi_kinetic.client import Client
from pulumi_kinetic.endpoint import UPDATABLE, Inputs, State, without_none
from pulumi_kinetic.journal import Journal
from pulumi_kinetic.lifecycle import Lifecycle
from pulumi_kinetic.settings import Settings
from support.case_counter import count_cases
from support.exports import DYNAMIC, PLUGIN, endpoint_entry, exported, secret
from support.strategies import declared, equal_to, merged

SETTINGS = Settings.model_validate({"api_key": "md_test_key"})
NAMES = {"url": "url", "enabled_events": "enabledEvents", "status": "status"}


class Api(Client):
    """An API in memory with one endpoint."""

    remote: RemoteEndpoint

    def get(self, endpoint_id: str, _url: str | None = None) -> RemoteEndpoint:
        assert endpoint_id == self.remote.webhook_endpoint_id
        return self.remote


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    opened = Api(SETTINGS)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Journal:
    return Journal(tmp_path_factory.mktemp("journal"))


@st.composite
def worlds(draw: Any) -> tuple[Inputs, State, dict[str, Any]]:
    """What was declared, what the last write or read has left in the outputs, and what the API has now."""
    inputs = draw(declared())
    outputs = draw(st.one_of(st.just(inputs), equal_to(inputs), declared()))
    actual = draw(st.one_of(st.just(inputs), equal_to(inputs), st.just(outputs), declared()))
    echo = {}
    for name in draw(st.sets(st.sampled_from(["url", "enabledEvents"]))):
        stored = draw(st.one_of(st.just(actual), declared())).get(name)
        if stored is not None and inputs.get(name) is not None:
            echo[name] = {"written": inputs[name], "stored": stored}
    kept = {"environment": "sandbox", "webhookEndpointId": "we_1", "idempotencyKey": "key"}
    return inputs, without_none(merged(outputs, kept, {"echo": echo} if echo else {})), actual


@given(worlds(), st.sampled_from([DYNAMIC, PLUGIN]), st.sets(st.sampled_from(UPDATABLE)))
@settings(max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_drift_finds_what_a_refresh_finds(
    api: Api, journal: Journal, world: tuple[Inputs, State, dict[str, Any]], door: str, secret_names: set[str]
) -> None:
    count_cases("drift against a refresh")
    inputs, outputs, actual = world
    api.remote = RemoteEndpoint(
        webhook_endpoint_id="we_1",
        url=actual["url"],
        enabled_events=actual.get("enabledEvents", ["*"]),
        status=actual.get("status", "enabled"),
        created_at="2026-06-12T18:40:00Z",
    )
    life = Lifecycle(SETTINGS, api, journal, warn=lambda _: None)  # a run of its own: nothing is remembered
    read = life.read("we_1", outputs)
    assert read is not None
    refreshed = life.diff("we_1", read, inputs)

    def as_exported(bag: Any) -> dict[str, Any]:
        return {name: secret(value) if name in secret_names else value for name, value in bag.items()}

    entry = endpoint_entry("orders", "we_1", door, inputs=as_exported(inputs))
    entry["outputs"] = as_exported(outputs)
    (found,) = declared_endpoints(exported([entry]))
    assert [NAMES[change.property] for change in changes_of(found, api.remote)] == refreshed
