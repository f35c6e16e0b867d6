"""A server that rewrites what it stores, by any deterministic rule: quiet after our writes, and no change is missed."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulumi_kinetic import endpoint
from pulumi_kinetic.client import Client
from pulumi_kinetic.journal import Journal
from pulumi_kinetic.lifecycle import Lifecycle
from pulumi_kinetic.settings import Settings
from support.case_counter import count_cases
from support.declarations import ADDRESS
from support.doors import DOORS, Door
from support.emulator import KEY
from support.rewriting_api import COLLECTION, RewritingApi, Rule, rewriting_api
from support.rules import RULES
from support.strategies import EVENTS, STATUSES, declared, equal_to, merged, urls

NOISY_MACHINE = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
HTTP = settings(max_examples=200, deadline=None, suppress_health_check=NOISY_MACHINE)
GRPC = settings(HTTP, max_examples=60)
PURE = settings(HTTP, max_examples=1000)
FIELDS = {"url": "url", "enabledEvents": "enabled_events", "status": "status"}
EDITS = {"url": urls(), "enabledEvents": EVENTS, "status": STATUSES}
Run = Callable[[], Lifecycle]
Values = Any  # a search hands over what no type allows, too


@pytest.fixture(scope="module")
def api() -> Iterator[RewritingApi]:
    with rewriting_api() as serving:
        yield serving


@pytest.fixture(scope="module", params=DOORS, ids=["dynamic", "plugin"])
def door(api: RewritingApi, request: pytest.FixtureRequest) -> Iterator[Door]:
    with request.param({"apiKey": KEY, "baseUrl": api.url}) as opened:
        yield opened


@pytest.fixture
def run(api: RewritingApi, journal: Journal, warnings: list[str]) -> Iterator[Run]:
    """Begin a run: a provider of its own, which has read nothing yet."""
    given = Settings.model_validate({"api_key": KEY, "base_url": api.url})
    client = Client(given)
    yield lambda: Lifecycle(given, client, journal, warn=warnings.append)
    client.close()


class Stack:
    """One endpoint as the engine holds it, and the operations of which the search makes histories."""

    def __init__(self, run: Run, api: RewritingApi, news: Values) -> None:
        self.run, self.life, self.api = run, run(), api
        self.inputs = self.life.check({}, news, ADDRESS).inputs
        self.endpoint_id, self.state = self.life.create(self.inputs)
        self.saved: Values = self.inputs
        self.stored = dict(self.actual)  # what the server made of our writes
        self.expect_quiet()

    @property
    def actual(self) -> Values:
        return self.api.endpoints[self.endpoint_id]

    def differing(self) -> list[str]:
        return self.life.diff(self.endpoint_id, self.state, self.inputs)

    def refresh(self) -> None:
        self.life = self.run()
        state = self.life.read(self.endpoint_id, self.state)
        assert state is not None
        self.state, self.saved = state, endpoint.inputs_of(state)

    def up(self) -> None:
        if changed := self.differing():
            self.state = self.life.update(self.endpoint_id, self.state, self.inputs)
            self.stored.update({FIELDS[name]: self.actual[FIELDS[name]] for name in changed})
        self.saved = self.inputs
        assert self.differing() == []

    def expect_quiet(self) -> None:
        """What `expect_clean` asks of the engine: preview, refresh, preview, each without a change."""
        before, writes = self.state, len(self.api.writes)
        assert self.differing() == []
        self.refresh()
        assert self.state == before
        assert self.differing() == []
        assert len(self.api.writes) == writes

    def change_program(self, data: st.DataObject) -> None:
        """What means something else is sent, under its declared value; what means the same isn't."""
        old = self.inputs
        news = data.draw(st.one_of(declared(), equal_to(dict(old)).map(_without_key)))
        self.inputs = self.life.check(self.saved, news, ADDRESS).inputs
        changed = {name for name in endpoint.UPDATABLE if not _same(name, old.get(name), self.inputs.get(name))}
        self.api.writes.clear()
        self.up()
        sent = {name: body[FIELDS[name]] for _, body in self.api.writes for name in FIELDS if FIELDS[name] in body}
        assert sent.keys() == changed
        assert all(_same(name, value, self.inputs.get(name)) for name, value in sent.items())

    def drift(self, data: st.DataObject) -> None:
        """A change at the server that means something else than what is declared is seen, and healed by one PATCH."""
        name = data.draw(st.sampled_from(endpoint.UPDATABLE))
        stored = self.stored[FIELDS[name]]
        edited = data.draw(EDITS[name])
        self.api.edit(self.endpoint_id, **{FIELDS[name]: edited})
        seen = not _same(name, edited, stored) and not _same(name, edited, self.inputs.get(name))
        before = self.state
        self.refresh()
        assert self.differing() == ([name] if seen else [])
        if seen and data.draw(st.booleans()):  # somebody undoes it
            self.api.edit(self.endpoint_id, **{FIELDS[name]: stored})
            self.refresh()
            assert self.differing() == []
            return
        assert seen or self.state == before
        self.api.writes.clear()
        self.up()
        assert [list(body) for _, body in self.api.writes] == ([[FIELDS[name]]] if seen else [])

    def drift_before_an_update(self, data: st.DataObject) -> None:
        """An update of another property doesn't take a drift, which no refresh has seen yet, for its own echo."""
        name = data.draw(st.sampled_from(endpoint.ECHOED))
        edited = data.draw(EDITS[name])
        self.api.edit(self.endpoint_id, **{FIELDS[name]: edited})
        known = (self.stored[FIELDS[name]], self.inputs.get(name))
        flipped = "disabled" if self.inputs["status"] == "enabled" else "enabled"
        self.inputs = self.life.check(self.saved, merged(self.inputs, {"status": flipped}), ADDRESS).inputs
        self.state = self.life.update(self.endpoint_id, self.state, self.inputs)
        self.stored["status"] = flipped
        seen = not any(_same(name, edited, value) for value in known)
        assert self.differing() == ([name] if seen else [])
        self.up()


