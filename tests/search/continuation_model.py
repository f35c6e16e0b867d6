"""What the model of "A retry is a continuation" is made of: the rules, and everything that a state of the world holds.

All is small whole numbers and tuples, so that a state can be compared and hashed fast. A resource's name is 0, 1, …; a
machine, a stack and an endpoint are positions; a chain is an Idempotency-Key as `check` gave it, a link of it what the
API is sent.
"""

from dataclasses import dataclass
from typing import NamedTuple, TypeVar

Item = TypeVar("Item")

NOBODY = 0  # owner of a record or a request whose process has ended; a lock that is free
DEAD = -1  # a lock whose command was killed

# What a machine owes the procedure (recover, up, recover) of a stack.
NOTHING, RECOVER, UP, RECOVER_AGAIN, RAN = range(5)


@dataclass(frozen=True)
class Rules:
    """The design's rules; false puts an older rule back. C and A are the reviews' numbers of what the older one broke.

    The last six are what this model adds to the design or changes in it; the two of C11's chain count only where
    `spent_keys_end_the_create` is false.
    """

    waits_for_open_records_only: bool = True  # C1
    orphans_end: bool = True  # C1: a provider whose engine is gone ends after its POST
    creates_never_delete: bool = True  # C2
    orphans_send_nothing_more: bool = True  # C3
    procedure_comes_before_moving: bool = True  # C4 (a)
    deletes_spare_returned_ids: bool = True  # C4 (b)
    marks_are_in_state: bool = True  # C4 (b)
    recover_comes_first: bool = True  # C5, C6
    clean_ends_settle_nothing: bool = True  # C5
    orphans_keep_records: bool = True  # C7
    processes_remove_own_records_only: bool = True  # C7
    arrival_is_by_key: bool = True  # C8
    clears_when_all_arrived: bool = True  # C9, A6
    clears_by_a_fresh_export: bool = True  # C9
    continued_records_survive_errors: bool = True  # C10
    unknown_outcomes_keep_records: bool = True  # C10
    continued_keys_are_read_back: bool = True  # C11
    ids_seen_in_state_are_spent: bool = True  # g
    spent_keys_move_along_a_chain: bool = True  # C11
    chains_move_in_one_write: bool = True  # C11
    newest_record_comes_first: bool = True  # C12
    backend_is_in_the_address: bool = True  # C13
    recover_comes_last: bool = True  # C14
    open_replacements_are_reported: bool = True  # C15
    recover_never_deletes: bool = True  # A1, A2
    recover_never_imports: bool = True  # A3
    recover_trusts_no_absence: bool = True  # A5
    nothing_is_matched_by_url: bool = True  # A7
    unsent_answers_keep_records: bool = True  # A8
    arrivals_make_digests: bool = True
    orphans_begin_nothing: bool = True  # no claim and no POST once the engine is gone
    unlocks_before_its_last_export: bool = True  # `recover --unlock`: a run killed after it is not cleared away
    marks_are_unique: bool = True  # a mark tells one continued create from another of the same id
    keys_with_digests_are_spent: bool = True  # a key that was settled between check and create is not POSTed
    spent_keys_end_the_create: bool = True  # it fails, `up` again draws another key: no POST but of check's own key


class Endpoint(NamedTuple):
    """An endpoint that one of the stacks' creates made at the API."""

    chain: int
    link: int
    alive: bool
    enabled: bool
    forgotten: bool  # the API no longer remembers the key: what documents call an expired key


class Request(NamedTuple):
    """A POST under way; its run is NOBODY once the process that sent it has ended."""

    chain: int
    link: int
    run: int


class Record(NamedTuple):
    """A create in a machine's journal; a machine's newest is its last."""

    backend: int
    name: int
    chain: int
    link: int
    answered: bool
    owner: int


class Machine(NamedTuple):
    """A machine: its journal, and what it owes each stack."""

    records: tuple[Record, ...]
    digests: tuple[int, ...]  # of keys that are settled: they have arrived in a state, or are spent
    duties: tuple[int, ...]
    lost: bool


class Entry(NamedTuple):
    """A resource in a stack's state; `replaced` is an old one that the engine has yet to delete."""

    name: int
    endpoint: int
    chain: int
    mark: int  # of a continued create; 0 is none
    enabled: bool
    replaced: bool


class Pending(NamedTuple):
    """A pending create in a stack's state."""

    name: int
    chain: int


class Stack(NamedTuple):
    """A stack's state and lock, in a backend of its own."""

    lock: int
    entries: tuple[Entry, ...]
    pending: tuple[Pending, ...]


