"""How the emulator stores a URL and a list of events: each rule by itself, and over HTTP."""

from typing import get_args

import pytest

from pulumi_kinetic.emulator.rewriting import EVENT_CATALOG, EventRule, UrlRule, rewritten_events, rewritten_url
from support.emulator import EmulatorClient

PATH = "/v1/webhook_endpoints"
URL_CASES: list[tuple[UrlRule, str, str]] = [
    ("punycode", "https://user@bücher.example:8443/ü", "https://user@xn--bcher-kva.example:8443/ü"),
    ("punycode", "https://[::1]:8443/", "https://[::1]:8443/"),
    ("punycode", "https://..example/", "https://..example/"),
    ("lower_host", "https://User@Example.COM:8443/Path", "https://User@example.com:8443/Path"),
    ("strip_default_port", "https://a.example:443/", "https://a.example/"),
    ("strip_default_port", "http://[::1]:80/", "http://[::1]/"),
    ("strip_default_port", "https://a.example:/", "https://a.example/"),
    ("strip_default_port", "https://a.example:80/", "https://a.example:80/"),
    ("root_slash", "https://a.example", "https://a.example/"),
    ("root_slash", "https://a.example/b?c", "https://a.example/b?c"),
    ("add_trailing_slash", "https://a.example/b?c", "https://a.example/b/?c"),
    ("add_trailing_slash", "https://a.example/b/", "https://a.example/b/"),
    ("strip_trailing_slash", "https://a.example/b/?c", "https://a.example/b?c"),
    ("lower_path", "https://A.example/Some/Path?Q", "https://A.example/some/path?Q"),
    ("percent_upper", "https://a.example/%2fb?%c3%a4", "https://a.example/%2Fb?%C3%A4"),
    ("percent_lower", "https://a.example/%2FB", "https://a.example/%2fB"),
    ("percent_decode", "https://a.example/%7Eb%2Fc", "https://a.example/~b%2Fc"),
    ("sort_query", "https://a.example/?b=1&a=2", "https://a.example/?a=2&b=1"),
    ("strip_fragment", "https://a.example/#part", "https://a.example/"),
]


@pytest.mark.parametrize(("rule", "url", "stored"), URL_CASES)
def test_a_url_is_rewritten_by_a_rule(rule: UrlRule, url: str, stored: str) -> None:
    assert rewritten_url(url, [rule]) == stored


@pytest.mark.parametrize(("rule", "url", "stored"), URL_CASES)
def test_a_rewritten_url_is_not_rewritten_again(rule: UrlRule, url: str, stored: str) -> None:
    assert rewritten_url(stored, [rule]) == stored, url


def test_every_url_rule_has_a_case() -> None:
    assert {rule for rule, *_ in URL_CASES} == set(get_args(UrlRule))


@pytest.mark.parametrize(
    ("rules", "events", "stored"),
    [
        (["sort"], ["b", "a", "b"], ["a", "b", "b"]),
        (["lower"], ["B", "a"], ["b", "a"]),
        (["deduplicate"], ["b", "a", "b"], ["b", "a"]),
        (["expand"], ["*"], list(EVENT_CATALOG)),
        (["expand"], ["a"], ["a"]),
        (["lower", "deduplicate", "sort"], ["B", "b", "A"], ["a", "b"]),
    ],
)
def test_events_are_rewritten_by_rules_in_their_order(
    rules: list[EventRule], events: list[str], stored: list[str]
) -> None:
    assert rewritten_events(events, rules) == stored


def test_the_rules_apply_to_what_is_written_and_stay_in_it(emulator: EmulatorClient) -> None:
    emulator.assume(url_rules=["punycode", "root_slash"], event_rules=["sort", "deduplicate"])
    body = {"url": "https://bücher.example", "enabled_events": ["b", "a", "b"]}
    created = emulator.http.post(PATH, json=body).json()
    assert (created["url"], created["enabled_events"]) == ("https://xn--bcher-kva.example/", ["a", "b"])
    path = f"{PATH}/{created['webhook_endpoint_id']}"
    assert emulator.http.patch(path, json={"url": "https://a.example"}).json()["url"] == "https://a.example/"
    emulator.assume()
    assert emulator.http.get(path).json()["enabled_events"] == ["a", "b"]


def test_all_events_can_be_stored_as_the_events_of_the_day(emulator: EmulatorClient) -> None:
    emulator.assume(event_rules=["expand"])
    created = emulator.http.post(PATH, json={"url": "https://a.example"}).json()
    assert created["enabled_events"] == list(EVENT_CATALOG)
