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
    journal.purge_answered()
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
    assert "isn't known" not in str(raised.value)


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
    with pytest.raises(errors.ApiError, match=r"\nWhether it was created isn't known: run `pulumi-kinetic recover"):
        life.create(declared())
    (record,) = journal.records()
    assert (record.idempotency_key, record.is_in_progress) == ("key-1", False)
    assert len(waits) < 3


@pytest.mark.parametrize(
    "fault", [{"method": "PATCH", "status": 400, "commit": False}, {"method": "POST", "without_secret": True}]
)
def test_a_create_that_is_not_whole_is_answered(
    life: Lifecycle, emulator: EmulatorClient, journal: Journal, fault: dict[str, Any]
) -> None:
    emulator.faults(fault)
    endpoint_id, _ = life.create(declared(status="disabled"))
    (record,) = journal.records()
    assert (record.endpoint_id, record.idempotency_key) == (endpoint_id, None)


def test_the_journal_names_whose_create_it_is(api: Client, emulator: EmulatorClient, journal: Journal) -> None:
    life = Lifecycle(emulator.settings(), api, journal, warn=print, provider="urn:of:provider")
    life.check({}, declared(), project="shop", stack="dev")
    life.check({}, declared(), project="shop", stack="")  # a check that isn't given the stack leaves it as it was
    life.create(declared())
    (record,) = journal.records()
    assert (record.project, record.stack, record.provider) == ("shop", "dev", "urn:of:provider")


def test_without_a_journal_nothing_is_sent(api: Client, emulator: EmulatorClient, tmp_path: Path) -> None:
    (tmp_path / "journal").write_text("in the way")
    life = Lifecycle(emulator.settings(), api, Journal(tmp_path / "journal"), warn=print)
    with pytest.raises(errors.JournalError, match="can't write the journal"):
        life.create(declared())
    assert emulator.requests() == []
