"""Creates of one provider process, and of those that come after it, over real HTTP."""

from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from pulumi_kinetic import creation, errors
from pulumi_kinetic.endpoint import Inputs, State
from pulumi_kinetic.journal import Journal
from support.declarations import ADDRESS, declared
from support.emulator import EmulatorClient
from support.runs import NEWS, Run, lose, up


def test_the_next_run_continues_an_interrupted_create_with_its_secret(
    run: Run, emulator: EmulatorClient, waits: list[float], warnings: list[str]
) -> None:
    made = lose(run(), emulator)
    endpoint_id, state = up(run())
    assert endpoint_id == made
    assert list(emulator.truth()) == [made]
    assert state["signingSecret"] == emulator.truth()[made]["signing_secret"]
    (warning,) = warnings
    assert warning.startswith(f"continued a create that an earlier run began: it made {made}")
    assert waits


def test_a_preview_reads_the_journal_and_changes_nothing(
    run: Run, emulator: EmulatorClient, waits: list[float], journal_folder: Path
) -> None:
    lose(run(), emulator)
    before = {path: path.read_bytes() for path in journal_folder.glob("*.json")}
    life = run()
    keys = [life.check({}, NEWS, ADDRESS).inputs["idempotencyKey"] for _ in range(2)]
    assert keys[0] == keys[1]
    assert {path: path.read_bytes() for path in journal_folder.glob("*.json")} == before
    assert len(waits) < 9


def test_a_create_that_the_api_never_got_is_made_now(run: Run, emulator: EmulatorClient, waits: list[float]) -> None:
    emulator.faults({"method": "POST", "drop": True, "commit": False, "times": 9})
    with pytest.raises(errors.NoAnswerError):
        up(run())
    emulator.faults()
    endpoint_id, _ = up(run())
    assert list(emulator.truth()) == [endpoint_id]
    assert waits


def test_what_the_program_says_otherwise_since_is_sent_as_a_patch(
    run: Run, emulator: EmulatorClient, waits: list[float]
) -> None:
    made = lose(run(), emulator)
    changed: Inputs = {"url": "https://example.com/new", "enabledEvents": ["a"], "status": "disabled"}
    endpoint_id, state = up(run(), changed)
    truth = emulator.truth()[made]
    assert (endpoint_id, truth["url"], truth["enabled_events"], truth["status"]) == (
        made, "https://example.com/new", ["a"], "disabled",
    )  # fmt: skip
    assert (state["url"], state["enabledEvents"], state["status"]) == ("https://example.com/new", ["a"], "disabled")
    bodies = {request["body"] for request in emulator.requests("POST")}
    assert bodies == {'{"url":"https://example.com/hooks"}'}  # the first attempt's bytes, whatever the program says now
    assert waits


def test_an_arrived_create_is_never_continued(run: Run, emulator: EmulatorClient, journal_folder: Path) -> None:
    first = run()
    endpoint_id, state = up(first)
    run().diff(endpoint_id, state, declared())
    assert Journal(journal_folder).records() == []
    other, _ = up(run())
    assert other != endpoint_id
    assert len(emulator.truth()) == 2


@pytest.mark.parametrize("shown", ["check", "diff", "read", "delete"])
def test_whatever_shows_a_create_in_a_state_settles_it(run: Run, journal_folder: Path, shown: str) -> None:
    endpoint_id, state = up(run())
    assert len(Journal(journal_folder).records()) == 1
    life = run()
    calls: dict[str, Callable[[], object]] = {
        "check": lambda: life.check({**NEWS, "idempotencyKey": state["idempotencyKey"]}, NEWS, ADDRESS),
        "diff": lambda: life.diff(endpoint_id, state, declared()),
        "read": lambda: life.read(endpoint_id, state),
        "delete": lambda: life.delete(endpoint_id, state),
    }
    calls[shown]()
    assert Journal(journal_folder).records() == []
    assert Journal(journal_folder).has_arrived(state["idempotencyKey"])


def test_an_import_settles_nothing(
    run: Run, emulator: EmulatorClient, waits: list[float], journal_folder: Path
) -> None:
    made = lose(run(), emulator)
    run().read(made, {})
    assert len(Journal(journal_folder).records()) == 1
    assert waits


def test_what_was_deleted_since_fails_once_and_is_made_anew_then(
    run: Run, emulator: EmulatorClient, waits: list[float], journal_folder: Path
) -> None:
    made = lose(run(), emulator)
    emulator.remove(made)
    with pytest.raises(errors.SettledError, match=rf"{made} .* deleted since.*\nNothing was created"):
        up(run())
    assert emulator.truth() == {}
    endpoint_id, _ = up(run())
    assert list(emulator.truth()) == [endpoint_id]
    assert len(Journal(journal_folder).records()) == 1
    assert waits


