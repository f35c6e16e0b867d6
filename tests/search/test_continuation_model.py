"""The rules of "Nothing is lost" hold in every reachable state of a bounded world, and each is needed.

I1: each endpoint is named by a state, a pending create or a record. I2: a secret that is handed out is that of an
endpoint that exists. I3: nothing that a state holds is deleted or changed by another. I4: the procedure (recover, up,
recover) ends, and leaves neither record nor pending create but those that a person is asked about. I5: no endpoint is
in two resources.
"""

from dataclasses import replace

import pytest

from search import continuation_scenarios as scenarios
from search.continuation_model import Rules, Scenario, World
from search.continuation_search import Result, search
from support.case_counter import count_cases

OLD_RULES = {
    "C1 waits for a process that never ends": (
        ["waits_for_open_records_only", "orphans_end"],
        scenarios.KILLS,
        "I4",
    ),
    "C2 a create deletes": (["creates_never_delete"], scenarios.DISABLED, "I3"),
    "C3 an orphan patches": (["orphans_send_nothing_more"], scenarios.DISABLED_REPLACEMENT, "I3"),
    "C4a marks that are alike, and no recover first": (
        ["marks_are_unique", "recover_comes_first"],
        scenarios.REPLACED_TWICE,
        "I3",
    ),
    "C4a renames before the procedure": (["procedure_comes_before_moving"], scenarios.RENAME, "I5"),
    "C4a moves before the procedure": (["procedure_comes_before_moving"], scenarios.MOVE, "I5"),
    "C4b deletes what a continued create returned": (
        ["deletes_spare_returned_ids"],
        scenarios.REPLACEMENTS_ELSEWHERE,
        "I3",
    ),
    "C4b no mark in the state": (["marks_are_in_state"], scenarios.REPLACEMENTS, "I3"),
    "C5 no recover after a failed save": (["recover_comes_first"], scenarios.FAILED_SAVES, "I4"),
    "C5 a clean end counts as arrival": (["clean_ends_settle_nothing"], scenarios.FAILED_SAVES, "I1"),
    "C6 no recover after a kill": (["recover_comes_first"], scenarios.INTERRUPTS, "I4"),
    "C7 SIGINT removes an orphan's record": (["orphans_keep_records"], scenarios.INTERRUPTS, "I4"),
    "C7 a process removes another's record": (["processes_remove_own_records_only"], scenarios.NAMESAKES, "I1"),
    "C8 arrival by URN": (["arrival_is_by_key"], scenarios.REPLACEMENT_LOST, "I1"),
    "C9 A6 clears when one has arrived": (["clears_when_all_arrived"], scenarios.TWO_RESOURCES, "I1"),
    "C9 clears by a stale export": (["clears_by_a_fresh_export"], scenarios.RACE_OF_TWO_RESOURCES, "I1"),
    "C10 an error closes a continued record": (["continued_records_survive_errors"], scenarios.ERRORS, "I1"),
    "C10 an error closes after an unknown outcome": (["unknown_outcomes_keep_records"], scenarios.ERRORS, "I1"),
    "C11 a key that is not read back": (["continued_keys_are_read_back"], scenarios.COLLEAGUE, "I2"),
    "C11 a spent key followed by a new one": (
        ["spent_keys_end_the_create", "spent_keys_move_along_a_chain"],
        scenarios.COLLEAGUE,
        "I1",
    ),
    "C11 a chain moved in two writes": (
        ["spent_keys_end_the_create", "chains_move_in_one_write"],
        scenarios.INTERRUPTS,
        "I4",
    ),
    "C11 a chain, and a digest": (["spent_keys_end_the_create"], scenarios.DESTROY, "I1"),
    "C11 a chain, and a replacement": (["spent_keys_end_the_create"], scenarios.REPLACEMENT_OF_DELETED, "I1"),
    "C13 address without backend": (["backend_is_in_the_address"], scenarios.NAMESAKES, "I5"),
    "C14 no recover after up": (["recover_comes_last"], scenarios.LOST_MACHINE, "I4"),
    "C15 silence about an interrupted replacement": (
        ["open_replacements_are_reported"],
        scenarios.REPLACEMENTS,
        "I4",
    ),
    "A1 recover deletes": (["recover_never_deletes"], scenarios.RACE, "I3"),
    "A3 recover imports a state": (["recover_never_imports"], scenarios.RACE, "I1"),
    "A5 recover trusts an absence": (["recover_trusts_no_absence"], scenarios.LOST_MACHINE, "I1"),
    "A7 recover matches by url": (["nothing_is_matched_by_url"], scenarios.NAMESAKES, "I3"),
    "A8 SIGINT in a create removes the record": (["unsent_answers_keep_records"], scenarios.INTERRUPTS, "I1"),
    "new: an orphan begins its create": (["orphans_begin_nothing"], scenarios.EXPIRY, "I1"),
    "new: an orphan begins its create with a settled key": (
        ["orphans_begin_nothing", "keys_with_digests_are_spent"],
        scenarios.KILLS,
        "I4",
    ),
    "new: a create goes on with a key that was settled since check": (
        ["keys_with_digests_are_spent"],
        scenarios.RACE_WITH_REPLACEMENT,
        "I3",
    ),
    "C8 arrival by URN, beside another command": (
        ["arrival_is_by_key"],
        scenarios.RACE_WITH_LOST_REPLACEMENT,
        "I1",
    ),
    "new: recover unlocks after its last export": (
        ["unlocks_before_its_last_export"],
        scenarios.RACE_OF_TWO_RESOURCES,
        "I1",
    ),
}

