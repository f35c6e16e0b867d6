from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest

from pulumi_kinetic import errors
from pulumi_kinetic.cli import api_checks
from pulumi_kinetic.cli.api_checks import EndpointEnvironment
from pulumi_kinetic.cli.configured import Answer, Configured, configured_of

NOW = datetime(2026, 11, 25, 12, tzinfo=timezone.utc)


def configured(config: Mapping[str, str], variables: Mapping[str, str] | None = None) -> Configured:
    (one,) = configured_of(config.get, [], variables or {})
    return one


RIGHT = configured({"apiKey": "md_test_1", "baseUrl": "https://a.example/path"})


@pytest.mark.parametrize(
    ("config", "variables", "status", "words"),
    [
        ({"apiKey": "md_test_1"}, {}, "pass", "a sandbox key, from the stack's configuration"),
        ({}, {"KINETIC_API_KEY": "md_test_1"}, "pass", "a sandbox key, from KINETIC_API_KEY"),
        ({"apiKey": "k", "baseUrl": "https://a.example"}, {}, "pass", "a production key"),
        ({"apiKey": "k"}, {}, "pass", "a production key"),  # what is wrong is the base URL
        ({"apiKey": "md_test_1"}, {"KINETIC_API_KEY": " md_test_1\n"}, "pass", "from the stack's configuration"),
        ({"apiKey": "md_test_1"}, {"KINETIC_API_KEY": "md_test_2"}, "warn", "has another one, which isn't used"),
        ({}, {}, "fail", "is missing"),
        ({"apiKey": "", "baseUrl": "https://a.example"}, {"KINETIC_API_KEY": ""}, "fail", "is missing"),
        ({"apiKey": "sch\u00f6n"}, {}, "fail", "contains characters"),
    ],
)
def test_the_key(config: dict[str, str], variables: dict[str, str], status: str, words: str) -> None:
    check = api_checks.api_key(configured(config, variables))
    assert (check.status, words in check.detail) == (status, True), check
    assert bool(check.cure) == (status != "pass")


@pytest.mark.parametrize(
    ("config", "variables", "status", "words"),
    [
        ({}, {}, "pass", "https://sandbox.api.microndelta.com, from the default"),
        ({"baseUrl": "https://a.example/token/1"}, {}, "pass", "https://a.example, from the stack's configuration"),
        ({}, {"KINETIC_BASE_URL": "http://127.0.0.1:1"}, "pass", "http://127.0.0.1:1, from KINETIC_BASE_URL"),
        ({"baseUrl": "http://a.example"}, {}, "warn", "cross the network unencrypted"),
        ({"baseUrl": "https://a.example"}, {"KINETIC_BASE_URL": "https://b.example"}, "warn", "isn't used"),
        ({"baseUrl": "http://a.example", "apiKey": "k"}, {}, "fail", "must begin with https://"),
        ({"apiKey": "k"}, {}, "fail", "so a base URL is required"),
        ({"baseUrl": "https://u:hunter2@a.example"}, {}, "fail", "must not contain user:password@"),
    ],
)
def test_the_base_url(config: dict[str, str], variables: dict[str, str], status: str, words: str) -> None:
    check = api_checks.base_url(configured({"apiKey": "md_test_1", **config}, variables))
    assert (check.status, words in check.detail) == (status, True), check
    assert bool(check.cure) == (status != "pass")
    assert "hunter2" not in str(check)
    assert "token" not in str(check)


@pytest.mark.parametrize(
    ("version", "status"), [("2026-06-11", "pass"), ("2027-01-01", "warn"), ("latest", "fail"), ("", "pass")]
)
def test_the_api_version(version: str, status: str) -> None:
    assert api_checks.api_version(configured({"apiVersion": version})).status == status


@pytest.mark.parametrize(
    ("config", "status", "words"),
    [
        ({}, "pass", "30 s an attempt, 4 retries"),
        ({"timeoutSeconds": "0.5", "maxRetries": "0"}, "pass", "0.5 s an attempt, 0 retries"),
        ({"timeoutSeconds": "never", "maxRetries": "-1"}, "fail", "kinetic:timeoutSeconds must be a number"),
        ({"timeoutSeconds": "never", "maxRetries": "-1"}, "fail", "kinetic:maxRetries must be a whole number"),
    ],
)
def test_the_limits_are_judged_without_a_key(config: dict[str, str], status: str, words: str) -> None:
    check = api_checks.limits(configured(config))
    assert (check.status, words in check.detail) == (status, True), check


