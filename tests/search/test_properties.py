"""Exactness of the pure core by search: any valid inputs, any way to write them, any single change on the server."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulumi_kinetic import endpoint, inputs
from pulumi_kinetic.values import UNKNOWN
from support.case_counter import count_cases
from support.strategies import EVENTS, STATUSES, declared, equal_to, merged, urls

NOISY_MACHINE = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
PURE = settings(max_examples=1500, deadline=None, suppress_health_check=NOISY_MACHINE)
SERVER_FIELDS = {"url": urls(), "enabledEvents": EVENTS.map(lambda events: events or ["*"]), "status": STATUSES}
KNOWN: Any = {"signingSecret": "whsec_known", "environment": "sandbox"}
Inputs = Any  # a search hands over what no type allows, too


def checked(news: Inputs, olds: Inputs | None = None) -> Inputs:
    result = inputs.check(olds or {}, news, environment="sandbox", new_key="new")
    assert result.failures == []
    return result.inputs


PURE = settings(max_examples=1500, deadline=None, suppress_health_check=NOISY_MACHINE)


@PURE
@given(declared())
def test_valid_inputs_pass_and_are_no_change_of_themselves(news: Inputs) -> None:
    inputs = checked(news)
    assert endpoint.changed_names(merged(inputs, KNOWN), inputs) == []
    assert checked(news, inputs) == inputs
    count_cases("pure core")


@PURE
@given(st.data())
def test_equal_meaning_never_differs(data: st.DataObject) -> None:
    news = data.draw(declared())
    before, after = checked(news), checked(data.draw(equal_to(news)))
    assert endpoint.changed_names(merged(before, KNOWN), after) == []
    assert endpoint.changed_names(merged(after, KNOWN), before) == []
    count_cases("pure core")


@PURE
@given(declared(), declared())
def test_what_differs_is_what_the_parts_say(first: Inputs, second: Inputs) -> None:
    """Two programs differ in a property exactly where its value alone, put into the other, differs too."""
    before, after = checked(first), checked(second)
    together = endpoint.changed_names(merged(before, KNOWN), after)
    alone = [
        name
        for name in endpoint.UPDATABLE
        if endpoint.changed_names(merged(before, KNOWN), merged(before, {name: None, **_only(after, name)}))
    ]
    assert together == alone
    count_cases("pure core")


@PURE
@given(st.data())
def test_a_single_change_on_the_server_is_seen_in_that_property_and_healed(data: st.DataObject) -> None:
    inputs = checked(data.draw(declared()))
    name = data.draw(st.sampled_from(endpoint.UPDATABLE))
    actual = merged(inputs, {name: data.draw(SERVER_FIELDS[name])})
    seen = endpoint.declared_form(inputs, actual, {})
    changed = endpoint.canonical(name, actual[name]) != endpoint.canonical(name, inputs.get(name))
    assert endpoint.changed_names(merged(seen, KNOWN), inputs) == ([name] if changed else [])
    healed = merged(actual, endpoint.patch_for(seen, inputs))
    assert endpoint.declared_form(inputs, healed, {}) == endpoint.declared_form(inputs, inputs, {})
    count_cases("pure core")


@PURE
@given(declared(), st.sets(st.sampled_from([*endpoint.UPDATABLE, "adopt", "existingSigningSecret"]), min_size=1))
def test_unknown_values_never_fail_and_count_as_changed(news: Inputs, names: set[str]) -> None:
    unknown = merged(news, dict.fromkeys(names, UNKNOWN))
    result = inputs.check({}, unknown, environment="production", new_key="new")
    assert {failure.property for failure in result.failures} <= {"url"} - names | (
        {"existingSigningSecret"} if "adopt" not in names else set()
    )
    assert UNKNOWN not in str(result.failures)
    differing = endpoint.changed_names(merged(checked(news), KNOWN), merged(checked(news), unknown))
    assert set(differing) == names & set(endpoint.UPDATABLE)
    count_cases("pure core")


@PURE
@given(
    st.dictionaries(
        st.sampled_from([*endpoint.UPDATABLE, "adopt", "existingSigningSecret", "colour"]),
        st.one_of(
            st.none(),
            st.integers(),
            st.text(max_size=30),
            st.lists(st.one_of(st.text(max_size=5), st.none()), max_size=3),
        ),
    )
)
def test_any_rubbish_is_answered_by_messages_not_exceptions(news: Inputs) -> None:
    result = inputs.check({}, news, environment="production", new_key="new")
    given_names = {name for name, value in news.items() if value is not None}
    assert {failure.property for failure in result.failures} <= given_names | {"url"}
    assert all(failure.reason for failure in result.failures)
    assert result.failures or isinstance(news["url"], str)
    count_cases("pure core")


def _only(values: Inputs, name: str) -> Inputs:
    return {name: values[name]} if name in values else {}