COVERED = {
    "C1 waits for all living processes, which end": ("waits_for_open_records_only", scenarios.KILLS),
    "C1 an orphan lives on, waited for only while its record is open": ("orphans_end", scenarios.KILLS),
    "C12 the oldest record comes first": ("newest_record_comes_first", scenarios.DESTROY),
    "C4a marks that are alike, after recover": ("marks_are_unique", scenarios.REPLACED_TWICE),
    "an arrival leaves no digest": ("arrivals_make_digests", scenarios.DESTROY),
    "C11 an id seen in the state is not spent": ("ids_seen_in_state_are_spent", scenarios.TWO_RESOURCES),
}


def explore(scenario: Scenario, *old_rules: str) -> Result:
    return search(World(scenario, replace(Rules(), **dict.fromkeys(old_rules, False))))


@pytest.mark.parametrize("scenario", scenarios.ALL, ids=lambda scenario: scenario.name)
def test_the_rules_hold_in_every_reachable_state(scenario: Scenario) -> None:
    result = explore(scenario)
    assert result.invariant == "", result.trace
    count_cases(f"states of the model, {scenario.name}", result.states)


@pytest.mark.parametrize("case", OLD_RULES)
def test_an_old_rule_put_back_breaks_an_invariant(case: str) -> None:
    old_rules, scenario, invariant = OLD_RULES[case]
    result = explore(scenario, *old_rules)
    assert result.invariant == invariant, result.trace
    count_cases(f"steps to {invariant} broken, {case}", len(result.trace))


@pytest.mark.parametrize("case", COVERED)
def test_a_rule_that_another_covers_is_not_needed_alone(case: str) -> None:
    old_rule, scenario = COVERED[case]
    assert explore(scenario, old_rule).invariant == ""


def test_every_scenario_shows_that_some_rule_is_needed() -> None:
    used = {scenario.name for _, scenario, _ in OLD_RULES.values()}
    assert {scenario.name for scenario in scenarios.ALL} <= used


def test_a_save_that_fails_between_last_export_and_clearing_is_the_gap_that_stays() -> None:
    result = explore(scenarios.RACE_WITH_A_FAILED_SAVE)
    assert (result.invariant, result.trace[-2:]) == ("I1", ["the save fails", "recover: clear the pending creates"])
