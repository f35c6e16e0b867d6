import itertools

from support.instants import INSTANTS, ONE_RUN
from support.kill_cases import _DIED_ALONE, CASES, COVERING, Case, losses

MOST = 110  # each costs about eight seconds of the engine part


def test_the_names_of_instants_differ() -> None:
    assert len({instant.name for instant in INSTANTS}) == len(INSTANTS)


def test_every_pair_of_values_is_covered_by_few_cases() -> None:
    def pairs(cases: list[Case]) -> set[object]:
        return {pair for case in cases for pair in itertools.combinations(enumerate(case), 2)}

    assert pairs(COVERING) == pairs(CASES)
    assert len(COVERING) == len(set(COVERING)) <= MOST


def test_of_one_killed_run_every_victim_is_covered_at_both_doors() -> None:
    names = {instant.name for instant in ONE_RUN}

    def triples(cases: list[Case]) -> set[tuple[str, str, str]]:
        return {(case.instant, case.victim, case.door) for case in cases if case.instant in names}

    assert triples(COVERING) == triples(CASES)


def test_only_who_fails_alone_on_a_lost_machine_may_lose_something() -> None:
    lossy = {case for case in CASES if losses(case) != (0,)}
    assert {case.machine for case in lossy} == {"another"}
    assert {case[:2] for case in lossy if case.victim != "provider"} == {("interrupted in mid-create", "both")}
    assert not any(case.victim == "cli" for case in lossy)
    assert {case.instant for case in lossy} == set(_DIED_ALONE)
