from typing import Any

import httpx
import pytest

from pulumi_kinetic import redact
from support.emulator import KEY
from support.scripted_api import BODY, URL, answering, problem
from support.secret_scan import spellings

CANARY = "md_prod/CANARY+0123456789=="
"""A production key, of no known form: what is known of it is that it is the key."""


def test_a_query_and_a_long_value_are_not_shown() -> None:
    assert redact.value("https://example.com/?token=abc") == '"https://example.com/…"'
    assert redact.value("x" * 121) == f'"{"x" * 120}…"'
    assert redact.value("x" * 120) == f'"{"x" * 120}"'


@pytest.mark.parametrize("value", [None, "", "  ", "********", "whsec_…", 7])
def test_what_stands_in_for_a_secret_is_none(value: Any) -> None:
    assert redact.signing_secret(value) is None


def test_a_secret_is_a_secret() -> None:
    assert redact.signing_secret("whsec_kkVb") == "whsec_kkVb"


def test_secrets_that_a_server_echoes_are_not_passed_on() -> None:
    echo = {"message": f"key {KEY}, idempotency key-1, whsec_abcDEF123, md_live_other"}
    api, _ = answering(httpx.Response(400, json=echo))
    assert str(problem(lambda: api.create(BODY, "key-1", URL))).endswith(
        "The server says: key [redacted], idempotency [redacted], [redacted], [redacted]"
    )


@pytest.mark.parametrize("secret", ["whsec_ab+cd/EF==", "md_test_abc-defghi", "md_live_0.1", "WHSEC_ABC"])
def test_a_key_or_secret_in_the_wrong_place_is_not_shown(secret: str) -> None:
    assert redact.value(secret) == '"[redacted]"'
    assert redact.value([secret, "a"]) == "['[redacted]', 'a']"
    assert redact.text(f"the key {secret} is wrong") == "the key [redacted] is wrong"


SPELLINGS = spellings(CANARY)


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("text", ["no such key: {}, sorry", "{}", "x{}x {}"])
def test_a_secret_is_found_however_it_is_spelled(text: str, spelling: str) -> None:
    shown = redact.text(text.format(SPELLINGS[spelling], "again"), CANARY)
    assert redact.REDACTED in shown
    left = set(shown.replace(redact.REDACTED, "").split())
    assert left <= {"no", "such", "key:", ",", "sorry", "x", "xx", "again", "xagain"}


@pytest.mark.parametrize("length", range(1, 60))
def test_no_part_of_a_secret_is_left_at_the_cut(length: int) -> None:
    shown = redact.text(f"the key is {CANARY} and no other", CANARY, max_chars=length)
    assert "md_" not in shown
    assert "CANARY" not in shown
    assert len(shown) <= length + 1


@pytest.mark.parametrize(
    "character",
    [
        *map(chr, range(32)),
        *map(chr, range(0x7F, 0xA0)),
        *"\u061c\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069",
        *"\ufeff\u00ad\u034f\u180e\U000e0001\U000e0041\U000e007f\ud800\udfff\ufffb",
    ],
    ids=lambda character: f"U+{ord(character):04X}",
)
def test_no_control_or_invisible_character_is_passed_on(character: str) -> None:
    for shown in (redact.text(f"a{character}b"), redact.value(f"a{character}b"), redact.value([f"a{character}b"])):
        assert character == " " or character not in shown
        assert shown.isprintable()


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]8;;https://evil.example\x07click\x1b]8;;\x1b\\", "click"),
        ("\x9b2Jgone", "gone"),
        ("two\nlines\tand\u2028more", "two lines and more"),
        ("Größe 你好 😀", "Größe 你好 😀"),
    ],
)
def test_words_are_kept_and_what_steers_a_terminal_is_not(sent: str, shown: str) -> None:
    assert redact.text(sent) == shown


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://h.example/services/TOKEN", '"https://h.example"'),
        ("https://h.example?TOKEN", '"https://h.example"'),
        ("https://h.example#TOKEN", '"https://h.example"'),
        ("https://TOKEN:TOKEN@h.example:8443/", '"https://h.example:8443"'),
        ("HTTP://[::1]:80/TOKEN", '"HTTP://[::1]:80"'),
        ("https://bücher.example/TOKEN", '"https://bücher.example"'),
        ("https://h.example", '"https://h.example"'),
        ("https://u:1/TOKEN@h.example/", "the given URL"),
        ("https:///TOKEN", "the given URL"),
        ("https://h.example:TOKEN/", "the given URL"),
        ("https://h.example\\TOKEN", "the given URL"),
        ("h.example/TOKEN", "the given URL"),
        ("TOKEN", "the given URL"),
        ("", "the given URL"),
    ],
)
def test_of_a_url_scheme_and_host_are_shown(url: str, shown: str) -> None:
    assert redact.origin(url) == shown
    assert "TOKEN" not in redact.text(f"can't reach {url if '://' in url else ''}.")


def test_a_url_in_a_servers_words_is_cut_to_scheme_and_host() -> None:
    words = (
        'the url "https://h.example/T0/TOKEN?x=1" (see https://docs.example, http://a@b.example/c@d) is not reachable'
    )
    assert redact.text(words) == 'the url "https://h.example/…" (see https://docs.example, http://…) is not reachable'


URL_WITH_TOKENS = "https://h.example/webhooks/T0KEN-in-path/x?key=T0KEN-in-query&mode=live"


@pytest.mark.parametrize(
    "words",
    [
        "{url} is not reachable",
        "no route /webhooks/T0KEN-in-path/x?key=T0KEN-in-query&mode=live",
        "T0KEN-in-path is unknown, T0KEN-in-query too",
        "%2Fwebhooks%2FT0KEN-in-path%2Fx",
        "https%3A%2F%2Fh.example%2Fwebhooks%2FT0KEN-in-path%2Fx%3Fkey%3DT0KEN-in-query",
        "/webhooks/T0KEN-in…",
    ],
)
def test_a_url_that_the_server_repeats_is_not_shown(words: str) -> None:
    answer = httpx.Response(422, json={"message": words.format(url=URL_WITH_TOKENS)})
    creating, _ = answering(answer)
    updating, _ = answering(answer)
    for call in (
        lambda: creating.create(BODY, "key-1", URL_WITH_TOKENS),
        lambda: updating.update("we_1", {"url": URL_WITH_TOKENS}),
    ):
        assert "T0KEN" not in str(problem(call))


def test_an_ordinary_word_of_a_url_stays_in_a_servers_words() -> None:
    api, _ = answering(httpx.Response(422, json={"message": "webhooks of this host are refused"}))
    error = problem(lambda: api.create(BODY, "key-1", URL_WITH_TOKENS))
    assert str(error).endswith("The server says: webhooks of this host are refused")


def test_a_secret_deep_in_a_long_text_is_not_shown() -> None:
    for before in range(4_060, 4_100):
        assert "md_" not in redact.text(" " * before + CANARY, CANARY)
    assert "CANARY" not in redact.text("md_prod/CANARY+" * 5_000, CANARY)


def test_values_stay_readable() -> None:
    assert redact.value("paused") == '"paused"'
    assert redact.value(["a", "b.c"]) == "['a', 'b.c']"
    assert redact.value("user:hunter2@proxy.example:3128") == '"***@proxy.example:3128"'