def test_what_the_state_holds_already_is_not_taken_twice(
    run: Run, emulator: EmulatorClient, waits: list[float]
) -> None:
    made = lose(run(), emulator)
    life = run()
    news = life.check({}, NEWS, ADDRESS).inputs
    life.diff(made, cast("State", {**declared(), "idempotencyKey": "another"}), declared())
    with pytest.raises(errors.KineticError):
        life.create(news)
    assert list(emulator.truth()) == [made]
    assert waits


def test_a_key_settled_between_check_and_create_sends_nothing(
    run: Run, emulator: EmulatorClient, waits: list[float], journal_folder: Path
) -> None:
    lose(run(), emulator)
    life = run()
    checked = life.check({}, NEWS, ADDRESS).inputs
    Journal(journal_folder).note_arrival(checked["idempotencyKey"])
    emulator.clear_log()
    with pytest.raises(errors.SettledError, match="nothing was sent"):
        life.create(checked)
    assert emulator.requests() == []
    assert waits


def test_a_forgotten_key_names_what_is_left_over(
    run: Run, emulator: EmulatorClient, warnings: list[str], journal_folder: Path
) -> None:
    lost, _ = up(run())  # answered, and the process is killed before its engine saves it
    emulator.expire_keys()
    endpoint_id, _ = up(run())
    assert endpoint_id != lost
    assert any(f"{lost}, which the interrupted run made, is left over" in text for text in warnings)
    assert len(Journal(journal_folder).records()) == 1


@pytest.mark.parametrize("changed", [{"api_key": "md_test_other"}, {"base_url": "{url}/"}])
def test_another_account_is_not_asked_to_continue(
    run: Run, emulator: EmulatorClient, waits: list[float], warnings: list[str], changed: dict[str, str]
) -> None:
    emulator.keys(md_test_emulator={}, md_test_other={})
    made = lose(run(), emulator)
    settings = {name: value.format(url=emulator.url) for name, value in changed.items()}
    life = run(**settings)
    if settings.get("base_url"):
        assert up(life)[0] == made  # a slash at the end is no other place
        return
    assert up(life)[0] != made
    assert "with another API key, so this run can't continue it" in warnings[0]
    assert waits


def test_the_bytes_of_a_create_are_frozen() -> None:
    """`recover` rebuilds them, perhaps with another release: other bytes would be another request."""
    inputs: Inputs = {"url": "https://exämple.com/ü?a=1", "enabledEvents": ["b", "a"], "status": "disabled"}
    assert (
        creation.creation_body(inputs) == b'{"enabled_events":["b","a"],"url":"https://ex\\u00e4mple.com/\\u00fc?a=1"}'
    )
    assert creation.creation_body({"url": "https://a.example"}) == b'{"url":"https://a.example"}'


def test_an_own_record_is_continued_though_another_keys_is_newer(
    run: Run, emulator: EmulatorClient, waits: list[float]
) -> None:
    emulator.keys(md_test_emulator={}, md_test_other={})
    mine = lose(run(), emulator)
    lose(run(api_key="md_test_other"), emulator)
    assert up(run())[0] == mine
    assert waits


def test_an_endpoint_that_cannot_be_read_back_is_kept_with_its_secret(
    run: Run, emulator: EmulatorClient, waits: list[float], warnings: list[str]
) -> None:
    """A key without the scope for reading, or an API that fails just now: after a 2xx nothing is thrown away."""
    made = lose(run(), emulator)
    emulator.faults({"method": "GET", "status": 403, "commit": False, "times": 9})
    endpoint_id, state = up(run())
    assert (endpoint_id, state["signingSecret"]) == (made, emulator.truth()[made]["signing_secret"])
    assert any(f"{made}, which an interrupted create made, can't be read back" in text for text in warnings)
    assert waits


def test_an_endpoint_that_is_not_seen_at_once_is_not_taken_for_deleted(
    run: Run, emulator: EmulatorClient, waits: list[float]
) -> None:
    made = lose(run(), emulator)
    emulator.faults({"method": "GET", "status": 404, "commit": False, "body": '{"code": "not_found"}', "times": 2})
    assert up(run())[0] == made
    assert waits


def test_a_key_that_has_made_an_endpoint_is_not_taken_for_new(run: Run, journal_folder: Path) -> None:
    """An update plan gives it again, where the plan is applied twice."""
    life = run()
    life.check({}, NEWS, ADDRESS, "key of a plan")
    _, state = life.create({**NEWS, "idempotencyKey": "key of a plan"})
    run().diff("we_1", state, NEWS)
    with pytest.raises(errors.SettledError, match="this update plan was applied before"):
        run().check({}, NEWS, ADDRESS, "key of a plan")
    assert list(journal_folder.glob("*.json")) == []
