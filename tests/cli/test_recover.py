"""`recover` on states as they are found, with the CLI replaced by a stack in memory; the real one: tests/engine."""

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from pulumi_kinetic.address import Address
from pulumi_kinetic.cli.recover import Recovery, Report
from pulumi_kinetic.cli.stack import Stack
from pulumi_kinetic.errors import StackError
from pulumi_kinetic.journal import Journal
from pulumi_kinetic.record import new_record
from support.exports import DYNAMIC, PLUGIN, STACK_URN, exported, pending, resource

BACKEND = "s3://bucket"
ORDERS = f"urn:pulumi:dev::shop::{DYNAMIC}::orders"


class MemoryStack(Stack):
    """What a CLI would answer, and what it was asked to do."""

    def __init__(self, *states: dict[str, Any], locked: bool = False, last_up: datetime | None = None) -> None:
        super().__init__("dev", Path())
        self._states = list(states)
        self._last_up = last_up
        self.done: list[str] = []
        self._locked = locked

    def export(self, *, show_secrets: bool = True) -> dict[str, Any]:
        assert show_secrets
        return self._states.pop(0) if len(self._states) > 1 else self._states[0]

    def unlock(self) -> None:
        self.done.append("unlock")

    def last_successful_up(self) -> datetime | None:
        return self._last_up

    def clear_pending_creates(self, stack_urn: str | None) -> None:
        if self._locked:
            raise StackError("the stack is locked by 1 lock(s)")
        self.done.append(f"clear {stack_urn}")


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal")


def recovery(stack: Stack, journal: Journal) -> Recovery:
    return Recovery(stack, journal, {"PULUMI_BACKEND_URL": BACKEND})


def run(stack: Stack, journal: Journal) -> Report:
    return recovery(stack, journal).run()


def test_nothing_is_done_where_nothing_is_pending(journal: Journal) -> None:
    stack = MemoryStack(exported([resource("orders")]))
    assert run(stack, journal) == Report()
    assert stack.done == []
    assert journal.records() == []


@pytest.mark.parametrize("door", ["pulumi-python:dynamic/kinetic:WebhookEndpoint", PLUGIN])
def test_a_pending_create_is_carried_to_the_journal_once(journal: Journal, door: str) -> None:
    stack = MemoryStack(exported([], [pending("orders", door, key="key-1")]))
    report = run(stack, journal)
    (record,) = journal.records()
    assert (record.key, record.body, record.stage) == ("key-1", '{"url":"https://example.com/orders"}', "failed")
    assert record.address.backend == BACKEND
    assert len(report.interrupted) == 1
    assert run(stack, journal).notes == []
    assert journal.records() == [record]
    assert stack.done == []


def test_a_record_of_this_machine_is_never_overwritten(journal: Journal) -> None:
    own = journal.begin(new_record(Address(BACKEND, "shop", "dev", ORDERS), "key-1", b'{"url":"https://sent.example"}'))
    run(MemoryStack(exported([], [pending("orders", key="key-1")])), journal)
    assert journal.records() == [own]


def test_what_has_arrived_is_cleared_by_the_engine(journal: Journal) -> None:
    state = exported([resource("orders", key="key-1", id="we_1")], [pending("orders", key="key-1")])
    stack = MemoryStack(state)
    report = run(stack, journal)
    assert stack.done == [f"clear {STACK_URN}"]
    assert report.problems == []
    assert journal.records() == []


def test_arrival_is_proved_by_the_key_and_never_by_the_urn(journal: Journal) -> None:
    """A killed replacement leaves the old resource under the URN of the pending one."""
    stack = MemoryStack(exported([resource("orders", key="old", id="we_1")], [pending("orders", key="new")]))
    run(stack, journal)
    assert stack.done == []
    assert [record.key for record in journal.records()] == ["new"]


@pytest.mark.parametrize(
    "other",
    [
        pending("payments", key="key-2"),
        {"type": "creating", "resource": {"type": "aws:s3:Bucket", "urn": "bucket"}},
    ],
)
def test_one_create_that_has_not_arrived_keeps_all_of_them(journal: Journal, other: dict[str, Any]) -> None:
    state = exported([resource("orders", key="key-1", id="we_1")], [pending("orders", key="key-1"), other])
    stack = MemoryStack(state)
    run(stack, journal)
    assert stack.done == []


def test_clearing_is_judged_on_a_state_read_just_before(journal: Journal) -> None:
    first = exported([resource("orders", key="key-1", id="we_1")], [pending("orders", key="key-1")])
    later = exported(
        [resource("orders", key="key-1", id="we_1")], [pending("orders", key="key-1"), pending("new", key="k2")]
    )
    stack = MemoryStack(first, later)
    run(stack, journal)
    assert stack.done == []


def test_the_lock_is_lifted_before_anything_is_read(journal: Journal) -> None:
    stack = MemoryStack(exported([resource("orders", key="key-1", id="we_1")], [pending("orders", key="key-1")]))
    recovery(stack, journal).run(unlock=True)
    assert stack.done == ["unlock", f"clear {STACK_URN}"]


def test_a_locked_stack_keeps_its_settled_creates_and_needs_a_decision(journal: Journal) -> None:
    state = exported([resource("orders", key="key-1", id="we_1")], [pending("orders", key="key-1")])
    report = run(MemoryStack(state, locked=True), journal)
    assert "are settled, but stay in the state: the stack is locked" in report.problems[0]


