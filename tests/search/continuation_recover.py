"""What `pulumi-kinetic recover` does in the model, step by step."""

from collections.abc import Iterator

from search.continuation_invariants import check_procedure_ended
from search.continuation_model import (
    DEAD,
    NOBODY,
    NOTHING,
    RAN,
    RECOVER,
    RECOVER_AGAIN,
    UP,
    Endpoint,
    Pending,
    Record,
    Recovery,
    State,
    World,
    held,
    with_duty,
    with_records,
    with_stack,
)
from search.continuation_provider import Step, arrive, destroy_endpoint, endpoint_of, settle


def start_recovery(state: State, machine: int, number: int) -> State:
    """The first `pulumi stack export`; the lock doesn't matter to it."""
    stack = state.stacks[number]
    duty = state.machines[machine].duties[number]
    if duty != RECOVER and any(run.cli and run.stack == number for run in state.runs):
        duty = NOTHING  # beside a command that runs it can't be the procedure's last
    recovery = Recovery(machine, number, duty, "write", stack.entries, stack.pending)
    return state._replace(recoveries=(*state.recoveries, recovery))


def continue_recovery(world: World, state: State, recovery: Recovery) -> Iterator[Step]:
    """Write the records, export again, clear."""
    stack = state.stacks[recovery.stack]
    if recovery.step == "write":
        after = write_records(world, state, recovery)
        yield "recover: write records", with_recovery(after, recovery, recovery._replace(step="judge"))
    elif recovery.step == "judge":
        judged = recovery
        if stack.lock == DEAD and world.rules.unlocks_before_its_last_export:
            stack = stack._replace(lock=NOBODY)
            state = with_stack(state, recovery.stack, stack)
        if world.rules.clears_by_a_fresh_export:
            judged = recovery._replace(entries=stack.entries, pending=stack.pending)
        if may_clear(world, state, judged):
            yield "recover: export again", with_recovery(state, recovery, judged._replace(step="clear"))
        else:
            yield "recover ends", finish(world, state, recovery)
    elif stack.lock > NOBODY or (stack.lock == DEAD and world.rules.unlocks_before_its_last_export):
        yield "recover is refused the lock", with_recovery(state, recovery, None)
    else:
        stack = stack._replace(pending=(), lock=NOBODY)
        if not world.rules.recover_never_imports:
            stack = stack._replace(entries=recovery.entries)
        after = with_stack(state, recovery.stack, stack)
        yield "recover: clear the pending creates", finish(world, after, recovery)


def write_records(world: World, state: State, recovery: Recovery) -> State:
    """Close what the state shows; a record for each pending create that has neither arrived nor a record."""
    number = recovery.machine
    state = arrive(world, state, number, frozenset(entry.chain for entry in recovery.entries))
    if not world.rules.recover_never_deletes:
        return delete_unsettled(world, state, recovery)
    for operation in recovery.pending:
        machine = state.machines[number]
        if arrived(world, state, recovery, operation) or operation.chain in {r.chain for r in machine.records}:
            continue
        absent = all(endpoint.chain != operation.chain for endpoint in state.endpoints)
        if absent and not world.rules.nothing_is_matched_by_url:
            state = delete_by_url(state, recovery.stack)
        if absent and not world.rules.recover_trusts_no_absence:
            state = settle(state, number, {operation.chain})
            continue
        backend = world.backend(recovery.stack)
        record = Record(backend, operation.name, operation.chain, 0, answered=False, owner=NOBODY)
        state = with_records(state, number, (*machine.records, record))
    return state


def arrived(world: World, state: State, recovery: Recovery, operation: Pending) -> bool:
    """Whether the export shows the key of the pending create, or the machine has its digest."""
    if operation.chain in state.machines[recovery.machine].digests:
        return True
    if not world.rules.arrival_is_by_key:
        return any(entry.name == operation.name for entry in recovery.entries)
    return any(entry.chain == operation.chain for entry in recovery.entries)


def may_clear(world: World, state: State, recovery: Recovery) -> bool:
    """Clearing drops all pending creates, so all have to have arrived."""
    settled = [arrived(world, state, recovery, operation) for operation in recovery.pending]
    if not world.rules.recover_never_imports:
        return True
    return any(settled) if not world.rules.clears_when_all_arrived else bool(settled) and all(settled)


def delete_unsettled(world: World, state: State, recovery: Recovery) -> State:
    """The older rule: a create that the export doesn't show is replayed, and what it made is deleted."""
    number = recovery.machine
    backend = world.backend(recovery.stack)
    records = state.machines[number].records
    open_chains = {record.chain for record in records if record.backend == backend and record.owner == NOBODY}
    working = {record.chain for record in records if record.owner != NOBODY}
    pending = {operation.chain for operation in recovery.pending if not arrived(world, state, recovery, operation)}
    for chain in sorted((open_chains | pending) - working):
        state = settle(replay_and_delete(state, chain), number, {chain})
    kept = tuple(record for record in records if record.chain not in open_chains)
    return with_records(state, number, kept)


def replay_and_delete(state: State, chain: int) -> State:
    """POST with the key, and DELETE what that answers."""
    made = endpoint_of(state, chain, 0)
    if made is None:
        endpoint = Endpoint(chain, 0, alive=False, enabled=True, forgotten=False)
        return state._replace(endpoints=(*state.endpoints, endpoint))
    return destroy_endpoint(state, made)


def delete_by_url(state: State, number: int) -> State:
    """The older rule: an endpoint with the same url is taken for the create's own."""
    for other, endpoint in enumerate(state.endpoints):
        elsewhere = any(entry.endpoint == other for entry in state.stacks[number].entries)
        if endpoint.alive and held(state, other) and not elsewhere:
            return destroy_endpoint(state, other)
    return state


def finish(world: World, state: State, recovery: Recovery) -> State:
    """The procedure is one command further."""
    state = with_recovery(state, recovery, None)
    machine, number = recovery.machine, recovery.stack
    duty = state.machines[machine].duties[number]
    if duty != recovery.duty:
        return state
    if duty == RAN:
        return with_duty(state, machine, number, NOTHING)
    if duty == RECOVER:
        return with_duty(state, machine, number, UP)
    if duty == RECOVER_AGAIN:
        return check_procedure_ended(world, with_duty(state, machine, number, NOTHING), machine, number)
    return state


def with_recovery(state: State, old: Recovery, new: Recovery | None) -> State:
    """The state with the recovery a step further, or ended."""
    others = tuple(recovery for recovery in state.recoveries if recovery is not old)
    return state._replace(recoveries=others if new is None else (*others, new))
