"""Carries a stack's pending creates to this machine's journal, so that the next `pulumi up` continues them.

Makes no request to the API, changes no state by itself, deletes nothing.
See docs/contributing/design.md#7-the-command-recover.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from pulumi_kinetic.address import backend_url, project_name, stack_and_project
from pulumi_kinetic.cli.stack import Stack
from pulumi_kinetic.cli.state import (
    address_of,
    endpoints_of,
    is_adoption,
    pending_creates_of,
    pending_operations_of,
    resources_of,
    stack_urn_of,
)
from pulumi_kinetic.creation import creation_body
from pulumi_kinetic.endpoint import Inputs
from pulumi_kinetic.errors import StackError
from pulumi_kinetic.journal import Journal
from pulumi_kinetic.record import Record, new_record
from pulumi_kinetic.values import JsonObject, unwrap_from_export


@dataclass(frozen=True)
class InterruptedCreate:
    """One interrupted create that the next `pulumi up` continues, if its program still declares the resource.

    Attributes:
        urn: The resource.
        stage: `open`, `failed` or `answered`, as in the journal; `pending` where only the state says so.
        endpoint_id: What it made, where that is known.
        advice: What to do about one that a successful `pulumi up` has not continued; None where none has passed it by.
    """

    urn: str
    stage: str
    endpoint_id: str | None
    advice: str | None = None

    def __str__(self) -> str:
        made = f", made {self.endpoint_id}" if self.endpoint_id else ""
        return f"{self.urn}: {self.stage}{made}{f'. {self.advice}' if self.advice else ''}"


@dataclass
class Report:
    """What `recover` has seen and done.

    Attributes:
        interrupted: What is open in this stack.
        notes: What was done.
        problems: What needs a person's decision.
    """

    interrupted: list[InterruptedCreate] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def needs_a_decision(self) -> bool:
        """Whether the next `pulumi up` doesn't settle everything by itself."""
        return bool(self.problems) or any(create.advice for create in self.interrupted)


