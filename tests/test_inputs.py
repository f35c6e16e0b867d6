from typing import Any

import pulumi
import pytest
from pydantic import ValidationError

from pulumi_kinetic import inputs
from pulumi_kinetic.inputs import Failure
from pulumi_kinetic.settings import Environment
from pulumi_kinetic.values import UNKNOWN
from support import outputs
from support.strategies import merged

GOOD: Any = {"url": "https://example.com/hooks", "enabledEvents": ["a", "b"], "status": "disabled"}


def failures(news: Any, environment: Environment | None = "sandbox") -> list[Failure]:
    return inputs.check({}, news, environment=environment, new_key="new").failures


def reason(property_name: str, value: Any, environment: Environment | None = "sandbox") -> str:
    mistakes = failures(merged(GOOD, {property_name: value}), environment)
    assert [failure.property for failure in mistakes] == [property_name]
    return mistakes[0].reason


def test_check_accepts_good_inputs_and_keeps_their_form() -> None:
    checked = inputs.check({}, GOOD, environment="production", new_key="new")
    assert checked == (merged(GOOD, {"idempotencyKey": "new"}), [])


def test_check_fills_in_the_status() -> None:
    assert inputs.check({}, {"url": "https://a.example"}, environment=None, new_key="k").inputs["status"] == "enabled"


def test_check_drops_what_is_none() -> None:
    news = merged(GOOD, {"enabledEvents": None, "adopt": None})
    assert set(inputs.check({}, news, environment=None, new_key="k").inputs) == {"url", "status", "idempotencyKey"}


def test_check_keeps_the_idempotency_key_of_state_and_ignores_one_of_the_program() -> None:
    checked = inputs.check(
        {"idempotencyKey": "old"}, merged(GOOD, {"idempotencyKey": ""}), environment=None, new_key="new"
    )
    assert (checked.inputs["idempotencyKey"], checked.failures) == ("old", [])


def test_check_fixes_adopt_at_creation() -> None:
    changed = inputs.check(
        merged(GOOD, {"adopt": "we_a"}), merged(GOOD, {"adopt": "we_b"}), environment=None, new_key="k"
    )
    removed = inputs.check(merged(GOOD, {"adopt": "we_a"}), GOOD, environment=None, new_key="k")
    added = inputs.check(GOOD, merged(GOOD, {"adopt": "we_b"}), environment=None, new_key="k")
    assert [checked.inputs.get("adopt") for checked in (changed, removed, added)] == ["we_a", "we_a", None]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("example.com/hooks", "absolute URL"),
        ("/hooks", "absolute URL"),
        ("https:///hooks", "absolute URL"),
        ("https://exa mple.com", "without spaces"),
        ("https://example.com/\n", "without spaces"),
        ("", "absolute URL"),
        (7, "must be a string"),
        (["https://a.example"], "must be a string"),
        ("ftp://example.com", "begin with https://"),
        ("https://example.com:0/", "port between 1 and 65535"),
        ("https://example.com:65536/", "port between 1 and 65535"),
        ("https://example.com/#part", "must not contain a fragment"),
        ("https://user:hunter2@example.com/", "must not contain a user name or password"),
    ],
)
def test_check_says_what_is_wrong_with_a_url(url: Any, words: str) -> None:
    assert words in reason("url", url)


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ([], "must not be empty"),
        (["a", ""], "without empty strings"),
        (["a", "  "], "without empty strings"),
        ([" a"], "surrounding spaces"),
        (["a", 7], "must contain event names only"),
        (["*", "a"], 'must not mix "*" with other names'),
        ("a", "must be a list of event names"),
    ],
)
def test_check_says_what_is_wrong_with_events(events: Any, words: str) -> None:
    assert words in reason("enabledEvents", events)


def test_check_says_what_is_wrong_with_a_status() -> None:
    (mistake,) = failures(merged(GOOD, {"status": "paused"}))
    assert mistake == Failure("status", 'must be "enabled" or "disabled"', '"paused"')


def test_check_reports_all_mistakes_together() -> None:
    news = {"url": "ftp://u:p@a.example/#x", "enabledEvents": [], "status": "paused", "colour": "red"}
    mistakes = failures(news)
    assert [failure.property for failure in mistakes] == ["url", "enabledEvents", "status", "colour"]
    assert mistakes[0].reason.count("must") == 3


@pytest.mark.parametrize("name", ["url", "enabledEvents", "status", "adopt", "existingSigningSecret"])
def test_check_leaves_unknown_values_alone(name: str) -> None:
    news = merged(GOOD, {"adopt": "we_a", name: UNKNOWN})
    checked = inputs.check({}, news, environment="production", new_key="k")
    assert checked.failures == []
    assert dict(checked.inputs)[name] == UNKNOWN


def test_check_judges_the_known_part_of_a_list() -> None:
    assert failures(merged(GOOD, {"enabledEvents": [UNKNOWN, "a"]})) == []
    assert failures(merged(GOOD, {"enabledEvents": [UNKNOWN]})) == []
    assert UNKNOWN not in reason("enabledEvents", [UNKNOWN, ""])


def test_http_is_for_the_sandbox_only() -> None:
    assert failures({"url": "http://localhost:3000/hooks"}, "sandbox") == []
    assert failures({"url": "http://localhost:3000/hooks"}, None) == []
    assert "must begin with https://" in reason("url", "http://localhost:3000/hooks", "production")


def test_another_scheme_is_one_mistake_in_production_too() -> None:
    assert reason("url", "ftp://example.com", "production").count("must") == 1


@pytest.mark.parametrize("port", ["1", "65535", ""])
def test_every_port_is_a_port(port: str) -> None:
    assert failures({"url": f"https://example.com:{port}/"}) == []


