from typing import Any, cast

import pytest

from pulumi_kinetic import endpoint
from pulumi_kinetic.endpoint import Echo, Patch, State
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
    assert endpoint.declared_form(declared, actual, {}) == {**declared, "status": "disabled"}


@pytest.mark.parametrize("actual", [["a", "b", "c"], ["a"], ["*"], []])
def test_declared_form_takes_more_or_fewer_events(actual: list[str]) -> None:
    declared: Patch = {"url": "https://a.example", "enabledEvents": ["b", "a"], "status": "enabled"}
    assert endpoint.declared_form(declared, {**declared, "enabledEvents": actual}, {})["enabledEvents"] == actual


def test_declared_form_keeps_omitted_events_omitted() -> None:
    declared: Patch = {"url": "https://a.example", "status": "enabled"}
    assert endpoint.declared_form(declared, {**declared, "enabledEvents": ["*"]}, {}) == declared
    some: Patch = {**declared, "enabledEvents": ["a"]}
    assert endpoint.declared_form(some, {**declared, "enabledEvents": None}, {}) == declared


@pytest.mark.parametrize(("port", "same_as"), [("0443", 443), ("00443", 443), ("08443", 8443), ("00080", 80)])
def test_zeros_before_a_port_mean_nothing(port: str, same_as: int) -> None:
    declared, actual = f"https://a.example:{port}/", f"https://a.example:{same_as}/"
    assert endpoint.canonical("url", declared) == endpoint.canonical("url", actual)


@pytest.mark.parametrize("port", ["000443", "0" * 5000 + "443", "9" * 5000])
def test_a_port_of_more_digits_than_a_port_has_is_compared_as_text(port: str) -> None:
    url = f"https://a.example:{port}/"
    assert endpoint.canonical("url", url) == endpoint.canonical("url", f"HTTPS://A.example:{port}")
    assert endpoint.canonical("url", url) != endpoint.canonical("url", "https://a.example/")


def test_a_url_with_a_line_break_that_the_server_has_is_compared_by_its_parts() -> None:
    with_break = "https://a.example/#first\nsecond"
    assert endpoint.canonical("url", with_break) == endpoint.canonical("url", "HTTPS://A.example:443/#first\nsecond")


@pytest.mark.parametrize(
    ("name", "value"), [("enabledEvents", "ab"), ("enabledEvents", 7), ("status", ["a", "b"]), ("status", 7)]
)
def test_a_value_of_another_type_is_compared_as_it_is(name: endpoint.Updatable, value: object) -> None:
    assert endpoint.canonical(name, value) == value


def test_text_that_is_no_url_is_compared_as_it_is() -> None:
    assert endpoint.canonical("url", "not a URL") == "not a URL"


def test_a_new_endpoints_id_and_secret_are_unknown_in_a_preview() -> None:
    assert endpoint.planned_create(inputs({}), "sandbox") == {
        **inputs({}),
        "webhookEndpointId": UNKNOWN,
        "createdAt": UNKNOWN,
        "environment": "sandbox",
        "signingSecret": UNKNOWN,
    }


def test_an_adopted_endpoints_id_and_supplied_secret_are_known_in_a_preview() -> None:
    declared = inputs({"adopt": "we_1", "existingSigningSecret": "whsec_mine"})
    planned = endpoint.planned_create(declared, "production")
    assert (planned["webhookEndpointId"], planned["signingSecret"]) == ("we_1", "whsec_mine")


def test_an_adopted_endpoint_without_a_supplied_secret_has_none() -> None:
    planned = endpoint.planned_create(inputs({"adopt": "we_1"}), "sandbox")
    assert "signingSecret" not in planned


def test_a_planned_update_keeps_what_only_the_api_knows() -> None:
    declared = inputs({"url": "https://example.org", "existingSigningSecret": "whsec_other"})
    assert endpoint.planned_update(state({}), declared) == {**state({}), **declared, "signingSecret": "s"}


def test_a_planned_update_takes_a_secret_that_was_unknown() -> None:
    declared = inputs({"existingSigningSecret": "whsec_mine"})
    assert endpoint.planned_update(state({}, secret=None), declared)["signingSecret"] == "whsec_mine"


