"""Exactness by search: any valid inputs, any way to write them, any single change on the server."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulumi_kinetic import endpoint
from pulumi_kinetic.emulator.server import Server
from pulumi_kinetic.endpoint import UNKNOWN
from support.case_counter import count_cases
from support.doors import DOORS, Door
from support.emulator import KEY, EmulatorClient
from support.strategies import EVENTS, STATUSES, declared, equal_to, urls

NOISY_MACHINE = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
PURE = settings(max_examples=1500, deadline=None, suppress_health_check=NOISY_MACHINE)
GRPC = settings(PURE, max_examples=800)
HTTP = settings(GRPC, max_examples=150)
SERVER_FIELDS = {"url": urls(), "enabledEvents": EVENTS.map(lambda events: events or ["*"]), "status": STATUSES}
ENGINE_NAMES = {"url": "url", "enabledEvents": "enabled_events", "status": "status"}
KNOWN = {"signingSecret": "whsec_known", "environment": "sandbox"}
Inputs = dict[str, Any]


@pytest.fixture(scope="module", params=DOORS, ids=["dynamic", "plugin"])
def door(server: Server, request: pytest.FixtureRequest) -> Iterator[Door]:
    with request.param({"apiKey": KEY, "baseUrl": server.url, "timeoutSeconds": "10"}) as opened:
        yield opened


def checked(news: Inputs, olds: Inputs | None = None) -> Inputs:
    found = endpoint.check(olds or {}, news, environment="sandbox", new_key="new")
    assert found.failures == []
    return found.inputs


# -- the pure core -----------------------------------------------------------------------------------------


@PURE
@given(declared())
def test_valid_inputs_pass_and_are_no_change_of_themselves(news: Inputs) -> None:
    inputs = checked(news)
    assert endpoint.differing({**inputs, **KNOWN}, inputs) == []
    assert checked(news, inputs) == inputs
    count_cases("pure core")


@PURE
@given(st.data())
def test_equal_meaning_never_differs(data: st.DataObject) -> None:
    news = data.draw(declared())
    before, after = checked(news), checked(data.draw(equal_to(news)))
    assert endpoint.differing({**before, **KNOWN}, after) == []
    assert endpoint.differing({**after, **KNOWN}, before) == []
    count_cases("pure core")


@PURE
@given(declared(), declared())
def test_what_differs_is_what_the_parts_say(one: Inputs, other: Inputs) -> None:
    """Two programs differ in a property exactly where its value alone, put into the other, differs too."""
    before, after = checked(one), checked(other)
    together = endpoint.differing({**before, **KNOWN}, after)
    alone = [
        name
        for name in endpoint.UPDATABLE
        if endpoint.differing({**before, **KNOWN}, {**before, name: None, **_only(after, name)})
    ]
    assert together == alone
    count_cases("pure core")


@PURE
@given(st.data())
def test_a_single_change_on_the_server_is_seen_in_that_property_and_healed(data: st.DataObject) -> None:
    inputs = checked(data.draw(declared()))
    name = data.draw(st.sampled_from(endpoint.UPDATABLE))
    actual = {**inputs, name: data.draw(SERVER_FIELDS[name])}
    seen = endpoint.declared_form(inputs, actual)
    changed = endpoint.meaning(name, actual[name]) != endpoint.meaning(name, inputs.get(name))
    assert endpoint.differing({**seen, **KNOWN}, inputs) == ([name] if changed else [])
    healed = {**actual, **endpoint.changes(seen, inputs)}
    assert endpoint.declared_form(inputs, healed) == endpoint.declared_form(inputs, inputs)
    count_cases("pure core")


@PURE
@given(declared(), st.sets(st.sampled_from([*endpoint.UPDATABLE, "adopt", "existingSigningSecret"]), min_size=1))
def test_unknown_values_never_fail_and_count_as_changed(news: Inputs, names: set[str]) -> None:
    unknown = {**news, **dict.fromkeys(names, UNKNOWN)}
    found = endpoint.check({}, unknown, environment="production", new_key="new")
    assert {one.property for one in found.failures} <= {"url"} - names | (
        {"existingSigningSecret"} if "adopt" not in names else set()
    )
    assert UNKNOWN not in str(found.failures)
    differing = endpoint.differing({**checked(news), **KNOWN}, {**checked(news), **unknown})
    assert set(differing) == names & set(endpoint.UPDATABLE)
    count_cases("pure core")


@PURE
@given(
    st.dictionaries(
        st.sampled_from([*endpoint.UPDATABLE, "adopt", "existingSigningSecret", "colour"]),
        st.one_of(
            st.none(),
            st.integers(),
            st.text(max_size=30),
            st.lists(st.one_of(st.text(max_size=5), st.none()), max_size=3),
        ),
    )
)
def test_any_rubbish_is_answered_by_messages_not_exceptions(news: dict[str, Any]) -> None:
    found = endpoint.check({}, news, environment="production", new_key="new")
    assert len({one.property for one in found.failures} & set(news)) <= len(news)
    assert found.failures or isinstance(news["url"], str)
    count_cases("pure core")


def _only(values: Inputs, name: str) -> Inputs:
    return {name: values[name]} if name in values else {}


# -- both doors, over gRPC ---------------------------------------------------------------------------------


@GRPC
@given(st.data())
def test_the_door_agrees_that_equal_meaning_is_no_change(door: Door, data: st.DataObject) -> None:
    news = data.draw(declared())
    before, failures = door.check({}, news)
    assert failures == []
    after, failures = door.check(before, data.draw(equal_to(news)))
    assert failures == []
    assert door.diff("we_1", {**before, **KNOWN}, after) == (False, [])
    count_cases(f"gRPC, {type(door).__name__}")


@GRPC
@given(declared(), declared())
def test_the_door_agrees_with_the_core_on_what_changed(door: Door, one: Inputs, other: Inputs) -> None:
    before, after = checked(one), checked(other)
    expected = endpoint.differing({**before, **KNOWN}, after)
    assert door.diff("we_1", {**before, **KNOWN}, after) == (bool(expected), [])
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
    assert door.read(endpoint_id, state) == (endpoint_id, state, inputs)
    assert door.diff(endpoint_id, state, inputs) == (False, [])

    name = data.draw(st.sampled_from(endpoint.UPDATABLE))
    edited = data.draw(SERVER_FIELDS[name])
    emulator.edit(endpoint_id, **{ENGINE_NAMES[name]: edited})
    _, drifted, drifted_inputs = door.read(endpoint_id, state)
    changed = endpoint.meaning(name, edited) != endpoint.meaning(name, inputs.get(name))
    assert {key for key in {**state, **drifted} if state.get(key) != drifted.get(key)} == ({name} if changed else set())
    assert door.diff(endpoint_id, drifted, inputs) == (changed, [])
    assert drifted_inputs == {key: drifted[key] for key in (*endpoint.UPDATABLE, "idempotencyKey") if key in drifted}

    healed = door.update(endpoint_id, drifted, inputs)
    assert healed == state
    assert emulator.truth()[endpoint_id]["signing_secret"] == healed["signingSecret"]
    assert door.read(endpoint_id, healed) == (endpoint_id, state, inputs)
    door.delete(endpoint_id, healed)
    count_cases(f"gRPC over HTTP, {type(door).__name__}")
