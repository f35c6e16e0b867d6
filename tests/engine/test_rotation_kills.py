"""A rotation whose runs are killed: what docs/guides/recover.md says to run brings each step to its end."""

from unittest.mock import ANY

import pytest

from support.crash import NOTHING, WHOLE, Crash
from support.instants import AFTER, DELETE, HOLD, PATCH, POST, Instant
from support.rotation import Rotation

Generations = tuple[int, int | None]
STEADY: Generations = (1, None)
PREPARED: Generations = (1, 2)
SWITCHED: Generations = (2, 1)
FINISHED: Generations = (2, None)


def has_two(crash: Crash) -> bool:
    return len(crash.emulator.truth()) == 2


def both_deliver(crash: Crash) -> bool:
    return [made["status"] for made in crash.emulator.truth().values()] == ["enabled", "enabled"]


def asked_twice(crash: Crash) -> bool:
    return [request["method"] for request in crash.requests()].count("PATCH") == 2


def deleting(crash: Crash) -> bool:
    return any(request["method"] == "DELETE" for request in crash.requests())


SECOND_PATCH_NEVER = {**PATCH, "skip": 1, "delay_seconds": HOLD, "commit": False, "drop": True}
IN_THE_POST = Instant("in the POST", has_two, ({**POST, **AFTER},), "none")
AFTER_ENABLING = Instant("one is enabled, and its answer under way", both_deliver, ({**PATCH, **AFTER},), "none")
BEFORE_DISABLING = Instant("one is enabled, the other not disabled", asked_twice, (SECOND_PATCH_NEVER,), "none")
IN_THE_DELETE = Instant("in the DELETE", deleting, ({**DELETE, **AFTER},), "none")


@pytest.mark.parametrize(
    ("before", "after", "instant", "victim"),
    [
        (STEADY, PREPARED, IN_THE_POST, "both"),
        (STEADY, PREPARED, IN_THE_POST, "provider"),
        (PREPARED, SWITCHED, AFTER_ENABLING, "both"),
        (PREPARED, SWITCHED, BEFORE_DISABLING, "cli"),
        (SWITCHED, FINISHED, IN_THE_DELETE, "both"),
        (STEADY, FINISHED, IN_THE_POST, "both"),
    ],
    ids=lambda value: value.name if isinstance(value, Instant) else str(value),
)
def test_a_killed_step_is_brought_to_its_end_without_a_gap(
    crash: Crash, before: Generations, after: Generations, instant: Instant, victim: str
) -> None:
    rotation = Rotation(crash.deployment, crash.emulator)
    rotation.begin(*before)
    rotation.current, rotation.standby = after
    with rotation.watched():
        crash.kill(instant, victim)
        assert crash.recover("--unlock")[0] == 0
        rotation.up()
        assert crash.recover() == (0, {**NOTHING, "notes": ANY})
    assert crash.verdict() == {**WHOLE, "doubles": len(crash.emulator.truth()) - 1}  # they share their URL
    assert rotation.expect_outputs() == after
    crash.deployment.expect_clean()
    assert (crash.pending_operations(), crash.in_journal()) == ([], False)