DRIFTED = {
    "url": "http://localhost/#part",
    "enabledEvents": ["*", "a", ""],
    "status": "suspended",
    "adopt": "gone",
    "existingSigningSecret": "****",
    "colour": "red",
}


@pytest.mark.parametrize("name", DRIFTED)
def test_what_equals_the_old_input_is_not_judged_again(name: str) -> None:
    drifted = merged(GOOD, {"adopt": "we_a", name: DRIFTED[name]})
    checked = inputs.check(drifted, drifted, environment="production", new_key="k")
    assert checked.failures == []
    assert checked.inputs == merged(drifted, {"idempotencyKey": "k"})


@pytest.mark.parametrize("name", DRIFTED)
def test_another_value_is_judged_where_the_old_one_was_none_either(name: str) -> None:
    olds = merged(GOOD, {"adopt": "we_a", **DRIFTED})
    news = merged(olds, {name: " "})
    failed = inputs.check(olds, news, environment="production", new_key="k").failures
    assert [failure.property for failure in failed] == [name]


def test_a_missing_url_is_judged_where_the_old_one_is_missing_too() -> None:
    assert inputs.check({"status": "enabled"}, {}, environment=None, new_key="k").failures == failures({})


def test_url_is_required() -> None:
    assert failures({}) == [Failure("url", "is required: the https URL that events are delivered to")]


@pytest.mark.parametrize("adopt", ["", "endpoint", "we_", "we_a/b", 7])
def test_adopt_must_be_an_id(adopt: Any) -> None:
    assert "must be the id of an existing endpoint" in reason("adopt", adopt)


@pytest.mark.parametrize("secret", ["", " ", "whsec_****", "••••", 7, True, ["whsec_a"]])
def test_a_supplied_secret_must_be_one(secret: Any) -> None:
    mistakes = failures(merged(GOOD, {"adopt": "we_a", "existingSigningSecret": secret}))
    assert mistakes == [
        Failure(
            "existingSigningSecret",
            "must be the signing secret itself, not empty and not masked; omit it if it isn't known",
        )
    ]


def test_a_supplied_secret_belongs_to_an_endpoint_that_exists() -> None:
    news = merged(GOOD, {"existingSigningSecret": "whsec_mine"})
    assert "give its id as `adopt`" in failures(news)[0].reason
    assert failures(merged(news, {"adopt": "we_a"})) == []
    assert inputs.check(GOOD, news, environment=None, new_key="k").failures == []


def test_all_events_may_be_repeated() -> None:
    assert failures(merged(GOOD, {"enabledEvents": ["*", "*"]})) == []


@pytest.mark.parametrize(
    "url", ["https://user:hunter2@example.com/#", "user:hunter2@example.com", "https://u:hun/ter2@h?#", "u:hunter2#x@h"]
)
def test_a_password_is_never_shown(url: str) -> None:
    assert "hun" not in reason("url", url)


def test_a_validation_error_itself_hides_what_was_given() -> None:
    """Nobody shows one; but a debugger's log or a later caller's traceback would."""
    with pytest.raises(ValidationError) as raised:
        inputs.Declaration.model_validate({"url": "https://a.example", "password": "hunter2"})
    assert "password" in str(raised.value)
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize(
    ("failure", "secret_names", "sent"),
    [
        (Failure("status", "must", '"off"'), (), ("status", 'must. Given: "off"')),
        (Failure("status", "must", '"off"'), ("status",), ("", "status must")),
        (Failure("enabledEvents", "must", "['a', 'a']"), (), ("enabledEvents", "must. Given: ['a', 'a']")),
        (Failure("enabledEvents", "must", "['a', 'a']"), ("enabledEvents",), ("", "enabledEvents must")),
        (Failure("url", "must", '"http://a"'), (), ("", 'url must. Given: "http://a"')),
        (Failure("url", "must", '"http://a"'), ("url",), ("", 'url must. Given: "http://a"')),
        (Failure("adopt", "must", '"x"'), ("adopt",), ("", "adopt must")),
        (Failure("existingSigningSecret", "must"), (), ("", "existingSigningSecret must")),
    ],
)
def test_the_engine_is_told_property_and_value_only_where_they_may_be_shown(
    failure: Failure, secret_names: tuple[str, ...], sent: tuple[str, str]
) -> None:
    assert failure.redacted(secret_names) == sent


@pytest.mark.parametrize(
    "url", ["ftp://u:p@a.example/TOKEN?TOKEN#TOKEN", "TOKEN", "a.example/TOKEN", "TOKEN@a.example", "x://h/a@TOKEN", 7]
)
def test_a_broken_url_is_given_without_what_may_be_a_token(url: Any) -> None:
    (mistake,) = failures({"url": url})
    assert "TOKEN" not in "".join(mistake)


async def _in_an_f_string() -> str:
    return f"https://{pulumi.Output.from_input('a')}/hooks"


TEXTS_OF_OUTPUTS = [
    outputs.run(_in_an_f_string()),
    "Calling [toString] on an [Output<T>] is not supported.\n\nTo get the value of an Output<T> as an Output<string>",
    "Calling [ToString] on an [Output<T>] is not supported.",
]


@pytest.mark.parametrize("text", TEXTS_OF_OUTPUTS)
@pytest.mark.parametrize("name", ["url", "enabledEvents", "adopt", "existingSigningSecret"])
def test_the_text_of_an_output_is_refused_wherever_it_stands(name: str, text: str) -> None:
    """pulumi#10062: an Output in an f-string became part of what was deployed."""
    given = {"url": "https://a.example", "adopt": "we_1", name: ["a", text] if name == "enabledEvents" else text}
    (failure,) = failures(given)
    assert failure.property == name
    assert failure.reason.startswith("has the text of an Output in it, not its value")