@pytest.mark.parametrize(
    ("proxy", "variables", "status", "detail"),
    [
        (None, {}, "pass", "no proxy; certificates of the package certifi"),
        ("http://p.example", {}, "pass", "proxy http://p.example; certificates of the package certifi"),
        (None, {"SSL_CERT_FILE": "/x"}, "pass", "no proxy; certificates of SSL_CERT_FILE"),
        (None, {"SSL_CERT_FILE": "/x", "CURL_CA_BUNDLE": "/y"}, "pass", "no proxy; certificates of SSL_CERT_FILE"),
        (
            None,
            {"REQUESTS_CA_BUNDLE": "/x"},
            "warn",
            "no proxy; certificates of the package certifi; REQUESTS_CA_BUNDLE isn't read",
        ),
    ],
)
def test_the_network(proxy: str | None, variables: dict[str, str], status: str, detail: str) -> None:
    check = api_checks.network(RIGHT, proxy, None, variables)
    assert (check.status, check.detail) == (status, detail)


def test_a_variable_that_spoils_the_network_is_named() -> None:
    check = api_checks.network(RIGHT, None, errors.SettingsError(["SSL_CERT_FILE isn't there"]), {})
    assert (check.status, check.detail) == ("fail", "SSL_CERT_FILE isn't there")


def test_the_read_scope_is_proved_by_a_listing_or_says_what_the_api_says() -> None:
    refused = errors.ForbiddenError("list webhook endpoints", "it lacks the scope", advice="Grant it.")
    assert api_checks.read_scope(RIGHT, Answer(2)).detail == "the API lists webhook endpoints: 2"
    assert api_checks.read_scope(RIGHT, Answer(100, has_more=True)).detail.endswith(": 100 and more")
    check = api_checks.read_scope(RIGHT, Answer(error=refused))
    assert (check.status, check.detail, check.cure) == (
        "fail",
        "could not list webhook endpoints: it lacks the scope",
        "Grant it.",
    )
    assert api_checks.read_scope(RIGHT, None).status == "skip"


@pytest.mark.parametrize(
    ("seconds", "status", "words"),
    [
        (0, "pass", "agrees"),
        (60, "pass", "agrees"),
        (-60, "pass", "agrees"),
        (61, "warn", "61 s ahead of the API's"),
        (-3600, "warn", "3,600 s behind the API's"),
    ],
)
def test_the_clock(seconds: int, status: str, words: str) -> None:
    date = format_datetime(NOW - timedelta(seconds=seconds), usegmt=True)
    check = api_checks.clock(RIGHT, Answer(date=date, at=NOW))
    assert (check.status, words in check.detail) == (status, True), check


@pytest.mark.parametrize("date", ["", "soon", "Wed, 99 Nov 2026", "Fri, 31 Dec 9999 23:00:00 -2300", "\u0661"])
def test_a_date_that_is_none_says_nothing_of_the_clock(date: str) -> None:
    assert api_checks.clock(RIGHT, Answer(date=date, at=NOW)).status == "skip"


def test_a_refusal_has_a_date_too() -> None:
    error = errors.UnauthorizedError("list", "refused")
    late = format_datetime(NOW - timedelta(hours=1), usegmt=True)
    assert api_checks.clock(RIGHT, Answer(error=error, date=late, at=NOW)).status == "warn"


@pytest.mark.parametrize(
    ("pairs", "status", "words"),
    [
        (None, "skip", "the stack's state isn't known"),
        ([], "skip", "no endpoint in the state"),
        ([("a", "sandbox", None)], "skip", "no key"),
        ([("a", "sandbox", "sandbox"), ("b", "production", "production")], "pass", "production, sandbox"),
        ([("a", "sandbox", "sandbox"), ("b", "production", "sandbox")], "fail", "belong to production: b"),
        ([(name, "sandbox", "production") for name in "abcde"], "fail", "belong to sandbox: a, b, c, …"),
    ],
)
def test_the_environment_of_the_stack(pairs: list[tuple[str, str, str | None]] | None, status: str, words: str) -> None:
    endpoints = None if pairs is None else [EndpointEnvironment(*pair) for pair in pairs]
    check = api_checks.environment(endpoints)
    assert (check.status, words in check.detail) == (status, True), check


def test_a_check_names_an_explicit_provider() -> None:
    assert configured({}).named("clock") == "clock"
    assert Configured("eu", RIGHT.settings, [], "sandbox", {}).named("clock") == 'clock of provider "eu"'