class Recovery:
    """One run of `recover` for one stack."""

    def __init__(self, stack: Stack, journal: Journal, variables: Mapping[str, str]) -> None:
        self._stack = stack
        self._journal = journal
        self._backend = backend_url(stack.folder.resolve(), variables)
        self._report = Report()

    def run(self, *, unlock: bool = False) -> Report:
        """Carry pending creates to the journal, close what has arrived, and let the engine drop what is settled.

        Safe to run at any time, and as often as wanted.

        Args:
            unlock: Lift the stack's lock first: only where nothing else can hold the stack.

        Raises:
            StackError: The CLI fails.
            JournalError: A record can't be written; the pending creates stay in the state.
        """
        state, removed = self._stack.export_after_repair(self._backend)
        if removed:  # before the lock, which `pulumi` doesn't lift beside an empty side file
            names = ", ".join(path.name for path in removed)
            self._report.notes.append(f"removed {names}, which a killed CLI had left empty beside the state")
        if unlock:
            self._stack.unlock()
            self._report.notes.append("lifted the stack's lock")
            state = self._stack.export()
        self._close_what_arrived(state)
        self._carry_pending_creates(state)
        self._clear_what_is_settled()
        self._report.interrupted = self._interrupted(state)
        self._report.notes += self._journal.problems
        return self._report

    def only_list(self) -> Report:
        """Report what is open, in the journal and in the state, and change nothing.

        Raises:
            StackError: The CLI fails.
        """
        state = self._stack.export()
        waiting = [
            resource for resource in self._not_arrived(state) if not self._journal.of_key(str(_key_of(resource)))
        ]
        self._report.interrupted = self._interrupted(state)
        self._report.interrupted += [InterruptedCreate(str(resource["urn"]), "pending", None) for resource in waiting]
        self._report.notes += self._journal.problems
        return self._report

    def forget(self, urn: str) -> Report:
        """Close the record of a resource, so that no run continues its create: a person has looked what it made.

        Args:
            urn: The resource's URN, or its name where that is enough.

        Raises:
            StackError: The CLI fails, or not exactly one resource is meant.
        """
        state = self._stack.export()
        # a URN says it all, also where the stack has been removed since; a name is one of this stack's
        records = [record for record in self._journal.records() if record.address.resource == urn]
        records = records or [record for record in self._records_of(state) if _name_of(record) == urn]
        urns = sorted({f"{record.address.resource} of {record.address.backend}" for record in records})
        if len(urns) != 1:
            which = f"several are meant: {', '.join(urns)}" if urns else "the journal has none for this stack"
            raise StackError(f"can't forget the interrupted create of {urn}: {which}", advice="See `recover --list`.")
        for record in records:
            self._journal.settle(record)
        self._report.notes.append(f"forgot the interrupted create of {records[0].address.resource}")
        self._report.interrupted = self._interrupted(state)
        return self._report

    def _close_what_arrived(self, state: JsonObject) -> None:
        for resource in endpoints_of(state):
            self._journal.note_arrival(_key_of(resource), resource.get("id"))

    def _carry_pending_creates(self, state: JsonObject) -> None:
        """A machine that was lost took its journal along; what the engine noted before the create is left."""
        for resource in self._not_arrived(state):
            inputs = cast("Inputs", resource["inputs"])
            key = inputs["idempotencyKey"]
            if self._journal.of_key(key):
                continue
            address = address_of(resource, self._backend)
            record = new_record(address, key, creation_body(inputs)).model_copy(update={"stage": "failed"})
            self._journal.begin(record)
            self._report.notes.append(f"carried the pending create of {resource['urn']} to the journal")

    def _clear_what_is_settled(self) -> None:
        """Only if every pending create, by an export taken just now, is ours: the engine drops all of them."""
        state = self._stack.export()
        creates = [operation for operation in pending_operations_of(state) if operation.get("type") == "creating"]
        stack_urn = stack_urn_of(state)
        are_ours = len(pending_creates_of(state)) == len(creates)
        can_be_cleared = stack_urn is not None or not resources_of(state)  # a destroyed stack has nothing left
        if not creates or not are_ours or self._not_arrived(state) or not can_be_cleared:
            return
        try:
            self._stack.clear_pending_creates(stack_urn)
        except StackError as error:
            # another run holds the stack, or a killed one's lock is left: the next recover clears them
            self._report.problems.append(f"the pending creates are settled, but stay in the state: {error}")
            return
        settled = "1 pending create is settled" if len(creates) == 1 else f"{len(creates)} pending creates are settled"
        self._report.notes.append(f"{settled}, and gone from the state")

    def _not_arrived(self, state: JsonObject) -> list[JsonObject]:
        """The pending creates whose key neither this state shows nor, by the journal, an earlier one has shown.

        An adoption makes nothing, so that nothing of it is left to arrive.
        """
        shown = {_key_of(resource) for resource in endpoints_of(state)}
        return [
            resource
            for resource in pending_creates_of(state)
            if not is_adoption(resource)
            and _key_of(resource) not in shown
            and not self._journal.has_arrived(str(_key_of(resource)))
        ]

    def _interrupted(self, state: JsonObject) -> list[InterruptedCreate]:
        records = self._records_of(state)
        last_up = self._stack.last_successful_up() if records else None
        urns = {str(resource["urn"]) for resource in endpoints_of(state)}
        return [_described(record, _advice(record, last_up, urns)) for record in records]

    def _records_of(self, state: JsonObject) -> list[Record]:
        """The records of this stack that no state has shown, oldest first."""
        pending = [operation.get("resource", {}) for operation in pending_operations_of(state)]
        urns = [str(resource.get("urn", "")) for resource in [*resources_of(state), *pending]]
        places = {stack_and_project(urn) for urn in urns}
        if not places:  # a destroyed stack's state names neither
            places = {(self._stack.name(), project_name(self._stack.folder))}
        records = [
            record
            for record in self._journal.records()
            if record.address.backend == self._backend and (record.address.stack, record.address.project) in places
        ]
        return [record for record in reversed(records) if not self._journal.has_arrived(record.key)]


def _key_of(resource: JsonObject) -> str | None:
    key: str | None = unwrap_from_export(resource.get("inputs", {})).get("idempotencyKey")
    return key


def _described(record: Record, advice: str | None) -> InterruptedCreate:
    return InterruptedCreate(record.address.resource, record.stage, record.endpoint_id, advice)


def _advice(record: Record, last_up: datetime | None, urns: Collection[str]) -> str | None:
    """What to do about a create that a successful `pulumi up` since has not continued."""
    if record.is_in_progress or last_up is None or last_up < record.at:
        return None
    urn = record.address.resource
    left = f"`pulumi up` has succeeded without it since ({last_up.isoformat()})"
    if urn in urns:
        cure = f"It was a replacement, or began elsewhere: `pulumi up --replace '{urn}'` continues it"
    else:
        cure = "Its resource was renamed, moved, removed, or left out by --target: declare it as it was to continue it"
    return f"{left}. {cure}. If that isn't wanted, look what it made, and run `pulumi-kinetic recover --forget '{urn}'`"


def _name_of(record: Record) -> str:
    return record.address.resource.split("::", maxsplit=3)[-1]
