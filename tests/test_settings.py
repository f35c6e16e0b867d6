from typing import Any

import httpx
import pytest

from pulumi_kinetic import settings
from pulumi_kinetic.errors import SettingsError
from pulumi_kinetic.settings import Settings


def load(config: dict[str, Any] | None = None, variables: dict[str, str] | None = None) -> Settings:
    return settings.load((config or {}).get, variables or {})


def problems(config: dict[str, Any]) -> list[str]:
    with pytest.raises(SettingsError) as raised:
        load(config)
    assert "SECRET" not in str(raised.value)
    return raised.value.problems


def test_a_sandbox_key_is_enough() -> None:
    loaded = load({"apiKey": "md_test_1"})
    assert loaded.model_dump(exclude={"api_key"}) == {
        "base_url": "https://sandbox.api.microndelta.com",
        "api_version": "2026-06-11",
        "timeout_seconds": 30.0,
        "max_retries": 4,
    }
    assert (loaded.environment, loaded.deadline_seconds) == ("sandbox", 150.0)


def test_configuration_comes_before_the_environment() -> None:
    variables = {"KINETIC_API_KEY": "md_test_env", "KINETIC_BASE_URL": "https://env.example"}
    assert load({}, variables).api_key.get_secret_value() == "md_test_env"
    loaded = load({"apiKey": "md_test_conf", "baseUrl": "https://conf.example/"}, variables)
    assert (loaded.api_key.get_secret_value(), loaded.base_url) == ("md_test_conf", "https://conf.example")


def test_every_setting_is_read_from_configuration() -> None:
    given = {"apiKey": "k", "baseUrl": "https://a.example/v1/", "apiVersion": "2027-01-01"}
    loaded = load({**given, "timeoutSeconds": "1.5", "maxRetries": "0"})
    shown = (loaded.environment, loaded.base_url, loaded.api_version, loaded.timeout_seconds, loaded.max_retries)
    assert shown == ("production", "https://a.example", "2027-01-01", 1.5, 0)


def test_a_missing_key_says_how_to_set_it() -> None:
    (problem,) = problems({})
    assert problem.startswith("the API key is missing: set it with `pulumi config set --secret kinetic:apiKey`")
    assert problem.endswith("KINETIC_API_KEY")
    assert problems({"apiKey": ""}) == problems({})


def test_a_production_key_needs_a_base_url() -> None:
    assert "so a base URL is required" in problems({"apiKey": "md_live_SECRET"})[0]


def test_a_production_key_is_not_sent_in_the_clear() -> None:
    assert "must begin with https://" in problems({"apiKey": "md_live_SECRET", "baseUrl": "http://a.example"})[0]
    assert load({"apiKey": "md_live_1", "baseUrl": "http://127.0.0.1:80"}).environment == "production"


@pytest.mark.parametrize(
    "url", ["HTTP://a.example", " http://a.example", "\thttp://a.example", "Http://a.example:80/v1"]
)
@pytest.mark.parametrize("variable", [False, True])
def test_a_production_key_is_not_sent_in_the_clear_however_the_url_is_written(url: str, *, variable: bool) -> None:
    config = {"apiKey": "md_live_SECRET"} if variable else {"apiKey": "md_live_SECRET", "baseUrl": url}
    with pytest.raises(SettingsError, match="must begin with https://"):
        load(config, {"KINETIC_BASE_URL": url} if variable else {})


TRICKY = [
    *(f"{scheme}//{rest}" for scheme in ("http:", "HTTP:", "\x01http:", "h\tttp:", "http:\n", "https:") for rest in (
        "a.example", "a.example\\@127.0.0.1", "127.0.0.1\\@a.example", "127.0.0.1.a.example", "a.example#@localhost",
        "localhost@a.example", "LOCALHOST", "127.0.0.1:8787", "[::1]:8787", "[::1].a.example", "127.0.0.1%2ea.example",
        "localhost.a.example", "localhost\x00.a.example", "/a.example", "a.example:80@localhost", "0x7f.1", "127.1",
    )),
    "http:a.example", "http:/a.example", "//a.example", "http:\\\\a.example",
]  # fmt: skip


@pytest.mark.parametrize("url", TRICKY)
def test_what_is_sent_to_is_what_the_rules_have_seen(url: str) -> None:
    try:
        loaded = load({"apiKey": "md_live_SECRET", "baseUrl": url})
    except SettingsError as error:
        assert "kinetic:baseUrl (or KINETIC_BASE_URL) must" in str(error)  # noqa: PT017 either is right
        return
    sent_to = httpx.URL(loaded.base_url)
    assert sent_to.scheme == "https" or sent_to.host in ("localhost", "127.0.0.1", "::1")


