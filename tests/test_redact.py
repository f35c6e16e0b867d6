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