class Run(NamedTuple):
    """A `pulumi up` and its provider. With `cli` false the provider is an orphan; a run without either is no more."""

    number: int
    machine: int
    stack: int
    replacing: bool
    cli: bool
    step: str
    todo: tuple[int, ...]
    chain: int
    continued: bool
    endpoint: int
    enabled: bool
    returned: tuple[int, ...]  # what this process's creates returned
    seen: tuple[tuple[int, int], ...]  # endpoints of living entries that it has diffed, and their marks


class Recovery(NamedTuple):
    """A `pulumi-kinetic recover`, with the last export that it took."""

    machine: int
    stack: int
    duty: int  # what the machine owed when it began
    step: str
    entries: tuple[Entry, ...]
    pending: tuple[Pending, ...]


class Budget(NamedTuple):
    """How often each command may still be given and each fault may still strike."""

    ups: int = 0
    recovers: int = 0
    replacements: int = 0
    destroys: int = 0
    moves: int = 0  # of a resource to another name, or to the other stack if there is one
    edits: int = 0  # of the program: from a disabled endpoint to an enabled one
    faults: int = 0  # of all kinds below together
    kills_of_cli: int = 0
    kills_of_provider: int = 0
    kills_of_both: int = 0
    losses: int = 0  # of a machine, with all that runs there
    kills_of_recover: int = 0
    failed_saves: int = 0
    interrupts: int = 0  # SIGINT to a provider, from whomever
    refusals: int = 0  # 401 or 403 to a POST
    timeouts: int = 0  # of a POST whose outcome is unknown
    failed_patches: int = 0
    deletions: int = 0  # by a colleague
    expiries: int = 0


@dataclass(frozen=True)
class Scenario:
    """A bounded world: what there is, and what may happen in it."""

    name: str
    budget: Budget
    machines: int = 1
    stacks: int = 1
    names: tuple[int, ...] = (0,)
    enabled: bool = True
    commands: int = 1  # how many commands may run at a time


class State(NamedTuple):
    """The world at one moment."""

    endpoints: tuple[Endpoint, ...]
    requests: tuple[Request, ...]
    machines: tuple[Machine, ...]
    stacks: tuple[Stack, ...]
    runs: tuple[Run, ...]
    recoveries: tuple[Recovery, ...]
    left: Budget
    enabled: bool  # what the program now asks for
    chains: int  # how many keys have been drawn
    replacements: tuple[int, ...]  # the chains that a replacement was asked with
    broken: str  # the invariant that the last step broke, by what it did rather than by what it left


@dataclass(frozen=True)
class World:
    """A scenario under a set of rules."""

    scenario: Scenario
    rules: Rules

    def initial(self) -> State:
        """Nothing has happened yet."""
        scenario = self.scenario
        machine = Machine((), (), (NOTHING,) * scenario.stacks, lost=False)
        stack = Stack(NOBODY, (), ())
        return State(
            endpoints=(),
            requests=(),
            machines=(machine,) * scenario.machines,
            stacks=(stack,) * scenario.stacks,
            runs=(),
            recoveries=(),
            left=scenario.budget,
            enabled=scenario.enabled,
            chains=0,
            replacements=(),
            broken="",
        )

    def backend(self, stack: int) -> int:
        """The backend's part in the address of the stack's resources."""
        return stack if self.rules.backend_is_in_the_address else 0


def put(items: tuple[Item, ...], position: int, item: Item) -> tuple[Item, ...]:
    """The items with another one at the position."""
    return (*items[:position], item, *items[position + 1 :])


def without(items: tuple[Item, ...], item: Item) -> tuple[Item, ...]:
    """The items without the first that equals the item."""
    position = items.index(item)
    return items[:position] + items[position + 1 :]


def with_run(state: State, run: Run) -> State:
    """The state with this run in the place of the one with its number."""
    return state._replace(runs=tuple(run if other.number == run.number else other for other in state.runs))


def with_stack(state: State, number: int, stack: Stack) -> State:
    """The state with another stack at this position."""
    return state._replace(stacks=put(state.stacks, number, stack))


def with_records(state: State, number: int, records: tuple[Record, ...]) -> State:
    """The state with another journal on this machine."""
    machine = state.machines[number]._replace(records=records)
    return state._replace(machines=put(state.machines, number, machine))


def with_duty(state: State, number: int, stack: int, duty: int) -> State:
    """The state with this machine owing that to the stack."""
    machine = state.machines[number]
    machine = machine._replace(duties=put(machine.duties, stack, duty))
    return state._replace(machines=put(state.machines, number, machine))


def held(state: State, endpoint: int) -> bool:
    """Whether a living entry of any stack holds the endpoint."""
    return any(entry.endpoint == endpoint and not entry.replaced for stack in state.stacks for entry in stack.entries)


def living_entry(stack: Stack, name: int) -> Entry | None:
    """The stack's entry of that name that is not waiting for its deletion."""
    return next((entry for entry in stack.entries if entry.name == name and not entry.replaced), None)
