"""Which kills there are: every instant, victim, machine, door and backend; what can't be helped; a set that covers."""

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from support.instants import INSTANTS, ONE_RUN

MACHINES = ("same", "another")
DOORS = ("dynamic", "plugin")
BACKENDS = ("file", "s3")


class Case(NamedTuple):
    """One kill and its continuation.

    Attributes:
        instant: The name of the instant.
        victim: What is killed. See support.instants.VICTIMS.
        machine: Where the killed run is continued: `same`, or `another`, which has no journal.
        door: At which door the endpoints are declared.
        backend: Where the state is.
    """

    instant: str
    victim: str
    machine: str
    door: str
    backend: str

    def __str__(self) -> str:
        return f"{self.instant}-{self.victim}-{self.machine}-{self.door}-{self.backend}"


CASES = [
    Case(instant.name, *rest)
    for instant in INSTANTS
    for rest in itertools.product(instant.victims, MACHINES, DOORS, BACKENDS)
]

_DIED_ALONE: Mapping[str, tuple[int, ...]] = {
    "before the request leaves": (0, 1),
    "sent, committed later": (1,),
    "committed, not answered": (1,),
    "half an answer": (1,),
    "answered, journal still open": (0, 1),
    "answered, state not saved": (0, 1),
    "in the PATCH after the POST": (1,),
    "after the PATCH after the POST": (1,),
    "sent, its key in flight at the API": (1,),
    "interrupted in mid-create": (1,),
    "two creates under way": (2,),
    "one of two creates saved": (1,),
    "state not saved, then --replace": (0, 1),
    "state saved, then --replace": (1,),
    "in a replacement": (1,),
}


def losses(case: Case) -> tuple[int, ...]:
    """How many endpoints the case may cost, because it can't be helped; where the race decides, several numbers.

    A provider that dies alone, its CLI alive, makes the engine forget the create; and on another machine there is no
    journal (docs/contributing/design.md#9-known-limitations). The same goes for a dynamic server that is interrupted,
    the CLI too or not: it answers nobody, where a plugin finishes. `drift --unmanaged` names what is lost.
    """
    is_alone = case.victim == "provider"
    if case.instant == "interrupted in mid-create":
        is_alone = case.door == "dynamic" and case.victim != "cli"
    return _DIED_ALONE.get(case.instant, (0,)) if is_alone and case.machine == "another" else (0,)


def covering(cases: list[Case]) -> list[Case]:
    """Few of the cases, in which every pair of values is; of the kills of one run, every instant x victim x door too.

    Always the same ones: those that add most, and of these the ones of the stack that has fewest yet.
    """
    one_run = {instant.name for instant in ONE_RUN}

    def parts(case: Case) -> Iterable[tuple[object, ...]]:
        yield from itertools.combinations(enumerate(case), 2)
        if case.instant in one_run:
            yield case.instant, case.victim, case.door

    missing = {part for case in cases for part in parts(case)}
    chosen: list[Case] = []
    uses: Counter[tuple[str, ...]] = Counter()
    while missing:
        best = max(cases, key=lambda case: (len(missing.intersection(parts(case))), -uses[case[2:]]))
        chosen.append(best)
        uses[best[2:]] += 1
        missing.difference_update(parts(best))
    return sorted(chosen, key=_by_stack)


def _by_stack(case: Case) -> tuple[str, str]:
    return case.door, case.backend


COVERING = covering(CASES)
