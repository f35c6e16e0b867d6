"""Each layer of the crash safety switched off: the sweep must see it."""

from pathlib import Path

import pytest

from support.crash import WHOLE, Crash, InstantNotReachedError
from support.instants import COMMITTED, Instant
from support.kill_batch import new_batch
from support.kill_cases import Case
from support.layers import LAYERS

DOUBLE = {**WHOLE, "orphans": 1, "doubles": 1}


def test_without_the_journal_a_dead_provider_costs_an_endpoint(crash: Crash, without_journal: Path) -> None:
    crash.deployment.set_variable("PYTHONPATH", str(without_journal))
    crash.kill(COMMITTED, "provider")
    crash.deployment.up()
    assert crash.verdict() == DOUBLE


def test_without_the_journal_and_recover_a_killed_run_costs_an_endpoint(crash: Crash, without_journal: Path) -> None:
    crash.deployment.set_variable("PYTHONPATH", str(without_journal))
    crash.kill(COMMITTED, "both")
    crash.cancel()
    crash.deployment.up()
    assert crash.verdict() == DOUBLE


def test_without_recover_another_machine_makes_a_second_endpoint(crash: Crash) -> None:
    crash.kill(COMMITTED, "both")
    crash.move_to_another_machine()
    crash.cancel()
    crash.deployment.up()
    assert crash.verdict() == DOUBLE


def test_the_engines_pending_operation_alone_is_enough(crash: Crash, without_journal: Path) -> None:
    crash.deployment.set_variable("PYTHONPATH", str(without_journal))
    crash.kill(COMMITTED, "both")
    crash.deployment.set_variable("PYTHONPATH", "")
    assert crash.recover("--unlock")[0] == 0
    crash.deployment.up()
    crash.expect_nothing_left()


@pytest.mark.parametrize(
    ("layer", "case"),
    [
        (
            "a delete spares what a continued create returned",
            Case("state saved, then --replace", "both", "same", "plugin", "file"),
        ),
        ("the backend in the address", Case("committed, not answered", "both", "same", "dynamic", "file")),
    ],
)
def test_a_layer_that_is_switched_off_is_missed(layer: str, case: Case) -> None:
    """See docs/contributing/testing.md#the-kill-sweep for the others, which were switched off by hand."""
    with new_batch(case.door, case.backend, LAYERS[layer]) as batch, pytest.raises(AssertionError):
        assert batch.run(case) == WHOLE


def test_a_run_that_ends_before_its_instant_counts_for_nothing(crash: Crash) -> None:
    with pytest.raises(InstantNotReachedError, match="before 'never'"):
        crash.kill(Instant("never", lambda _: False), "both")