def test_what_the_state_shows_by_its_id_is_closed_though_the_engine_lost_the_key(journal: Journal) -> None:
    record = journal.begin(new_record(Address(BACKEND, "shop", "dev", ORDERS), "key-1", b"{}"))
    journal.update(record, stage="answered", endpoint_id="we_1")
    run(MemoryStack(exported([resource("orders", key="other", id="we_1")])), journal)
    assert journal.records() == []
    assert journal.has_arrived("key-1")


def test_only_the_records_of_this_very_stack_are_listed(journal: Journal) -> None:
    here = Address(BACKEND, "shop", "dev", ORDERS)
    for index, address in enumerate([here, here._replace(backend="s3://other"), here._replace(stack="prod")]):
        journal.begin(new_record(address, f"key-{index}", b"{}"))
    report = recovery(MemoryStack(exported([])), journal).only_list()
    assert [create.urn for create in report.interrupted] == [ORDERS]
    assert len(journal.records()) == 3


@pytest.mark.parametrize("named", ["orders", ORDERS])
def test_a_forgotten_create_is_never_continued(journal: Journal, named: str) -> None:
    journal.begin(new_record(Address(BACKEND, "shop", "dev", ORDERS), "key-1", b"{}"))
    report = recovery(MemoryStack(exported([])), journal).forget(named)
    assert report.notes == [f"forgot the interrupted create of {ORDERS}"]
    assert journal.records() == []
    assert journal.has_arrived("key-1")


def test_forgetting_what_is_not_there_says_so(journal: Journal) -> None:
    with pytest.raises(StackError, match="create of orders: the journal has none for this stack\nSee `recover --list`"):
        recovery(MemoryStack(exported([])), journal).forget("orders")


def test_two_of_one_name_are_told_apart_by_their_urns(journal: Journal) -> None:
    urns = [f"urn:pulumi:dev::shop::{kind}${DYNAMIC}::orders" for kind in ("my:A", "my:B")]
    for urn in urns:
        journal.begin(new_record(Address(BACKEND, "shop", "dev", urn), urn, b"{}"))
    with pytest.raises(StackError, match="several are meant"):
        recovery(MemoryStack(exported([])), journal).forget("orders")
    report = recovery(MemoryStack(exported([])), journal).forget(urns[0])
    assert [create.urn for create in report.interrupted] == [urns[1]]


def test_what_only_the_state_says_is_listed_too(journal: Journal) -> None:
    report = recovery(MemoryStack(exported([], [pending("orders", key="key-1")])), journal).only_list()
    assert [(create.urn, create.stage) for create in report.interrupted] == [(ORDERS, "pending")]
    assert journal.records() == []


def test_an_adoption_cut_off_keeps_nothing_from_being_cleared(journal: Journal) -> None:
    operations = [pending("orders", key="key-1"), pending("adopted", key="key-2", adopt="we_9")]
    stack = MemoryStack(exported([resource("orders", key="key-1", id="we_1")], operations))
    run(stack, journal)
    assert stack.done == [f"clear {STACK_URN}"]


def test_what_cannot_be_read_is_named_and_stops_nobody(journal: Journal) -> None:
    journal.folder.mkdir(parents=True)
    (journal.folder / "junk.json").write_text("{")
    report = run(MemoryStack(exported([])), journal)
    assert "junk.json isn't a record" in report.notes[0]
    assert report.problems == []


@pytest.mark.parametrize(
    ("state", "advice"),
    [
        (exported([resource("payments")]), "Its resource was renamed, moved, removed, or left out by --target"),
        (exported([resource("orders", key="another")]), f"`pulumi up --replace '{ORDERS}'` continues it"),
    ],
)
def test_what_a_successful_up_has_passed_by_needs_a_decision(
    journal: Journal, state: dict[str, Any], advice: str
) -> None:
    record = journal.begin(new_record(Address(BACKEND, "shop", "dev", ORDERS), "key-1", b"{}"))
    journal.update(record, stage="failed")
    now = datetime.now(timezone.utc)
    earlier, later = (MemoryStack(state, last_up=now + timedelta(minutes=minutes)) for minutes in (-1, 1))
    for unknown in (earlier, MemoryStack(state)):
        report = run(unknown, journal)
        assert ([create.advice for create in report.interrupted], report.needs_a_decision) == ([None], False)
    report = run(later, journal)
    assert report.needs_a_decision
    assert advice in str(report.interrupted[0])
    assert f"recover --forget '{ORDERS}'" in str(report.interrupted[0])


def test_a_create_that_is_still_under_way_needs_no_decision(journal: Journal) -> None:
    journal.begin(new_record(Address(BACKEND, "shop", "dev", ORDERS), "key-1", b"{}"))
    stack = MemoryStack(exported([]), last_up=datetime.now(timezone.utc) + timedelta(minutes=1))
    assert not run(stack, journal).needs_a_decision


def test_the_settled_creates_of_a_destroyed_stack_are_cleared_too(journal: Journal) -> None:
    stack = MemoryStack({"deployment": {"pending_operations": [pending("orders", key="key-1")]}})
    run(stack, journal)
    assert stack.done == []
    recovery(stack, journal).forget("orders")
    run(stack, journal)
    assert stack.done == ["clear None"]
