"""What people and the world do in the model: commands, kills, failures, and hands at the API."""

from collections.abc import Iterator

from search.continuation_engine import (
    destroy,
    disturb,
    fail,
    give_up,
    kill_engine,
    move,
    returned,
    start,
    succeed,
)
from search.continuation_model import (
    DEAD,
    NOBODY,
    RAN,
    RECOVER,
    RECOVER_AGAIN,
    Budget,
    Recovery,
    Run,
    State,
    World,
    put,
    with_records,
    with_run,
    with_stack,
    without,
)
from search.continuation_provider import Step, end_peacefully, without_process
from search.continuation_recover import start_recovery

FAULTS = frozenset(Budget._fields[Budget._fields.index("faults") + 1 :])
CREATING = {"create", "between", "posted", "patch", "roll back", "return"}


def may(state: State, kind: str) -> bool:
    """Whether the budget still holds this command or fault."""
    left: int = getattr(state.left, kind)
    return left > 0 and (kind not in FAULTS or state.left.faults > 0)


def spend(state: State, kind: str) -> State:
    """The state with one less of this left."""
    left = state.left._replace(**{kind: getattr(state.left, kind) - 1})
    if kind in FAULTS:
        left = left._replace(faults=left.faults - 1)
    return state._replace(left=left)


def commands(world: World, state: State) -> Iterator[Step]:
    """What people may do now, by the procedure."""
    running = sum(run.cli for run in state.runs) + len(state.recoveries)
    if may(state, "edits"):
        yield "the program now wants it enabled", spend(state._replace(enabled=True), "edits")
    if running >= world.scenario.commands:
        return
    for number, stack in enumerate(state.stacks):
        recovering = any(recovery.stack == number for recovery in state.recoveries)
        free = stack.lock == NOBODY or (stack.lock == DEAD and not recovering)
        for place, machine in enumerate(state.machines):
            if machine.lost or (place and not state.chains):  # the first command runs on machine 0: symmetry
                continue
            duty = machine.duties[number]
            if may(state, "recovers") and duty in (RECOVER, RECOVER_AGAIN, RAN):
                yield f"recover: export on {place, number}", start_recovery(spend(state, "recovers"), place, number)
            if free:
                yield from stack_commands(world, state, place, number)


def stack_commands(world: World, state: State, machine: int, number: int) -> Iterator[Step]:
    """What takes the stack's lock."""
    rules = world.rules
    place = (machine, number)
    duty = state.machines[machine].duties[number]
    ready = duty != RECOVER or not rules.recover_comes_first
    if ready and may(state, "ups"):
        yield f"up on {place}", start(world, spend(state, "ups"), place, replacing=False)
    if ready and state.stacks[number].entries and may(state, "replacements"):
        yield f"up --replace on {place}", start(world, spend(state, "replacements"), place, replacing=True)
    if ready and state.stacks[number].entries and may(state, "destroys"):
        yield f"destroy on {place}", destroy(world, spend(state, "destroys"), machine, number)
    everywhere = all(other.lost or not any(other.duties) for other in state.machines)
    if may(state, "moves") and (everywhere or not rules.procedure_comes_before_moving):
        yield from move(spend(state, "moves"), number)


def faults(world: World, state: State) -> Iterator[Step]:
    """What may go wrong now."""
    if not state.left.faults:
        return
    for run in state.runs:
        if run.cli:
            yield from kills(world, state, run)
            yield from failures(world, state, run)
        if may(state, "interrupts") and (len(state.machines) == 1 or not run.cli):
            yield from interrupt(world, spend(state, "interrupts"), run)
    if may(state, "kills_of_recover"):
        for recovery in state.recoveries:
            yield "KILL recover", kill_recovery(spend(state, "kills_of_recover"), recovery)
    if may(state, "losses"):
        for number, machine in enumerate(state.machines):
            if not machine.lost and (state.chains or not number):
                yield "a machine is lost", lose(spend(state, "losses"), number)
    yield from at_the_api(state)


def kills(world: World, state: State, run: Run) -> Iterator[Step]:
    """The CLI, its provider, or both die."""
    if may(state, "kills_of_cli"):
        yield "KILL cli", spend(kill_engine(state, run), "kills_of_cli")
    if may(state, "kills_of_provider"):
        after = spend(state, "kills_of_provider")
        if run.step == "end":  # nobody notices
            yield "KILL provider at its end", succeed(world, without_process(after, run), run)
        elif len(state.machines) == 1:  # else: point 9 of the design excepts it
            yield "KILL provider", fail(after, run)
    if may(state, "kills_of_both"):
        yield "KILL both", without_process(kill_engine(spend(state, "kills_of_both"), run), run)


