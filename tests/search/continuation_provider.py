"""What the provider does in the model: check, create, delete, and its end."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from search.continuation_model import (
    NOBODY,
    Endpoint,
    Entry,
    Record,
    Request,
    Run,
    State,
    World,
    held,
    put,
    with_records,
    with_run,
    without,
)

Step = tuple[str, State]


def key_for(world: World, state: State, run: Run, name: int) -> tuple[int, State]:
    """`check` without olds: the newest record's key, else a new one."""
    machine = state.machines[run.machine]
    address = (world.backend(run.stack), name)
    chains = [record.chain for record in machine.records if (record.backend, record.name) == address]
    if chains:
        return (chains[-1] if world.rules.newest_record_comes_first else chains[0]), state
    return state.chains + 1, state._replace(chains=state.chains + 1)


def arrive(world: World, state: State, machine: int, chains: frozenset[int]) -> State:
    """The engine has shown these chains to a process on the machine: their records become digests."""
    records = state.machines[machine].records
    kept = tuple(record for record in records if record.chain not in chains)
    if len(kept) < len(records):
        state = with_records(state, machine, kept)
    return settle(state, machine, chains) if world.rules.arrivals_make_digests else state


def settle(state: State, number: int, chains: AbstractSet[int]) -> State:
    """This machine has nothing more to do for these chains: a digest of each is kept."""
    machine = state.machines[number]
    machine = machine._replace(digests=tuple(sorted({*chains, *machine.digests})))
    return state._replace(machines=put(state.machines, number, machine))


def create(world: World, state: State, run: Run) -> Iterator[Step]:
    """Claim the record of the key, or write one, and POST."""
    if not run.cli and world.rules.orphans_begin_nothing:
        yield "an orphan begins nothing", with_run(state, run._replace(step="orphaned"))
        return
    records, digests = state.machines[run.machine][:2]
    if run.chain in digests and world.rules.keys_with_digests_are_spent:
        yield "the key has been settled since check", with_run(state, run._replace(step="failed"))
        return
    position = next((place for place, record in enumerate(records) if record.chain == run.chain), None)
    if position is None:
        record = Record(world.backend(run.stack), run.todo[0], run.chain, 0, answered=False, owner=run.number)
        state = with_records(state, run.machine, (*records, record))
    else:
        record = records[position]
        waits = not record.answered or not world.rules.waits_for_open_records_only
        if record.owner != NOBODY and waits:
            return
        record = record._replace(owner=run.number, answered=False)
        state = with_records(state, run.machine, put(records, position, record))
    state = with_run(state, run._replace(step="posted", continued=position is not None))
    yield "create: claim the record and POST", send(state, Request(run.chain, record.link, run.number))


def send(state: State, request: Request) -> State:
    """The request is on its way."""
    return state._replace(requests=tuple(sorted((*state.requests, request))))


def serve(world: World, state: State) -> Iterator[Step]:
    """The API works a request off; a process that still waits for it has its answer."""
    for request in dict.fromkeys(state.requests):
        after = state._replace(requests=without(state.requests, request))
        number = endpoint_of(after, request.chain, request.link)
        if number is None:
            number = len(after.endpoints)
            made = Endpoint(request.chain, request.link, alive=True, enabled=True, forgotten=False)
            after = after._replace(endpoints=(*after.endpoints, made))
        if request.run != NOBODY:
            run = next(run for run in after.runs if run.number == request.run)
            after = receive(world, after, run, request.link, number)
        yield "the API answers", after


def endpoint_of(state: State, chain: int, link: int) -> int | None:
    """The endpoint that the API remembers for the key."""
    for number, endpoint in enumerate(state.endpoints):
        if endpoint.chain == chain and endpoint.link == link and not endpoint.forgotten:
            return number
    return None


def receive(world: World, state: State, run: Run, link: int, number: int) -> State:
    """The POST's answer is there: note it, or go on to the next link if the key is spent."""
    rules = world.rules
    endpoint = state.endpoints[number]
    if not run.cli and rules.orphans_send_nothing_more:
        return note_answer(state, run._replace(step="orphaned"))
    gone = rules.continued_keys_are_read_back and not endpoint.alive
    seen = rules.ids_seen_in_state_are_spent and any(number == shown for shown, _ in run.seen)
    if run.continued and (gone or seen):
        if world.rules.spent_keys_end_the_create:
            return spend_key(state, run)
        return next_link(world, state, run, link)
    if run.continued and not endpoint.alive:
        state = state._replace(broken="I2")  # it hands out the secret of what is no more
    step = "return" if endpoint.enabled == run.enabled else "patch"
    return note_answer(state, run._replace(step=step, endpoint=number))


