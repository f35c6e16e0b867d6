"""A life of many endpoints in random order: after every step the server's truth equals the state."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule, run_state_machine_as_test
from pulumi.dynamic import Config, ConfigureRequest
from pydantic.alias_generators import to_snake

from pulumi_kinetic import endpoint, errors
from pulumi_kinetic.dynamic import KineticProvider
from pulumi_kinetic.endpoint import Patch
from pulumi_kinetic.process import Parent
from support.case_counter import count_cases
from support.emulator import READ_ONLY_KEY, EmulatorClient
from support.strategies import EVENTS, STATUSES, declared, equal_to, merged, urls

Inputs = Any  # a search hands over what no type allows, too
FAULTS = [
    {"status": 500, "commit": False},
    {"status": 503},
    {"drop": True},
    {"drop": True, "commit": False},
    {"half_body": True},
    {"status": 429, "commit": False, "headers": {"Retry-After": "0"}},
    {"status": 408, "commit": False},
]
EDITS = {"url": urls(), "enabledEvents": EVENTS.map(lambda events: events or ["*"]), "status": STATUSES}


class Managed:
    """One resource as the engine keeps it."""

    def __init__(self, news: Inputs, inputs: Inputs, endpoint_id: str, state: Inputs) -> None:
        self.news, self.inputs, self.id, self.state = news, inputs, endpoint_id, state
        self.edited: Inputs = {}
        self.seen_with = ""
        self.gone = False

    def strayed(self) -> bool:
        """Whether an edit by hand since the last update means something else than the program."""
        return bool(endpoint.patch_for(merged(self.news, self.edited), self.news))


class Life(RuleBasedStateMachine):
    emulator: EmulatorClient
    managed = Bundle("managed")

    def __init__(self) -> None:
        super().__init__()
        self.emulator.reset()
        self.key = "md_test_emulator"
        self.alive: list[Managed] = []
        self.drifted: set[str] = set()
        self.started: list[KineticProvider] = []
        self.provider = self.start(self.key)

    def start(self, key: str) -> KineticProvider:
        """A new run of the engine: a new provider process."""
        config = {"kinetic:apiKey": key, "kinetic:baseUrl": self.emulator.url, "kinetic:maxRetries": "3"}
        self.started.append(KineticProvider())
        with pytest.MonkeyPatch.context() as patched:  # all are this one process, which no engine has started
            patched.setattr(Parent, "run", f"run {len(self.started)} of {id(self)}")
            self.started[-1].configure(ConfigureRequest(Config(config, "test")))
        return self.started[-1]

    def check(self, news: Inputs, olds: Inputs | None = None) -> Inputs:
        checked = self.provider.check(olds or {}, news)
        assert checked.failures == []
        return checked.inputs

    def differs(self, resource: Managed, inputs: Inputs) -> bool:
        """What the engine is answered, whose state holds the provider too."""
        return bool(self.provider.diff(resource.id, {"__provider": "", **resource.state}, inputs).changes)

    def keep(self, news: Inputs, inputs: Inputs) -> Managed:
        made = self.provider.create(inputs)
        assert made.outs is not None
        resource = Managed(news, inputs, made.id, made.outs)
        resource.seen_with = self.key
        self.alive.append(resource)
        return resource

    @rule(target=managed, news=declared())
    def create(self, news: Inputs) -> Managed:
        return self.keep(news, self.check(news))

    @rule(target=managed, news=declared(), fault=st.sampled_from(FAULTS))
    def create_with_a_fault(self, news: Inputs, fault: Inputs) -> Managed:
        self.emulator.faults({"method": "POST", **fault})
        return self.keep(news, self.check(news))

    @rule(target=managed, news=declared(), knows_secret=st.booleans())
    def adopt(self, news: Inputs, *, knows_secret: bool) -> Managed:
        (made,) = self.emulator.seed(1)
        secret = self.emulator.truth()[made]["signing_secret"]
        supplied = {"existingSigningSecret": secret} if knows_secret else {}
        return self.keep(news, self.check(merged(news, {"adopt": made, **supplied})))

    @rule(resource=managed, news=declared(), fault=st.one_of(st.none(), st.sampled_from(FAULTS)))
    def update(self, resource: Managed, news: Inputs, fault: Inputs | None) -> None:
        self.refresh(resource)
        if resource.gone:
            return
        if fault:
            self.emulator.faults({"method": "PATCH", **fault})
        inputs = self.check({**resource.inputs, **dict.fromkeys(endpoint.UPDATABLE), **news}, resource.inputs)
        if self.differs(resource, inputs):
            outs = self.provider.update(resource.id, resource.state, inputs).outs
            assert outs is not None
            resource.state = outs
        self.emulator.faults()
        resource.news, resource.inputs, resource.edited = news, inputs, {}
        assert not self.differs(resource, inputs)

    @rule(resource=managed, data=st.data())
    def write_the_same_differently(self, resource: Managed, data: st.DataObject) -> None:
        news = data.draw(equal_to(resource.news))
        inputs = self.check({**resource.inputs, **dict.fromkeys(endpoint.UPDATABLE), **news}, resource.inputs)
        if not resource.gone and resource.id not in self.drifted:
            assert self.differs(resource, inputs) == resource.strayed()

    @rule(resource=managed)
    def refresh(self, resource: Managed) -> None:
        if resource.gone:
            return
        try:
            read = self.provider.read(resource.id, resource.state)
        except errors.AccountMismatchError:
            self.give_up(resource)
            return
        if read.id is None:
            self.drop(resource)
            return
        self.drifted.discard(resource.id)
        resource.seen_with = self.key
        assert read.outs is not None
        assert read.inputs is not None
        resource.state, resource.inputs = read.outs, read.inputs

    @rule(resource=managed, data=st.data(), field=st.sampled_from(sorted(EDITS)))
    def drift(self, resource: Managed, data: st.DataObject, field: str) -> None:
        if not resource.gone and resource.id in self.emulator.truth():
            value: Any = data.draw(EDITS[field])
            self.emulator.edit(resource.id, **{to_snake(field): value})
            resource.edited[field] = value
            self.drifted.add(resource.id)

    @rule(resource=managed)
    def delete_by_hand(self, resource: Managed) -> None:
        if not resource.gone and resource.id in self.emulator.truth():
            self.emulator.remove(resource.id)
            self.drifted.add(resource.id)

    @rule(resource=consumes(managed), fault=st.one_of(st.none(), st.sampled_from(FAULTS)))
    def delete(self, resource: Managed, fault: Inputs | None) -> None:
        if resource.gone:
            return
        self.provider = self.start(self.key)
        if fault:
            self.emulator.faults({"method": "DELETE", **fault})
        self.delete_in_this_run(resource)
        self.emulator.faults()

    @rule(target=managed, resource=consumes(managed))
    def replace(self, resource: Managed) -> Managed:
        """The engine checks with empty olds, creates, and deletes last."""
        if resource.gone:
            return resource
        self.provider = self.start(self.key)
        fresh = self.keep(resource.news, self.check(resource.news))
        assert fresh.state["signingSecret"] != resource.state.get("signingSecret")
        self.delete_in_this_run(resource)
        return fresh

    @rule()
    def rotate_the_key(self) -> None:
        self.key = f"{self.key}x"
        self.emulator.keys(**{self.key: {}, READ_ONLY_KEY: {"scopes": ["webhook_endpoints:read"]}})
        self.emulator.http.headers["Authorization"] = f"Bearer {self.key}"
        self.provider = self.start(self.key)

    @rule(resource=managed, key=st.sampled_from(["md_test_wrong", READ_ONLY_KEY, "md_live_emulator"]))
    def use_a_key_that_will_not_do(self, resource: Managed, key: str) -> None:
        provider = self.start(key)
        changed = merged(
            resource.inputs, {"status": "disabled" if resource.state["status"] == "enabled" else "enabled"}
        )
        for call in (
            lambda: provider.update(resource.id, resource.state, changed),
            lambda: provider.delete(resource.id, resource.state),
        ):
            with pytest.raises(errors.KineticError):
                call()

    def delete_in_this_run(self, resource: Managed) -> None:
        try:
            self.provider.delete(resource.id, resource.state)
        except errors.AccountMismatchError:
            self.give_up(resource)
        else:
            self.drop(resource)

    def give_up(self, resource: Managed) -> None:
        """`pulumi state delete`, as the error says: the 404 of a key that has found nothing yet proves no deletion."""
        assert resource.seen_with != self.key
        assert resource.id not in self.emulator.truth()
        self.drop(resource)

    def drop(self, resource: Managed) -> None:
        resource.gone = True
        self.alive.remove(resource)
        self.drifted.discard(resource.id)

    @invariant()
    def the_servers_truth_equals_the_state(self) -> None:
        count_cases("stateful steps")
        truth = self.emulator.truth()
        settled = {resource.id: resource for resource in self.alive if resource.id not in self.drifted}
        assert set(settled) == set(truth) - self.drifted
        for endpoint_id, resource in settled.items():
            actual = truth[endpoint_id]
            shown: Patch = {"url": actual["url"], "enabledEvents": actual["enabled_events"], "status": actual["status"]}
            assert endpoint.patch_for(resource.state, shown) == {}
        for resource in self.alive:
            blind = "adopt" in resource.state and "existingSigningSecret" not in resource.state
            if resource.id in truth:
                assert resource.state.get("signingSecret") == (None if blind else truth[resource.id]["signing_secret"])

    def teardown(self) -> None:
        for provider in self.started:
            provider._lifecycle._journal.close_handed_over()  # noqa: SLF001 a real provider ends with its process:
            provider._lifecycle._api.close()  # noqa: SLF001 thousands that don't hoard records until gc stops the server
        self.emulator.http.headers["Authorization"] = "Bearer md_test_emulator"


@pytest.mark.usefixtures("waits")
def test_state_and_server_agree_after_every_step(
    emulator: EmulatorClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path))

    class LifeHere(Life):
        pass

    LifeHere.emulator = emulator
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        LifeHere, settings=settings(max_examples=40, stateful_step_count=40, deadline=None, suppress_health_check=slow)
    )


def test_the_machine_sees_a_wrong_secret(emulator: EmulatorClient) -> None:
    """The guard itself, broken once: a state that lies is noticed."""
    Life.emulator = emulator
    machine = Life()
    resource = machine.keep({"url": "https://a.example"}, machine.check({"url": "https://a.example"}))
    machine.the_servers_truth_equals_the_state()
    resource.state = merged(resource.state, {"signingSecret": "whsec_other"})
    with pytest.raises(AssertionError):
        machine.the_servers_truth_equals_the_state()
    machine.teardown()