@pytest.mark.parametrize(
    "url",
    ["a.example", "ftp://a.example", "https://", "https://a.example?x=1", "https://a:b", "https://exa mple.com",
     "https://a.example:65536", "https://a.example\t/x", "https://[::1", "https://a.example\\x"],
)  # fmt: skip
def test_a_base_url_must_be_absolute(url: str) -> None:
    assert "kinetic:baseUrl (or KINETIC_BASE_URL)" in problems({"apiKey": "md_test_SECRET", "baseUrl": url})[0]


def test_a_base_url_holds_no_password() -> None:
    assert (
        "must not contain user:password@"
        in problems({"apiKey": "md_test_1", "baseUrl": "https://u:SECRET@a.example"})[0]
    )


@pytest.mark.parametrize("key", ["md_test_SECRET with space", "md_test_SECRET\nline", "md_test_SECRETé"])
def test_a_key_that_no_header_can_carry_is_refused_without_showing_it(key: str) -> None:
    assert "contains characters that an API key can't have" in problems({"apiKey": key})[0]


def test_white_space_around_a_key_is_dropped() -> None:
    assert load({"apiKey": " md_test_1\n"}).api_key.get_secret_value() == "md_test_1"


def test_all_mistakes_are_reported_together() -> None:
    wrong = {"baseUrl": "x", "apiVersion": "new", "timeoutSeconds": "soon", "maxRetries": "1.5"}
    assert [problem.split()[0] for problem in problems(wrong)] == [
        "the",
        "kinetic:baseUrl",
        "kinetic:apiVersion",
        "kinetic:timeoutSeconds",
        "kinetic:maxRetries",
    ]


def test_a_number_must_be_in_its_range() -> None:
    wrong = {"apiKey": "md_test_1", "timeoutSeconds": "0", "maxRetries": "-1"}
    assert problems(wrong) == [
        'kinetic:timeoutSeconds must be a number between 0.01 and 3600. Given: "0"',
        'kinetic:maxRetries must be a whole number between 0 and 20. Given: "-1"',
    ]


def test_settings_never_show_the_key() -> None:
    assert "SECRET" not in repr(load({"apiKey": "md_test_SECRET"}))


NO_NUMBERS = ["inf", "-inf", "nan", "1e309", "-1", "0x10", " ", "1,5", "1_0", "\u0661", "\uff11", "true", "9" * 5000]


@pytest.mark.parametrize("value", [*NO_NUMBERS, True, False, [], {}, {"a": 1}, 10**400, float("nan"), float("inf"), -1])
@pytest.mark.parametrize("name", ["timeoutSeconds", "maxRetries"])
def test_what_is_no_number_is_one_problem_with_its_value(name: str, value: object) -> None:
    (problem,) = problems({"apiKey": "md_test_1", name: value})
    assert problem.startswith(f"kinetic:{name} must be a ")
    assert ". Given: " in problem
    assert len(problem) < 250


@pytest.mark.parametrize("value", [10**9, "1000000000", 20.5, "1e1"])
def test_retries_are_few_and_whole(value: object) -> None:
    assert "must be a whole number between 0 and 20" in problems({"apiKey": "md_test_1", "maxRetries": value})[0]


@pytest.mark.parametrize(
    "value", ["new", "2026-6-11", "2026-06-11\n", "\u0662026-06-11", "2026-06-11\r\nX: y", 7, True, []]
)
def test_a_version_is_a_date(value: object) -> None:
    (problem,) = problems({"apiKey": "md_test_1", "apiVersion": value})
    assert problem.startswith("kinetic:apiVersion must be a date such as 2026-06-11. Given: ")


@pytest.mark.parametrize(
    "url", ["http://a.example", "HTTP://A.example:80", "http://127.0.0.1.a.example", "http://[fd00::1]"]
)
def test_plain_http_to_another_machine_is_warned_of(url: str) -> None:
    assert "unencrypted" in str(load({"apiKey": "md_test_1", "baseUrl": url}).warning)


@pytest.mark.parametrize("url", ["https://a.example", "http://127.0.0.1:8787", "http://localhost", "http://[::1]:80"])
def test_what_is_encrypted_or_stays_on_the_machine_is_not_warned_of(url: str) -> None:
    assert load({"apiKey": "md_test_1", "baseUrl": url}).warning is None


def test_each_mistake_says_which_setting_it_is_of() -> None:
    config = {"apiKey": "two words", "baseUrl": "ftp://a", "apiVersion": "x", "timeoutSeconds": 0, "maxRetries": 99}
    loaded, mistakes = settings.read(config.get, {})
    assert loaded is None
    assert sorted({mistake.setting for mistake in mistakes}) == sorted(settings.SOURCES)
    assert all(f"kinetic:{settings.SOURCES[mistake.setting].config_key}" in mistake.problem for mistake in mistakes)
    assert [mistake.setting for mistake in settings.read(lambda _: None, {})[1]] == ["api_key"]
    assert [mistake.setting for mistake in settings.read({"apiKey": "live"}.get, {})[1]] == ["base_url"]
