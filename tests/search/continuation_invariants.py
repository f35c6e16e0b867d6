"""What must hold in every state of the model."""

from search.continuation_model import Stack, State, World, living_entry


def violated(state: State) -> str:
    """The first invariant that the state breaks; empty if all hold."""
    if state.broken:
        return state.broken
    if not each_endpoint_is_named(state):
        return "I1"
    if not ids_are_unique(state):
        return "I5"
    return ""


def each_endpoint_is_named(state: State) -> bool:
    """I1: by a state, a pending create or a record. An expired key's endpoint is the exception that design.md makes."""
    named = {entry.endpoint for stack in state.stacks for entry in stack.entries}
    lost = [
        endpoint
        for number, endpoint in enumerate(state.endpoints)
        if endpoint.alive and not endpoint.forgotten and number not in named
    ]
    if not lost:
        return True
    chains = {operation.chain for stack in state.stacks for operation in stack.pending}
    chains |= {record.chain for machine in state.machines for record in machine.records}
    return all(endpoint.chain in chains for endpoint in lost)


def ids_are_unique(state: State) -> bool:
    """I5: no two living resources, of whatever stack, hold one endpoint."""
    ids = [entry.endpoint for stack in state.stacks for entry in stack.entries if not entry.replaced]
    return len(ids) == len(set(ids))


def check_procedure_ended(world: World, state: State, machine: int, number: int) -> State:
    """I4: recover, up, recover have run: no record and no pending create is left but what a person is asked about.

    What a person is asked about blocks the clearing of pending creates that have arrived.
    """
    busy = [run for run in state.runs if run.cli and run.stack == number]
    if busy or any(recovery.stack == number for recovery in state.recoveries):
        return state
    stack = state.stacks[number]
    backend = world.backend(number)
    records = [record for record in state.machines[machine].records if record.backend == backend]
    shown = {entry.chain for entry in stack.entries}
    open_creates = [operation for operation in stack.pending if operation.chain not in shown]
    creates = [(record.name, record.chain) for record in records]
    creates += [(operation.name, operation.chain) for operation in open_creates]
    asked = all(is_asked_about(world, state, stack, name, chain) for name, chain in creates)
    cleared = open_creates or not stack.pending
    return state if asked and cleared else state._replace(broken="I4")


def is_asked_about(world: World, state: State, stack: Stack, name: int, chain: int) -> bool:
    """Whether a create that nobody continues is one that the design lets be, and reports.

    An interrupted replacement is, and so is a create whose endpoint is gone. Any other is a resource made twice.
    """
    entry = living_entry(stack, name)
    alive = any(endpoint.alive for endpoint in state.endpoints if endpoint.chain == chain)
    superseded = entry and entry.chain != chain and (chain in state.replacements or not alive)
    return bool(superseded) and world.rules.open_replacements_are_reported