WRITTEN: Patch = {"url": "https://ä.example/", "enabledEvents": ["a"], "status": "enabled"}
ANSWER: Patch = {"url": "https://xn--4ca.example/", "enabledEvents": ["A"], "status": "suspended"}
ECHO: dict[str, Echo] = {
    "url": {"written": "https://ä.example/", "stored": "https://xn--4ca.example/"},
    "enabledEvents": {"written": ["a"], "stored": ["A"]},
}


def test_the_echo_is_what_the_server_made_of_url_and_events() -> None:
    assert endpoint.echo_of({}, WRITTEN, endpoint.UPDATABLE, ANSWER) == ECHO


def test_there_is_no_echo_where_the_server_stores_what_means_the_same() -> None:
    answer: Patch = {"url": "https://A.example:443", "enabledEvents": ["b", "a"], "status": "enabled"}
    written: Patch = {"url": "https://a.example/", "enabledEvents": ["a", "b"], "status": "enabled"}
    assert endpoint.echo_of({}, written, endpoint.UPDATABLE, answer) == {}
    assert endpoint.echo_of(ECHO, written, ["url"], answer) == {"enabledEvents": ECHO["enabledEvents"]}


def test_the_echo_of_all_events_names_them() -> None:
    expanded = endpoint.echo_of({}, {}, ["enabledEvents"], {"enabledEvents": ["a", "b"]})
    assert expanded == {"enabledEvents": {"written": ["*"], "stored": ["a", "b"]}}
    narrowed = endpoint.echo_of({}, {"enabledEvents": ["a"]}, ["enabledEvents"], {"enabledEvents": None})
    assert narrowed == {"enabledEvents": {"written": ["a"], "stored": ["*"]}}


def test_what_was_not_written_keeps_its_echo() -> None:
    assert endpoint.echo_of(ECHO, WRITTEN, ["status"], ANSWER) == ECHO
    assert endpoint.echo_of({}, WRITTEN, ["status"], ANSWER) == {}


@pytest.mark.parametrize("url", ["https://xn--4ca.example/", "https://XN--4ca.example:443", "https://ä.example/"])
def test_the_echo_is_shown_as_it_was_declared(url: str) -> None:
    shown = endpoint.declared_form(WRITTEN, {**ANSWER, "url": url}, ECHO)
    assert shown == {**WRITTEN, "status": "suspended"}


def test_an_echo_that_changed_is_drift() -> None:
    actual: Patch = {**ANSWER, "url": "https://other.example/", "enabledEvents": ["A", "B"]}
    assert endpoint.declared_form(WRITTEN, actual, ECHO) == actual


def test_a_drift_that_has_gone_again_is_shown_as_it_was_written() -> None:
    drifted: Patch = {**WRITTEN, "url": "https://other.example/"}
    assert endpoint.declared_form(drifted, ANSWER, ECHO) == {**WRITTEN, "status": "suspended"}


def test_the_echo_keeps_the_latest_spelling() -> None:
    spelled: Patch = {**WRITTEN, "url": "HTTPS://ä.example:443"}
    assert endpoint.declared_form(spelled, ANSWER, ECHO)["url"] == "HTTPS://ä.example:443"


def test_a_planned_update_keeps_the_echo() -> None:
    assert endpoint.planned_update({**state({}), "echo": ECHO}, inputs({}))["echo"] == ECHO


def test_the_inputs_of_a_state_are_what_a_program_could_have_declared() -> None:
    declared = inputs({"adopt": "we_1", "existingSigningSecret": "whsec_mine"})
    whole: State = {**state({}), **declared}
    assert endpoint.inputs_of(whole) == declared


@pytest.mark.parametrize("adopt", [None, UNKNOWN])
def test_only_an_adoption_of_a_known_endpoint_has_a_notice(adopt: str | None) -> None:
    assert endpoint.adoption_notice({"adopt": adopt}) == ""
    assert endpoint.adoption_notice({"adopt": "we_1"}).startswith("adopts we_1: no endpoint is created")
