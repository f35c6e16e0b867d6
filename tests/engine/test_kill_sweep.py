"""Every instant x every victim: killed, recovered, and whole."""

import pytest

from support.case_counter import count_cases
from support.crash import INSTANTS, LEFT_FOR_A_PERSON, VICTIMS, WHOLE, Crash, Instant
from support.sdk import RESOURCE_BY_DOOR


@pytest.mark.parametrize("crash", RESOURCE_BY_DOOR, indirect=True)
@pytest.mark.parametrize("victim", VICTIMS)
@pytest.mark.parametrize("instant", INSTANTS, ids=lambda instant: instant.name)
def test_a_run_killed_at_any_instant_is_made_whole(crash: Crash, instant: Instant, victim: str) -> None:
    crash.kill(instant, victim)
    code, report = crash.recover_and_settle()
    assert code == 0 or (code == LEFT_FOR_A_PERSON and victim == "provider"), report
    crash.deployment.up()
    assert crash.verdict() == WHOLE
    crash.deployment.expect_clean()
    assert crash.recover() == (0, {"whole": True, "findings": [], "notes": [], "backup": None})
    assert not crash.in_journal()
    count_cases("kills")
