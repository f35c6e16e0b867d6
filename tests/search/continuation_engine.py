"""What the engine does in the model: one `pulumi up` from its lock to its end, and the commands that take one step."""

from collections.abc import Callable, Iterator

from search.continuation_invariants import check_procedure_ended
from search.continuation_model import (
    DEAD,
    NOBODY,
    NOTHING,
    RAN,
    RECOVER,
    RECOVER_AGAIN,
    UP,
    Entry,
    Pending,
    Run,
    State,
    World,
    living_entry,
    put,
    with_duty,
    with_run,
    with_stack,
    without,
)
from search.continuation_provider import (
    Step,
    arrive,
    create,
    delete,
    destroy_endpoint,
    end_peacefully,
    key_for,
    open_next_record,
    patch,
    without_process,
)

PROVIDER_STEPS = frozenset({"create", "between", "patch", "roll back"})


def start(world: World, state: State, place: tuple[int, int], *, replacing: bool) -> State:
    """`pulumi up`, after `pulumi cancel` where a killed command left its lock."""
    machine, number = place
    taken = {run.number for run in state.runs}
    run = Run(
        number=next(free for free in range(1, len(taken) + 2) if free not in taken),
        machine=machine,
        stack=number,
        replacing=replacing,
        cli=True,
        step="next",
        todo=tuple(sorted({*world.scenario.names, *(entry.name for entry in state.stacks[number].entries)})),
        chain=0,
        continued=False,
        endpoint=-1,
        enabled=state.enabled,
        returned=(),
        seen=(),
    )
    state = with_stack(state, number, state.stacks[number]._replace(lock=run.number))
    state = discount_recoveries(state._replace(runs=(*state.runs, run)), number)
    return advance(world, state, run)


def advance(world: World, state: State, run: Run) -> State:
    """Check and diff what needs nothing, up to the next create, whose pending operation is then saved."""
    while run.todo:
        name = run.todo[0]
        entry = living_entry(state.stacks[run.stack], name)
        if entry is None or (run.replacing and name == 0):
            chain, state = key_for(world, state, run, name)
            if entry is not None:
                state = state._replace(replacements=tuple(sorted({*state.replacements, chain})))
            stack = state.stacks[run.stack]
            stack = stack._replace(pending=tuple(sorted((*stack.pending, Pending(name, chain)))))
            return with_run(with_stack(state, run.stack, stack), run._replace(step="create", chain=chain))
        state = arrive(world, state, run.machine, frozenset([entry.chain]))
        state = update(state, run, entry)
        run = run._replace(todo=run.todo[1:], seen=(*run.seen, (entry.endpoint, entry.mark)))
    waiting = any(entry.replaced for entry in state.stacks[run.stack].entries)
    return with_run(state, run._replace(step="delete" if waiting else "end"))


def update(state: State, run: Run, entry: Entry) -> State:
    """The one PATCH of a diff, and its save."""
    if entry.enabled == run.enabled:
        return state
    endpoint = state.endpoints[entry.endpoint]._replace(enabled=run.enabled)
    state = state._replace(endpoints=put(state.endpoints, entry.endpoint, endpoint))
    stack = state.stacks[run.stack]
    entries = put(stack.entries, stack.entries.index(entry), entry._replace(enabled=run.enabled))
    return with_stack(state, run.stack, stack._replace(entries=tuple(sorted(entries))))


def proceed(world: World, state: State, run: Run) -> Iterator[Step]:
    """The next step of a run: of its provider, else of its engine."""
    if run.step in PROVIDER_STEPS:
        yield from provide(world, state, run)
    elif run.cli and run.step in ENGINE_STEPS:
        label, act = ENGINE_STEPS[run.step]
        yield label, act(world, state, run)
    elif not run.cli and run.step != "posted" and world.rules.orphans_end:
        yield "an orphan ends", without_process(state, run)


def provide(world: World, state: State, run: Run) -> Iterator[Step]:
    """The next step of a create."""
    if run.step == "create":
        yield from create(world, state, run)
    elif run.step == "between":
        yield open_next_record(world, state, run)
    elif run.step == "patch":
        yield patch(world, state, run)
    elif run.step == "roll back":
        yield roll_back(state, run)


def save(world: World, state: State, run: Run) -> State:
    """The create's result goes into the state, and its pending operation out of it."""
    stack = state.stacks[run.stack]
    name = run.todo[0]
    entries = [entry._replace(replaced=True) if entry.name == name else entry for entry in stack.entries]
    enabled = state.endpoints[run.endpoint].enabled
    mark = new_mark(world, state, run.endpoint) if run.continued and world.rules.marks_are_in_state else 0
    entries.append(Entry(name, run.endpoint, run.chain, mark, enabled, replaced=False))
    pending = stack.pending
    if Pending(name, run.chain) in pending:
        pending = without(pending, Pending(name, run.chain))
    stack = stack._replace(entries=tuple(sorted(entries)), pending=pending)
    return with_run(with_stack(state, run.stack, stack), returned(run))


def new_mark(world: World, state: State, endpoint: int) -> int:
    """The mark of a continued create: unlike that of any other entry, by chance."""
    marks = [entry.mark for stack in state.stacks for entry in stack.entries if entry.endpoint == endpoint]
    return 1 + max(marks, default=0) if world.rules.marks_are_unique else 1


