from typing import Any

import httpx
import pytest

from pulumi_kinetic import redact
from support.emulator import KEY
from support.scripted_api import BODY, URL, answering, problem


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


@pytest.mark.parametrize("secret", ["whsec_ab+cd/EF==", "md_test_abc-defghi", "md_live_0.1"])
def test_a_key_or_secret_in_the_wrong_place_is_not_shown(secret: str) -> None:
    assert redact.value(secret) == '"[redacted]"'
    assert redact.value([secret, "a"]) == "['[redacted]', 'a']"
    assert redact.text(f"the key {secret} is wrong") == "the key [redacted] is wrong"


def test_a_url_that_the_server_repeats_is_not_shown() -> None:
    url = "https://example.com/services/T0/TOKEN"
    answer = httpx.Response(422, json={"message": f"{url} is not reachable"})
    creating, _ = answering(answer)
    assert "TOKEN" not in str(problem(lambda: creating.create(BODY, "key-1", url)))
    updating, _ = answering(answer)
    assert "TOKEN" not in str(problem(lambda: updating.update("we_1", {"url": url})))
