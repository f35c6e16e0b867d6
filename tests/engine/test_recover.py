"""Every instant x every victim: killed, recovered, and whole."""

from collections.abc import Callable

import pytest

from control import Emulator
from crash import INSTANTS, VICTIMS, Crash, Instant
from deployment import Deployment
from tally import tally

WHOLE = {"orphans": 0, "missing": 0, "doubles": 0, "lost secrets": 0}


@pytest.fixture
def crash(deploy: Callable[..., Deployment], emulator: Emulator) -> Crash:
    return Crash(deploy(lambda: None), emulator)


@pytest.mark.parametrize("victim", VICTIMS)
@pytest.mark.parametrize("instant", INSTANTS, ids=lambda instant: instant.name)
def test_a_run_killed_at_any_instant_is_made_whole(crash: Crash, instant: Instant, victim: str) -> None:
    crash.kill(instant, victim)
    code, report = crash.recover()
    assert code == 0, report
    crash.deployment.up()
    assert crash.verdict() == WHOLE
    crash.deployment.expect_clean()
    assert crash.recover() == (0, {"whole": True, "findings": [], "notes": [], "backup": None})
    assert not crash.in_journal()
    tally("kills")
