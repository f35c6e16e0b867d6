"""Exactness by search on the real engine: many endpoints of any valid inputs in one stack."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from support.case_counter import count_cases
from support.emulator import EmulatorClient
from support.programs import expect_truth
from support.sdk import RESOURCE_BY_DOOR, Declare
from support.stack import Deployment
from support.strategies import EVENTS, STATUSES, declared, equal_to, urls

MANY = 120
EDITS = st.one_of(
    urls().map(lambda url: ("url", url)),
    EVENTS.map(lambda events: ("enabled_events", events or ["*"])),
    STATUSES.map(lambda status: ("status", status)),
)
Inputs = dict[str, Any]


def drawn(strategy: st.SearchStrategy[Any]) -> Any:
    """One value of a strategy."""
    values: list[Any] = []

    @settings(max_examples=1, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(strategy)
    def draw(value: Any) -> None:
        values.append(value)

    draw()
    return values[0]


class Fleet:
    """A program of many endpoints."""

    def __init__(self, declare: Declare, fleet: list[Inputs]) -> None:
        self._declare = declare
        self.fleet = fleet

    def __call__(self) -> None:
        for number, inputs in enumerate(self.fleet):
            arguments = {"enabled_events": inputs.get("enabledEvents"), "status": inputs.get("status", "enabled")}
            self._declare(f"e{number}", url=inputs["url"], **arguments)


def random_fleet() -> list[Inputs]:
    fleet: list[Inputs] = drawn(st.lists(declared(), min_size=MANY, max_size=MANY))
    return fleet


@pytest.mark.parametrize("door", RESOURCE_BY_DOOR)
@pytest.mark.parametrize("round_number", range(3))
def test_a_fleet_comes_up_clean_sees_every_edit_and_heals(
    deploy: Callable[..., Deployment], emulator: EmulatorClient, round_number: int, door: str
) -> None:
    program = Fleet(RESOURCE_BY_DOOR[door], random_fleet())
    deployment = deploy(program)
    emulator.assume(event_order=["as_sent", "sorted", "reversed"][round_number], extra_fields=round_number > 0)
    deployment.up_clean()
    expect_truth(deployment, emulator)
    before = emulator.truth()

    program.fleet = [drawn(equal_to(inputs)) for inputs in program.fleet]
    deployment.stack.preview(expect_no_changes=True)

    edits = drawn(st.lists(EDITS, min_size=MANY, max_size=MANY))
    for endpoint_id, (field, value) in zip(before, edits, strict=True):
        emulator.edit(endpoint_id, **{field: value})
    deployment.up(refresh=True)
    healed = emulator.truth()
    same = ("webhook_endpoint_id", "signing_secret", "status")
    assert [[endpoint[name] for name in same] for endpoint in healed.values()] == [
        [endpoint[name] for name in same] for endpoint in before.values()
    ]
    assert [set(endpoint["enabled_events"]) for endpoint in healed.values()] == [
        set(endpoint["enabled_events"]) for endpoint in before.values()
    ]
    deployment.expect_clean()
    expect_truth(deployment, emulator)
    count_cases(f"real engine, {door} door", MANY)
