"""The same exactness at both doors, over gRPC and over HTTP."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulumi_kinetic import endpoint, inputs
from pulumi_kinetic.testing import Emulator
from support.case_counter import count_cases
from support.doors import DOORS, Door
from support.emulator import KEY, EmulatorClient
from support.strategies import EVENTS, STATUSES, declared, equal_to, merged, urls

NOISY_MACHINE = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
GRPC = settings(max_examples=800, deadline=None, suppress_health_check=NOISY_MACHINE)
HTTP = settings(GRPC, max_examples=150)
SERVER_FIELDS = {"url": urls(), "enabledEvents": EVENTS.map(lambda events: events or ["*"]), "status": STATUSES}
ENGINE_NAMES = {"url": "url", "enabledEvents": "enabled_events", "status": "status"}
KNOWN = {"signingSecret": "whsec_known", "environment": "sandbox"}
Inputs = Any  # a search hands over what no type allows, too


@pytest.fixture(scope="module", params=DOORS, ids=["dynamic", "plugin"])
def door(kinetic_server: Emulator, request: pytest.FixtureRequest) -> Iterator[Door]:
    with request.param({"apiKey": KEY, "baseUrl": kinetic_server.url, "timeoutSeconds": "10"}) as opened:
        yield opened


def checked(news: Inputs, olds: Inputs | None = None) -> Inputs:
    result = inputs.check(olds or {}, news, environment="sandbox", new_key="new")
    assert result.failures == []
    return result.inputs


@GRPC
@given(st.data())
def test_the_door_agrees_that_equal_meaning_is_no_change(door: Door, data: st.DataObject) -> None:
    news = data.draw(declared())
    before, failures = door.check({}, news)
    assert failures == []
    after, failures = door.check(before, data.draw(equal_to(news)))
    assert failures == []
    assert door.diff("we_1", merged(before, KNOWN), after) == (False, [])
    count_cases(f"gRPC, {type(door).__name__}")


@GRPC
@given(declared(), declared())
def test_the_door_agrees_with_the_core_on_what_changed(door: Door, first: Inputs, second: Inputs) -> None:
    before, after = checked(first), checked(second)
    expected = endpoint.changed_names(merged(before, KNOWN), after)
    assert door.diff("we_1", merged(before, KNOWN), after) == (bool(expected), [])
    count_cases(f"gRPC, {type(door).__name__}")


@HTTP
@given(st.data())
def test_up_refresh_drift_and_heal_over_http(door: Door, emulator: EmulatorClient, data: st.DataObject) -> None:
    emulator.assume(
        event_order=data.draw(st.sampled_from(["as_sent", "sorted", "reversed"])),
        all_events=data.draw(st.sampled_from(["star", "null", "absent"])),
        extra_fields=data.draw(st.booleans()),
    )
    inputs, _ = door.check({}, data.draw(declared()))
    endpoint_id, state = door.create(inputs)
    assert door.read(endpoint_id, state, inputs) == (endpoint_id, state, inputs)
    assert door.diff(endpoint_id, state, inputs) == (False, [])

    name = data.draw(st.sampled_from(endpoint.UPDATABLE))
    edited: Any = data.draw(SERVER_FIELDS[name])
    emulator.edit(endpoint_id, **{ENGINE_NAMES[name]: edited})
    _, drifted, drifted_inputs = door.read(endpoint_id, state, inputs)
    changed = endpoint.canonical(name, edited) != endpoint.canonical(name, inputs.get(name))
    assert {key for key in merged(state, drifted) if state.get(key) != drifted.get(key)} == (
        {name} if changed else set()
    )
    assert door.diff(endpoint_id, drifted, inputs) == (changed, [])
    read: endpoint.Patch = merged(drifted_inputs)
    assert endpoint.patch_for(read, merged(inputs, {name: edited})) == {}
    assert drifted_inputs.keys() - endpoint.UPDATABLE == inputs.keys() - endpoint.UPDATABLE

    healed = door.update(endpoint_id, drifted, inputs)
    assert healed == state
    assert emulator.truth()[endpoint_id]["signing_secret"] == healed["signingSecret"]
    assert door.read(endpoint_id, healed, inputs) == (endpoint_id, state, inputs)
    door.delete(endpoint_id, healed)
    count_cases(f"gRPC over HTTP, {type(door).__name__}")
