"""A run killed on each kind of backend is continued, on the same machine and on another."""

from collections.abc import Callable, Iterator

import pytest

from support.backends import Backend
from support.case_counter import count_cases
from support.crash import Crash
from support.emulator import EmulatorClient
from support.instants import COMMITTED
from support.sdk import RESOURCE_BY_DOOR
from support.stack import Deployment


@pytest.fixture
def crash(
    deploy: Callable[..., Deployment], emulator: EmulatorClient, backend: Backend, request: pytest.FixtureRequest
) -> Iterator[Crash]:
    crash = Crash(deploy(lambda: None, backend=backend), emulator, request.param)
    yield crash
    crash.end_providers()


@pytest.mark.parametrize("crash", RESOURCE_BY_DOOR, indirect=True)
def test_a_killed_run_is_continued_on_both_machines(crash: Crash) -> None:
    crash.kill(COMMITTED, "both")
    crash.cancel()
    crash.deployment.up()
    crash.expect_nothing_left()

    crash.kill(COMMITTED, "both")
    crash.move_to_another_machine()
    code, report = crash.recover("--unlock")
    assert (code, report["problems"], len(report["interrupted"])) == (0, [], 1)
    crash.deployment.up()
    crash.expect_nothing_left()
    count_cases("kills", 2)
