"""A set of kills in which every pair of instant, victim, machine, door and backend is: continued, and whole."""

import contextlib
from collections.abc import Iterator

import pytest

from support.case_counter import count_cases
from support.crash import WHOLE
from support.kill_batch import Batch, new_batch
from support.kill_cases import COVERING, Case, losses

WITHOUT_LOSS = [case for case in COVERING if losses(case) == (0,)]
WITH_LOSS = [case for case in COVERING if losses(case) != (0,)]


class Batches:
    """The stacks of this worker, by door and backend; what a failing case has left is not used again."""

    def __init__(self, opened: contextlib.ExitStack) -> None:
        self._opened = opened
        self._batches: dict[tuple[str, str], Batch] = {}

    def __getitem__(self, stack: tuple[str, str]) -> Batch:
        if stack not in self._batches or not self._batches[stack].is_usable:
            self._batches[stack] = self._opened.enter_context(new_batch(*stack))
        return self._batches[stack]

    def __iter__(self) -> Iterator[Batch]:
        return (batch for batch in self._batches.values() if batch.is_usable)


@pytest.fixture(scope="module")
def batches() -> Iterator[Batches]:
    with contextlib.ExitStack() as opened:
        stacks = Batches(opened)
        yield stacks
        for batch in stacks:
            batch.expect_clean_neighbours()


@pytest.mark.parametrize("case", WITHOUT_LOSS, ids=str)
def test_a_killed_run_is_continued_whole_and_touches_nothing_else(batches: Batches, case: Case) -> None:
    batch = batches[case.door, case.backend]
    assert batch.run(case) == WHOLE
    batch.expect_nothing_left()
    count_cases("kills")


@pytest.mark.parametrize("case", WITH_LOSS, ids=str)
def test_a_provider_that_dies_alone_on_a_lost_machine_is_a_loss_that_drift_names(batches: Batches, case: Case) -> None:
    """What can't be helped: the engine has forgotten the create, and the journal is gone with its machine."""
    batch = batches[case.door, case.backend]
    assert batch.run(case) == WHOLE
    batch.expect_nothing_left()
    count_cases("kills")


def test_what_is_asked_or_changed_of_a_neighbour_is_seen(batches: Batches) -> None:
    batch = batches["dynamic", "file"]
    emulator, one = batch.crash.emulator, next(iter(batch.crash.neighbours))
    batch.crash.deployment.up()
    emulator.clear_log()
    emulator.http.get(f"/v1/webhook_endpoints/{one}")
    assert batch.crash.verdict() == {**WHOLE, "touched": 1}
    emulator.edit(one, status="disabled")
    emulator.clear_log()
    assert batch.crash.verdict() == {**WHOLE, "touched": 1}
    emulator.edit(one, status="enabled")
    emulator.clear_log()
    assert batch.crash.verdict() == WHOLE