def lose(state: State, number: int) -> State:
    """The machine is gone with its journal and with all that ran on it."""
    for run in [run for run in state.runs if run.machine == number]:
        state = without_process(kill_engine(state, run) if run.cli else state, run)
    for recovery in [recovery for recovery in state.recoveries if recovery.machine == number]:
        state = kill_recovery(state, recovery)
    machine = state.machines[number]._replace(records=(), digests=(), lost=True)
    return state._replace(machines=put(state.machines, number, machine))


def kill_recovery(state: State, recovery: Recovery) -> State:
    """`recover` dies."""
    others = tuple(other for other in state.recoveries if other is not recovery)
    return disturb(state._replace(recoveries=others), recovery.stack)


def failures(world: World, state: State, run: Run) -> Iterator[Step]:
    """A save, a POST or a PATCH fails while the engine lives."""
    if run.step == "return" and may(state, "failed_saves"):
        after = with_run(spend(state, "failed_saves"), returned(run))
        after = end_peacefully(world, after, returned(run))
        stack = after.stacks[run.stack]._replace(lock=NOBODY)
        yield "the save fails", disturb(with_stack(after, run.stack, stack), run.stack)
    if run.step == "patch" and may(state, "failed_patches"):
        step = "return" if world.rules.creates_never_delete else "roll back"
        yield "the PATCH fails", with_run(spend(state, "failed_patches"), run._replace(step=step))
    if (
        len(state.machines) > 1
    ):  # point 9 of the design excepts what follows but for the PATCH: the next up is elsewhere
        return
    if run.step == "posted" and may(state, "timeouts"):
        yield "the POST times out", give_up(world, spend(state, "timeouts"), run)
    if run.step == "posted" and may(state, "refusals"):
        yield from refuse(world, spend(state, "refusals"), run)


def refuse(world: World, state: State, run: Run) -> Iterator[Step]:
    """The API answers 401 or 403: to the first attempt, or to one after an attempt whose outcome is unknown."""
    request = next(request for request in state.requests if request.run == run.number)
    closes = not run.continued or not world.rules.continued_records_survive_errors
    first = state._replace(requests=without(state.requests, request))
    first = without_record(first, run) if closes else first
    yield "the POST is refused", give_up(world, first, run)
    later = state if world.rules.unknown_outcomes_keep_records else without_record(state, run)
    yield "an attempt is lost, the next refused", give_up(world, later, run)


def without_record(state: State, run: Run) -> State:
    """The record of the run's key is closed."""
    records = state.machines[run.machine].records
    return with_records(state, run.machine, tuple(record for record in records if record.chain != run.chain))


def interrupt(world: World, state: State, run: Run) -> Iterator[Step]:
    """SIGINT to a provider in the midst of a create, or to an orphan."""
    rules = world.rules
    if run.cli and run.step not in CREATING:
        return
    keeps = rules.unsent_answers_keep_records if run.cli else rules.orphans_keep_records
    state = state if keeps else without_record(state, run)
    yield "SIGINT to the provider", fail(state, run) if run.cli else without_process(state, run)


def at_the_api(state: State) -> Iterator[Step]:
    """A colleague deletes an endpoint, a key expires, a dead process's request never arrives."""
    for number, endpoint in enumerate(state.endpoints):
        if endpoint.alive and may(state, "deletions"):
            endpoints = put(state.endpoints, number, endpoint._replace(alive=False))
            yield "a colleague deletes it", spend(state._replace(endpoints=endpoints), "deletions")
        under_way = any(request[:2] == endpoint[:2] for request in state.requests)
        if not endpoint.forgotten and not under_way and may(state, "expiries"):
            endpoints = put(state.endpoints, number, endpoint._replace(forgotten=True))
            yield "the API forgets the key", spend(state._replace(endpoints=endpoints), "expiries")


def lost_requests(state: State) -> Iterator[Step]:
    """A request whose process has died may never arrive."""
    for request in dict.fromkeys(state.requests):
        if request.run == NOBODY:
            yield "a request is lost", state._replace(requests=without(state.requests, request))