def returned(run: Run) -> Run:
    """The engine has the create's result."""
    return run._replace(
        step="next", todo=run.todo[1:], chain=0, endpoint=-1, returned=(*run.returned, run.endpoint), continued=False
    )


def delete_replaced(world: World, state: State, run: Run) -> State:
    """Delete the first entry that was replaced."""
    stack = state.stacks[run.stack]
    entry = next(entry for entry in stack.entries if entry.replaced)
    entries = without(stack.entries, entry)
    state = delete(world, with_stack(state, run.stack, stack._replace(entries=entries)), run, entry)
    waiting = any(entry.replaced for entry in entries)
    return with_run(state, run._replace(step="delete" if waiting else "end"))


def roll_back(state: State, run: Run) -> Step:
    """The older rule: a create that fails deletes what it made."""
    state = destroy_endpoint(state, run.endpoint)
    records = state.machines[run.machine].records
    kept = tuple(record for record in records if record.chain != run.chain)
    machine = state.machines[run.machine]._replace(records=kept)
    state = state._replace(machines=put(state.machines, run.machine, machine))
    return "the create deletes what it made", fail(state, run) if run.cli else without_process(state, run)


def give_up(world: World, state: State, run: Run) -> State:
    """The create failed in a provider that lives, and so ends in peace."""
    return fail(end_peacefully(world, state, run), run)


def end(world: World, state: State, run: Run) -> State:
    """All is done: the provider ends, then the engine."""
    return succeed(world, end_peacefully(world, state, run), run)


def succeed(world: World, state: State, run: Run) -> State:
    """The lock goes, and the procedure is one command further."""
    state = with_stack(state, run.stack, state.stacks[run.stack]._replace(lock=NOBODY))
    duty = state.machines[run.machine].duties[run.stack]
    if duty == NOTHING:
        return with_duty(state, run.machine, run.stack, RAN)
    if duty != UP:
        return state
    if world.rules.recover_comes_last:
        return with_duty(state, run.machine, run.stack, RECOVER_AGAIN)
    return check_procedure_ended(world, with_duty(state, run.machine, run.stack, NOTHING), run.machine, run.stack)


def fail(state: State, run: Run) -> State:
    """The create failed and the engine lives: no pending operation of it is left, and the run ends."""
    stack = state.stacks[run.stack]
    operation = Pending(run.todo[0], run.chain) if run.todo else None
    if operation in stack.pending:
        stack = stack._replace(pending=without(stack.pending, operation))
    state = with_stack(state, run.stack, stack._replace(lock=NOBODY))
    return disturb(without_process(state, run), run.stack)


def disturb(state: State, stack: int) -> State:
    """A command of the stack was killed or failed: every machine owes it the procedure, from the beginning."""
    for number in range(len(state.machines)):
        state = with_duty(state, number, stack, RECOVER)
    return discount_recoveries(state, stack)


def discount_recoveries(state: State, stack: int) -> State:
    """A recover beside which another command began or died is not the one that the procedure asks for."""
    recoveries = (
        recovery._replace(duty=NOTHING) if recovery.stack == stack else recovery for recovery in state.recoveries
    )
    return state._replace(recoveries=tuple(recoveries))


def kill_engine(state: State, run: Run) -> State:
    """The CLI dies and leaves its lock; its provider lives."""
    state = with_stack(state, run.stack, state.stacks[run.stack]._replace(lock=DEAD))
    return disturb(with_run(state, run._replace(cli=False)), run.stack)


def destroy(world: World, state: State, machine: int, number: int) -> State:
    """`pulumi destroy`, in one step: each entry's Delete, which is an arrival too."""
    stack = state.stacks[number]
    state = with_stack(state, number, stack._replace(lock=NOBODY, entries=()))
    for entry in stack.entries:
        state = destroy_endpoint(state, entry.endpoint)
    for other, journal in enumerate(state.machines):
        if journal.duties[number] == RECOVER_AGAIN:
            state = with_duty(state, other, number, UP)
    return arrive(world, state, machine, frozenset(entry.chain for entry in stack.entries))


def move(state: State, number: int) -> Iterator[Step]:
    """`pulumi state mv` of the first resource: to the other stack if there is one, else to another name."""
    stack = state.stacks[number]
    entry = living_entry(stack, 0)
    target = (number + 1) % len(state.stacks)
    if entry is None or any(other.name != 0 for other in stack.entries):
        return
    left = with_stack(state, number, stack._replace(entries=without(stack.entries, entry)))
    name = 1 if target == number else 0
    if living_entry(left.stacks[target], name) is None:
        entries = tuple(sorted((*left.stacks[target].entries, entry._replace(name=name))))
        yield "state mv", with_stack(left, target, left.stacks[target]._replace(entries=entries))


ENGINE_STEPS: dict[str, tuple[str, Callable[[World, State, Run], State]]] = {
    "next": ("check", advance),
    "return": ("save the result", save),
    "failed": ("the create fails", give_up),
    "delete": ("delete what was replaced", delete_replaced),
    "end": ("up ends", end),
}