def _without_key(inputs: Values) -> Values:
    return {name: value for name, value in inputs.items() if name != "idempotencyKey"}


def _same(name: Values, one: object, other: object) -> bool:
    return endpoint.canonical(name, one) == endpoint.canonical(name, other)


STEPS = [Stack.change_program, Stack.drift, Stack.drift_before_an_update]


@HTTP
@given(st.data())
def test_a_rewriting_server_is_quiet_after_our_writes_and_no_change_is_missed(
    run: Run, api: RewritingApi, data: st.DataObject
) -> None:
    api.reset(data.draw(RULES))
    stack = Stack(run, api, data.draw(declared()))
    for step in data.draw(st.lists(st.sampled_from(STEPS), max_size=5)):
        step(stack, data)
        stack.expect_quiet()
    count_cases("a rewriting server")


@PURE
@given(RULES, declared(), st.data())
def test_what_the_server_makes_of_our_write_counts_as_written(rule: Rule, inputs: Values, data: st.DataObject) -> None:
    answer = _answer(rule, inputs)
    echo = endpoint.echo_of({}, inputs, endpoint.UPDATABLE, answer)
    assert endpoint.declared_form(inputs, answer, echo) == inputs
    name = data.draw(st.sampled_from(endpoint.ECHOED))
    edited = data.draw(EDITS[name])
    seen = endpoint.declared_form(inputs, merged(answer, {name: edited}), echo)
    known = [inputs.get(name), answer[name]]
    assert _same(name, seen.get(name), inputs.get(name)) == any(_same(name, edited, value) for value in known)
    # what has drifted and is as it was again, is as it was declared
    assert endpoint.patch_for(endpoint.declared_form(seen, answer, echo), inputs) == {}
    count_cases("a rewriting server, pure core")


@HTTP
@given(st.data())
def test_an_adoption_sends_one_patch_at_most_and_is_quiet(run: Run, api: RewritingApi, data: st.DataObject) -> None:
    """Also of an endpoint that another program had the server make of the very same declaration."""
    api.reset(data.draw(RULES))
    news = data.draw(declared())
    made_by_hand = data.draw(st.one_of(st.just(news), declared()))
    endpoint_id = api.answer("POST", COLLECTION, _wire(made_by_hand))[1]["webhook_endpoint_id"]
    api.writes.clear()
    stack = Stack(run, api, {**news, "adopt": endpoint_id})
    assert [method for method, _ in api.writes] in ([], ["PATCH"])
    stack.change_program(data)
    stack.expect_quiet()
    count_cases("a rewriting server")


@HTTP
@given(st.data())
def test_an_import_sends_one_patch_at_most_and_is_quiet(run: Run, api: RewritingApi, data: st.DataObject) -> None:
    api.reset(data.draw(RULES))
    news = data.draw(declared())
    stack = Stack(run, api, news)
    stack.state = {}
    stack.refresh()
    api.writes.clear()
    stack.up()
    assert [method for method, _ in api.writes] in ([], ["PATCH"])
    stack.expect_quiet()
    count_cases("a rewriting server")


@GRPC
@given(st.data())
def test_a_rewriting_server_is_quiet_at_the_door(door: Door, api: RewritingApi, data: st.DataObject) -> None:
    api.reset(data.draw(RULES))
    inputs, _ = door.check({}, data.draw(declared()))
    endpoint_id, state = door.create(inputs)
    assert door.read(endpoint_id, state)[:2] == (endpoint_id, state)
    assert door.diff(endpoint_id, state, inputs) == (False, [])
    after, _ = door.check(inputs, data.draw(declared()))
    updated = door.update(endpoint_id, state, after)
    assert door.read(endpoint_id, updated)[:2] == (endpoint_id, updated)
    assert door.diff(endpoint_id, updated, after) == (False, [])
    count_cases(f"a rewriting server, {type(door).__name__}")


def _wire(inputs: Values) -> Values:
    return {FIELDS[name]: value for name, value in inputs.items()}


def _answer(rule: Rule, inputs: Values) -> Values:
    stored = rule({"enabled_events": ["*"], "status": "enabled", **_wire(inputs)})
    return {name: stored[field] for name, field in FIELDS.items()}