def note_answer(state: State, run: Run) -> State:
    """The record says that the API has answered."""
    records = state.machines[run.machine].records
    for position, record in enumerate(records):
        if record.chain == run.chain and record.owner == run.number:
            state = with_records(state, run.machine, put(records, position, record._replace(answered=True)))
    return with_run(state, run)


def spend_key(state: State, run: Run) -> State:
    """A spent key: its record becomes a digest, and the create fails; the next `up` draws another."""
    records = state.machines[run.machine].records
    kept = tuple(record for record in records if record.chain != run.chain)
    state = settle(with_records(state, run.machine, kept), run.machine, {run.chain})
    return with_run(state, run._replace(step="failed"))


def next_link(world: World, state: State, run: Run, link: int) -> State:
    """A spent key: the record moves to the next link of its chain, which is then POSTed."""
    records = state.machines[run.machine].records
    old = next((record for record in records if record.chain == run.chain), None)
    chain, link = run.chain, link + 1
    if not world.rules.spent_keys_move_along_a_chain:
        chain, link = state.chains + 1, 0
        state = state._replace(chains=chain)
    if old and not world.rules.chains_move_in_one_write:
        state = with_records(state, run.machine, without(records, old))
        return with_run(state, run._replace(step="between", endpoint=link))
    new = Record(world.backend(run.stack), run.todo[0], chain, link, answered=False, owner=run.number)
    records = put(records, records.index(old), new) if old else (*records, new)
    state = with_run(with_records(state, run.machine, records), run._replace(step="posted", chain=chain))
    return send(state, Request(chain, link, run.number))


def open_next_record(world: World, state: State, run: Run) -> Step:
    """The second of the two writes of the older rule."""
    link = run.endpoint
    new = Record(world.backend(run.stack), run.todo[0], run.chain, link, answered=False, owner=run.number)
    state = with_records(state, run.machine, (*state.machines[run.machine].records, new))
    state = with_run(state, run._replace(step="posted", endpoint=-1))
    return "write the next link's record and POST", send(state, Request(run.chain, link, run.number))


def patch(world: World, state: State, run: Run) -> Step:
    """PATCH what the API has to what the program asks for."""
    if not run.cli and world.rules.orphans_send_nothing_more:
        return "an orphan sends nothing more", with_run(state, run._replace(step="orphaned"))
    endpoint = state.endpoints[run.endpoint]
    changes = endpoint.alive and endpoint.enabled != run.enabled
    if changes and not run.cli and held(state, run.endpoint):
        state = state._replace(broken="I3")
    state = state._replace(endpoints=put(state.endpoints, run.endpoint, endpoint._replace(enabled=run.enabled)))
    return "PATCH", with_run(state, run._replace(step="return" if run.cli else "orphaned"))


def destroy_endpoint(state: State, number: int) -> State:
    """DELETE at the API; it breaks I3 if a living entry holds the endpoint."""
    endpoint = state.endpoints[number]
    if endpoint.alive and held(state, number):
        state = state._replace(broken="I3")
    return state._replace(endpoints=put(state.endpoints, number, endpoint._replace(alive=False)))


def delete(world: World, state: State, run: Run, entry: Entry) -> State:
    """The engine's Delete of an entry that was replaced."""
    spared = world.rules.deletes_spare_returned_ids and (
        entry.endpoint in run.returned
        or any(endpoint == entry.endpoint and mark not in (0, entry.mark) for endpoint, mark in run.seen)
    )
    return state if spared else destroy_endpoint(state, entry.endpoint)


def end_peacefully(world: World, state: State, run: Run) -> State:
    """SIGINT from a living engine: the records of answers that were sent go."""
    records = state.machines[run.machine].records
    mine = world.rules.processes_remove_own_records_only
    sent = [
        record
        for record in records
        if (record.owner == run.number or not mine) and record.answered and record.chain != run.chain
    ]
    state = with_records(state, run.machine, tuple(record for record in records if record not in sent))
    if not world.rules.clean_ends_settle_nothing:
        state = settle(state, run.machine, {record.chain for record in sent})
    return without_process(state, run)


def without_process(state: State, run: Run) -> State:
    """Provider and engine are gone; what they wrote and sent is nobody's."""
    number = run.number
    machine = state.machines[run.machine]
    records = tuple(record._replace(owner=NOBODY) if record.owner == number else record for record in machine.records)
    requests = (request._replace(run=NOBODY) if request.run == number else request for request in state.requests)
    state = with_records(state, run.machine, records)
    return state._replace(
        requests=tuple(sorted(requests)), runs=tuple(other for other in state.runs if other.number != number)
    )
