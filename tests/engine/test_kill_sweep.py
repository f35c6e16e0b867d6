"""Every instant x every victim x every door: killed, continued by the engine's own `up`, and whole."""

from collections.abc import Callable

import pytest

from support.case_counter import count_cases
from support.crash import COMMITTED, INSTANTS, VICTIMS, Crash, Instant
from support.sdk import RESOURCE_BY_DOOR

ON_ANOTHER_MACHINE = [
    pytest.param(door, instant, victim, id=f"{door}-{instant.name}-{victim}")
    for number, instant in enumerate(INSTANTS)
    for door, victim in zip(("dynamic", "plugin")[:: 1 if number % 2 else -1], ("cli", "both"), strict=True)
]


@pytest.mark.parametrize("crash", RESOURCE_BY_DOOR, indirect=True)
@pytest.mark.parametrize("victim", VICTIMS)
@pytest.mark.parametrize("instant", INSTANTS, ids=lambda instant: instant.name)
def test_on_the_same_machine_up_alone_continues_a_killed_run(crash: Crash, instant: Instant, victim: str) -> None:
    crash.kill(instant, victim)
    crash.cancel()
    crash.deployment.up()
    crash.expect_nothing_left()
    count_cases("kills")


@pytest.mark.parametrize(("crash", "instant", "victim"), ON_ANOTHER_MACHINE, indirect=["crash"])
def test_on_another_machine_recover_and_up_continue_a_killed_run(crash: Crash, instant: Instant, victim: str) -> None:
    crash.kill(instant, victim)
    crash.move_to_another_machine()
    code, report = crash.recover("--unlock")
    assert (code, report["problems"]) == (0, [])
    crash.deployment.up()
    crash.expect_nothing_left()
    count_cases("kills")


@pytest.mark.parametrize("crash", RESOURCE_BY_DOOR, indirect=True)
def test_a_provider_that_died_alone_on_a_lost_machine_is_a_loss_that_audit_names(
    crash: Crash, audit: Callable[..., tuple[int, str]]
) -> None:
    """What can't be helped: the engine has forgotten the create, and the journal is gone with its machine."""
    crash.kill(COMMITTED, "provider")
    crash.move_to_another_machine()
    crash.recover()
    crash.deployment.up()
    assert (crash.verdict()["orphans"], crash.verdict()["doubles"], crash.verdict()["lost secrets"]) == (1, 1, 0)
    (lost,) = set(crash.emulator.truth()) - {resource["id"] for resource in crash.deployment.resources().values()}
    assert lost in audit("--stack", "dev")[1]
    count_cases("kills")
