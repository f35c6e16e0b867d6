"""Every reachable state of a scenario, breadth first, until one breaks an invariant."""

from collections.abc import Iterator
from dataclasses import dataclass

from search.continuation_engine import proceed
from search.continuation_faults import commands, faults, lost_requests
from search.continuation_invariants import violated
from search.continuation_model import State, World
from search.continuation_provider import Step, serve
from search.continuation_recover import continue_recovery


@dataclass(frozen=True)
class Result:
    """What a search came to: the states that it saw, and the shortest way to a broken invariant."""

    states: int
    invariant: str
    trace: list[str]


def progress(world: World, state: State) -> Iterator[Step]:
    """The steps that happen of themselves."""
    for run in state.runs:
        yield from proceed(world, state, run)
    for recovery in state.recoveries:
        yield from continue_recovery(world, state, recovery)
    yield from serve(world, state)


def successors(world: World, state: State) -> Iterator[Step]:
    """All next states. A command that runs and can't go on, with nobody left to wait for, breaks I4."""
    steps = list(progress(world, state))
    yield from steps
    if not steps and any(run.cli for run in state.runs):
        yield "it waits for ever", state._replace(broken="I4")
    yield from commands(world, state)
    yield from faults(world, state)
    yield from lost_requests(state)


def search(world: World) -> Result:
    """Explore all of the scenario, or up to the first violation."""
    first = world.initial()
    came_from: dict[State, tuple[State, str] | None] = {first: None}
    level = [first]
    while level:
        following = []
        for state in level:
            for label, after in successors(world, state):
                if after in came_from:
                    continue
                came_from[after] = (state, label)
                invariant = violated(after)
                if invariant:
                    return Result(len(came_from), invariant, trace(came_from, after))
                following.append(after)
        level = following
    return Result(len(came_from), "", [])


def trace(came_from: dict[State, tuple[State, str] | None], state: State) -> list[str]:
    """The steps from the beginning to the state."""
    labels = []
    step = came_from[state]
    while step:
        state, label = step
        labels.append(label)
        step = came_from[state]
    return labels[::-1]
