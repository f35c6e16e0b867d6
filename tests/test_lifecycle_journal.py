from pathlib import Path
from typing import Any

import pytest

from pulumi_kinetic import errors
from pulumi_kinetic.client import Client
from pulumi_kinetic.journal import Journal
from pulumi_kinetic.lifecycle import Lifecycle
from support.declarations import declared
from support.emulator import EmulatorClient


def test_a_create_is_in_the_journal_before_its_request_leaves(
    life: Lifecycle, emulator: EmulatorClient, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []
    begin = Journal.begin

    def look(*arguments: Any, **named: Any) -> Any:
        made = begin(*arguments, **named)
        seen.append((list(journal.records()), emulator.requests()))
        return made

    monkeypatch.setattr(Journal, "begin", look)
    life.create(declared())
    (((record,), requests),) = seen
    assert requests == []
    assert (record.idempotency_key, record.body) == ("key-1", '{"url":"https://example.com/hooks"}')
    assert (record.environment, record.project, record.stack) == ("sandbox", "shop", "dev")


def test_an_answered_create_is_noted_by_id_and_goes_once_the_engine_has_it(life: Lifecycle, journal: Journal) -> None:
    endpoint_id, state = life.create(declared())
    (record,) = journal.records()
    assert (record.endpoint_id, record.idempotency_key) == (endpoint_id, None)
    journal.forget_delivered()
    assert list(journal.records()) == []
    assert life.diff(endpoint_id, state, declared()) == []


@pytest.mark.parametrize("fault", [{"status": 400}, {"status": 401}, {"status": 403}, {"status": 422}])
def test_a_refused_create_leaves_no_record(
    life: Lifecycle, emulator: EmulatorClient, journal: Journal, fault: dict[str, Any]
) -> None:
    emulator.faults({"method": "POST", "commit": False, **fault})
    with pytest.raises(errors.ApiError) as raised:
        life.create(declared())
    assert list(journal.records()) == []
    assert "is not known" not in str(raised.value)


@pytest.mark.parametrize(
    "script",
    [
        [{"status": 500, "times": 9}],
        [{"drop": True, "times": 9}],
        [{"status": 200, "body": "<html>", "times": 9}],
        [{"status": 404, "body": "<html>"}],
        [{"drop": True}, {"status": 401, "commit": False}],
    ],
)
def test_a_create_of_unknown_end_stays_in_the_journal(
    life: Lifecycle, emulator: EmulatorClient, journal: Journal, waits: list[float], script: list[dict[str, Any]]
) -> None:
    emulator.faults(*({"method": "POST", **fault} for fault in script))
    with pytest.raises(errors.ApiError, match=r"Whether it was created is not known. Run `pulumi-kinetic recover"):
        life.create(declared())
    (record,) = journal.records()
    assert (record.idempotency_key, record.is_under_way) == ("key-1", False)
    assert len(waits) < 3


def test_what_was_deleted_again_leaves_no_record(life: Lifecycle, emulator: EmulatorClient, journal: Journal) -> None:
    emulator.faults({"method": "PATCH", "status": 400, "commit": False}, {"method": "POST", "without_secret": True})
    with pytest.raises(errors.KineticError):
        life.create(declared())
    with pytest.raises(errors.PartialCreateError) as raised:
        life.create({**declared(status="disabled"), "idempotencyKey": "key-2"})
    life.undo(raised.value)
    assert list(journal.records()) == []


def test_what_could_not_be_deleted_again_stays_in_the_journal(
    life: Lifecycle, emulator: EmulatorClient, journal: Journal
) -> None:
    emulator.faults(
        {"method": "PATCH", "status": 400, "commit": False}, {"method": "DELETE", "status": 400, "commit": False}
    )
    with pytest.raises(errors.PartialCreateError) as raised:
        life.create(declared(status="disabled"))
    assert "pulumi-kinetic recover" in str(life.undo(raised.value))
    assert [(record.idempotency_key, record.is_under_way) for record in journal.records()] == [("key-1", False)]


def test_a_half_made_endpoint_that_is_handed_over_is_answered(
    life: Lifecycle, emulator: EmulatorClient, journal: Journal
) -> None:
    emulator.faults({"method": "PATCH", "status": 400, "commit": False})
    with pytest.raises(errors.PartialCreateError) as raised:
        life.create(declared(status="disabled"))
    (record,) = journal.records()
    assert record.endpoint_id is None
    life.hand_over(raised.value)
    (record,) = journal.records()
    assert (record.endpoint_id, record.idempotency_key) == (raised.value.endpoint_id, None)
    assert len(emulator.truth()) == 1


def test_the_journal_names_whose_create_it_is(api: Client, emulator: EmulatorClient, journal: Journal) -> None:
    life = Lifecycle(emulator.settings(), api, journal, warn=print, provider="urn:of:provider")
    life.serves("shop", "dev")
    life.serves("shop", "")  # a check that isn't given the stack leaves it as it was
    life.create(declared())
    (record,) = journal.records()
    assert (record.project, record.stack, record.provider) == ("shop", "dev", "urn:of:provider")


def test_without_a_journal_nothing_is_sent(api: Client, emulator: EmulatorClient, tmp_path: Path) -> None:
    (tmp_path / "journal").write_text("in the way")
    life = Lifecycle(emulator.settings(), api, Journal(tmp_path / "journal"), warn=print)
    with pytest.raises(errors.JournalError, match="can't write the journal"):
        life.create(declared())
    assert emulator.requests() == []
