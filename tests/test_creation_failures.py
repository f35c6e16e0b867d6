"""Creates that fail, and what the journal keeps of them."""

import os
from pathlib import Path
from typing import Any

import pytest

from pulumi_kinetic import creation, errors
from pulumi_kinetic.client import Client
from pulumi_kinetic.journal import Journal
from pulumi_kinetic.lifecycle import Lifecycle
from pulumi_kinetic.process import Process
from pulumi_kinetic.record import new_record
from support.declarations import ADDRESS
from support.emulator import EmulatorClient
from support.runs import NEWS, Run, lose, up
from support.waiting import in_background, wait_until


@pytest.mark.parametrize(
    ("fault", "attempts"),
    [({"status": 400}, 1), ({"status": 401}, 1), ({"status": 403}, 1), ({"status": 422}, 1)],
)
def test_a_create_that_the_api_refuses_at_once_leaves_no_record(
    run: Run, emulator: EmulatorClient, journal_folder: Path, fault: dict[str, Any], attempts: int
) -> None:
    emulator.faults({"method": "POST", "commit": False, "body": '{"error":{"code":"no"}}', **fault})
    with pytest.raises(errors.ApiError, match=r"\n.*Nothing was created\."):
        up(run())
    assert len(emulator.requests("POST")) == attempts
    assert Journal(journal_folder).records() == []


@pytest.mark.parametrize(
    "script",
    [
        [{"status": 500, "times": 9}],
        [{"drop": True, "times": 9}],
        [{"status": 200, "body": "<html>", "times": 9}],
        [{"status": 404, "body": "<html>"}],
        [{"status": 403, "body": "<html>blocked</html>", "content_type": "text/html"}],
        [{"drop": True}, {"status": 401, "body": "{}", "commit": False}],
    ],
)
def test_a_create_of_unknown_end_stays_in_the_journal(
    run: Run, emulator: EmulatorClient, waits: list[float], journal_folder: Path, script: list[dict[str, Any]]
) -> None:
    emulator.faults(*({"method": "POST", **fault} for fault in script))
    with pytest.raises(errors.ApiError, match=r"\n.*Whether it was created isn't known\. The next `pulumi up`"):
        up(run())
    (record,) = Journal(journal_folder).records()
    assert (record.stage, record.is_in_progress) == ("failed", False)
    assert len(waits) < 3


def test_a_conflict_with_an_endpoint_made_by_hand_is_settled_and_names_adopt(
    run: Run, emulator: EmulatorClient, waits: list[float], journal_folder: Path
) -> None:
    """An API that takes a URL once answers 409 to a new key each time: no attempt can have made anything."""
    emulator.faults({"method": "POST", "commit": False, "status": 409, "body": '{"code": "exists"}', "times": 9})
    with pytest.raises(errors.ConflictError, match=r"\nIf such an endpoint exists already, .* Nothing was created\."):
        up(run())
    assert Journal(journal_folder).records() == []
    assert len(waits) == 2
    emulator.faults(
        {"method": "POST", "drop": True}, {"method": "POST", "commit": False, "status": 409, "body": "{}", "times": 9}
    )
    with pytest.raises(errors.ConflictError, match="Whether it was created isn't known"):
        up(run())
    assert len(Journal(journal_folder).records()) == 1


def test_a_refused_connection_has_sent_nothing(
    journal_folder: Path, emulator: EmulatorClient, waits: list[float], warnings: list[str]
) -> None:
    settings = emulator.settings(base_url="http://127.0.0.1:1", max_retries=1)
    life = Lifecycle(settings, Client(settings), Journal(journal_folder), warn=warnings.append)
    with pytest.raises(errors.NoAnswerError, match=r"\n.*Nothing was created\."):
        up(life)
    assert Journal(journal_folder).records() == []
    assert len(waits) == 1


@pytest.mark.parametrize("fault", [{"status": 401}, {"status": 403}, {"status": 422}])
def test_no_refusal_closes_a_continued_create(
    run: Run, emulator: EmulatorClient, waits: list[float], journal_folder: Path, fault: dict[str, Any]
) -> None:
    made = lose(run(), emulator)
    emulator.faults({"method": "POST", "commit": False, "body": "{}", **fault})
    with pytest.raises(
        errors.ApiError, match=r"Whether an earlier run created it isn't known: .* --forget 'urn:orders'"
    ):
        up(run())
    assert up(run())[0] == made
    assert len(Journal(journal_folder).records()) == 1
    assert waits


def test_a_create_waits_for_the_process_that_is_still_at_it(
    run: Run, emulator: EmulatorClient, journal_folder: Path
) -> None:
    """An orphan of a killed engine; the API holds its answer back."""
    orphan_journal = Journal(journal_folder)
    record = orphan_journal.begin(new_record(ADDRESS, "key-1", creation.creation_body(NEWS)))
    alive = record.model_copy(update={"process": Process(number=os.getppid(), started="")})
    orphan_journal._write(alive)  # noqa: SLF001 the record of a process that lives and isn't this one
    life = run()
    with in_background(lambda: up(life), "the create that waits"):
        wait_until(lambda: (life._journal.of_key("key-1") or record).is_in_progress, "the record to be read")  # noqa: SLF001
        assert emulator.requests("POST") == []
        orphan_journal._write(alive.model_copy(update={"stage": "failed"}))  # noqa: SLF001
    assert len(emulator.truth()) == 1


def test_a_process_whose_engine_is_gone_begins_no_create(
    run: Run, emulator: EmulatorClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    life = run()
    monkeypatch.setattr(os, "getppid", lambda: 1)
    with pytest.raises(errors.KineticError, match="the engine that asked for this is gone: nothing was sent"):
        up(life)
    assert emulator.requests() == []


def test_a_process_whose_engine_goes_during_its_post_sends_nothing_more(
    run: Run, emulator: EmulatorClient, monkeypatch: pytest.MonkeyPatch, journal_folder: Path
) -> None:
    life = run()
    post = Client.create

    def create(*arguments: Any) -> Any:
        answer = post(*arguments)
        monkeypatch.setattr(os, "getppid", lambda: 1)
        return answer

    monkeypatch.setattr(Client, "create", create)
    up(life, {**NEWS, "status": "disabled"})
    assert [request["method"] for request in emulator.requests()] == ["POST"]
    (record,) = Journal(journal_folder).records()
    assert record.stage == "answered"


def test_a_journal_that_cannot_be_written_after_the_answer_is_a_warning(
    run: Run, emulator: EmulatorClient, monkeypatch: pytest.MonkeyPatch, warnings: list[str]
) -> None:
    def full(*_: object, **__: object) -> None:
        raise errors.JournalError("can't write the journal (No space left on device)")

    monkeypatch.setattr(Journal, "update", full)
    endpoint_id, state = up(run())
    assert state["signingSecret"] == emulator.truth()[endpoint_id]["signing_secret"]
    (warning,) = warnings
    assert warning.startswith(f"{endpoint_id} was created, but the journal can't be written")


def test_without_a_journal_nothing_is_sent(run: Run, emulator: EmulatorClient, journal_folder: Path) -> None:
    journal_folder.write_text("in the way")
    with pytest.raises(errors.JournalError, match="can't write the journal"):
        up(run())
    assert emulator.requests() == []
