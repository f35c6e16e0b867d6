"""Interrupted creates beside what the state holds already."""

from pathlib import Path

import pytest

from pulumi_kinetic import errors
from pulumi_kinetic.endpoint import Inputs
from pulumi_kinetic.journal import Journal
from pulumi_kinetic.record import new_record
from support.declarations import ADDRESS, declared
from support.emulator import EmulatorClient
from support.runs import NEWS, Run, lose, up


def test_an_endpoint_that_an_open_record_names_is_not_adopted(run: Run, emulator: EmulatorClient) -> None:
    made, _ = up(run())  # its engine never saved it
    with pytest.raises(errors.AdoptionError, match=rf"{made} can't be adopted: an interrupted .*\nWithout `adopt`"):
        up(run(), {**NEWS, "adopt": made})
    assert len(emulator.truth()) == 1


def test_records_of_other_endpoints_do_not_hinder_an_adoption(
    run: Run, emulator: EmulatorClient, journal_folder: Path
) -> None:
    (made,) = emulator.seed(1)
    journal = Journal(journal_folder)
    for other in ("we_!", "we_~"):  # one sorts before it, one after
        journal.update(journal.begin(new_record(ADDRESS, f"key-{other}", b"{}")), stage="answered", endpoint_id=other)
    assert up(run(), {**NEWS, "adopt": made})[0] == made


@pytest.mark.parametrize("interrupted", ["!", "~"])
def test_a_create_of_any_other_key_is_an_interrupted_replacement(
    run: Run, journal_folder: Path, warnings: list[str], interrupted: str
) -> None:
    Journal(journal_folder).begin(new_record(ADDRESS, interrupted, b"{}"))
    run().check({**NEWS, "idempotencyKey": "key"}, NEWS, ADDRESS)
    assert "an interrupted replacement" in warnings[-1]


def test_an_interrupted_replacement_is_named_by_the_next_plain_up(
    run: Run, emulator: EmulatorClient, waits: list[float], warnings: list[str]
) -> None:
    _, state = up(run())
    olds: Inputs = {**NEWS, "idempotencyKey": state["idempotencyKey"]}
    run().check(olds, NEWS, ADDRESS)
    lose(run(), emulator)
    run().check(olds, NEWS, ADDRESS)
    assert "an interrupted replacement of this resource may have made an endpoint" in warnings[-1]
    assert "`pulumi up --replace 'urn:orders'` continues it" in warnings[-1]
    assert waits


def test_a_replacement_that_returns_the_old_endpoint_deletes_nothing(
    run: Run, emulator: EmulatorClient, warnings: list[str]
) -> None:
    """The engine had saved it, but was killed before anything showed that: --replace then calls check without olds."""
    made, state = up(run())
    life = run()
    endpoint_id, replaced = up(life)
    assert endpoint_id == made
    life.delete(made, state)
    assert list(emulator.truth()) == [made]
    assert "so nothing was rotated" in warnings[-1]
    later = run()
    later.diff(made, replaced, declared())
    later.delete(made, state)  # the old entry, when the engine was killed between saving and deleting
    assert list(emulator.truth()) == [made]
    last = run()
    last.delete(made, replaced)
    assert emulator.truth() == {}


def test_a_mark_outlives_updates_and_refreshes_and_never_shows(run: Run, emulator: EmulatorClient) -> None:
    made, _ = up(run())
    life = run()
    _, state = up(life)
    assert state["continued"]
    changed: Inputs = {**declared(status="disabled"), "idempotencyKey": state["idempotencyKey"]}
    updated = life.update(made, state, changed)
    refreshed = life.read(made, updated)
    assert refreshed is not None
    assert updated["continued"] == refreshed["continued"] == state["continued"]
    assert life.diff(made, refreshed, changed) == []
    assert emulator.truth()[made]["status"] == "disabled"


def test_two_resources_of_one_address_share_no_endpoint(run: Run, emulator: EmulatorClient, waits: list[float]) -> None:
    lose(run(), emulator)
    life = run()
    first = life.check({}, NEWS, ADDRESS).inputs
    second = life.check({}, NEWS, ADDRESS).inputs
    assert life.create(first)[0] != life.create(second)[0]
    assert len(emulator.truth()) == 2
    assert waits
