from typing import Any, cast

import pytest

from pulumi_kinetic import endpoint
from pulumi_kinetic.endpoint import Patch, State
from pulumi_kinetic.values import UNKNOWN
from support.diff_cases import CASES, Case, inputs


def state(declared: dict[str, Any], secret: str | None = "s") -> State:
    kept = {
        **inputs(declared),
        "webhookEndpointId": "we_1",
        "createdAt": "2026-06-12T18:40:00Z",
        "environment": "sandbox",
        "signingSecret": secret,
    }
    return cast("State", kept)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_diff_names_what_differs_in_meaning(case: Case) -> None:
    assert endpoint.changed_names(state(case.declared_before), inputs(case.declared_now)) == case.differing


def test_changes_hold_the_declared_value() -> None:
    assert endpoint.patch_for(inputs({}), inputs({"url": "https://example.org"})) == {"url": "https://example.org"}


def test_changes_spell_out_all_events_when_they_are_omitted() -> None:
    assert endpoint.patch_for(inputs({}), inputs({"enabledEvents": None})) == {"enabledEvents": ["*"]}


@pytest.mark.parametrize("unknown", [{"url": UNKNOWN}, {"enabledEvents": UNKNOWN}, {"enabledEvents": ["a", UNKNOWN]}])
def test_diff_counts_an_unknown_value_as_changed(unknown: dict[str, Any]) -> None:
    assert endpoint.changed_names(state({}), inputs(unknown)) == list(unknown)


def test_diff_sees_a_supplied_secret_only_while_none_is_known() -> None:
    supplied = inputs({"existingSigningSecret": "whsec_mine"})
    assert endpoint.changed_names(state({}, secret=None), supplied) == ["existingSigningSecret"]
    assert endpoint.changed_names(state({}), supplied) == []


def test_declared_form_keeps_what_means_the_same_and_takes_what_differs() -> None:
    declared: Patch = {"url": "https://EXAMPLE.com", "enabledEvents": ["b", "a"], "status": "enabled"}
    actual: Patch = {"url": "https://example.com/", "enabledEvents": ["a", "b"], "status": "disabled"}
    assert endpoint.declared_form(declared, actual) == {**declared, "status": "disabled"}


@pytest.mark.parametrize("actual", [["a", "b", "c"], ["a"], ["*"], []])
def test_declared_form_takes_more_or_fewer_events(actual: list[str]) -> None:
    declared: Patch = {"url": "https://a.example", "enabledEvents": ["b", "a"], "status": "enabled"}
    assert endpoint.declared_form(declared, {**declared, "enabledEvents": actual})["enabledEvents"] == actual


def test_declared_form_keeps_omitted_events_omitted() -> None:
    declared: Patch = {"url": "https://a.example", "status": "enabled"}
    assert endpoint.declared_form(declared, {**declared, "enabledEvents": ["*"]}) == declared
    assert endpoint.declared_form({**declared, "enabledEvents": ["a"]}, {**declared, "enabledEvents": None}) == declared
