"""The pure decision: whose account a `not_found` speaks of."""

import pytest

from pulumi_kinetic import account
from pulumi_kinetic.account import UNKNOWN, Account, account_of, may_judge, parse
from pulumi_kinetic.settings import Settings

A, B, C = (Account(f"https://{name}.example", (name,)) for name in "abc")
A_THEN_B, C_THEN_A = A.now_seen_with(B), C.now_seen_with(A)


@pytest.mark.parametrize(
    ("missing", "found", "is_alone", "may"),
    [
        (A, [], True, True),
        (A, [], False, True),
        (B, [], True, False),
        (B, [A], False, False),
        (B, [B], False, True),
        (B, [C], False, False),
        (B, [UNKNOWN], False, False),
        (B, [A_THEN_B], False, True),
        (A_THEN_B, [], True, True),
        (C_THEN_A, [], True, True),
        (C.now_seen_with(B), [C], False, True),
        (C.now_seen_with(B), [A], False, False),
        (UNKNOWN, [], True, True),
        (UNKNOWN, [], False, False),
        (UNKNOWN, [A], False, False),
        (UNKNOWN, [UNKNOWN], False, True),
        (UNKNOWN, [UNKNOWN.now_seen_with(A)], False, True),
        (UNKNOWN.now_seen_with(B), [UNKNOWN], False, False),
        (UNKNOWN.now_seen_with(B), [UNKNOWN.now_seen_with(A)], False, False),
    ],
)
def test_a_miss_is_judged_with_the_states_account_or_by_what_else_is_found(
    missing: Account, found: list[Account], *, is_alone: bool, may: bool
) -> None:
    assert may_judge(A, missing, found, is_alone=is_alone) is may


def test_an_account_survives_the_state() -> None:
    for kept in (A, A_THEN_B, UNKNOWN.now_seen_with(A)):
        assert parse(str(kept)) == kept


@pytest.mark.parametrize("text", [None, "", "https://a.example"])
def test_a_state_without_a_digest_says_nothing(text: str | None) -> None:
    assert parse(text) == UNKNOWN


def test_an_account_that_has_not_changed_is_kept_as_it_is() -> None:
    assert A_THEN_B.now_seen_with(B) is A_THEN_B


def test_only_the_latest_keys_are_kept() -> None:
    kept = A
    for number in range(99):
        kept = kept.now_seen_with(Account("https://a.example", (f"key {number}",)))
    assert kept.digests[0] == "key 98"
    assert len(kept.digests) == account.MAX_DIGESTS


def settings(base_url: str, key: str = "md_test_1") -> Settings:
    return Settings.model_validate({"base_url": base_url, "api_key": key})


def test_key_and_path_are_not_kept_in_clear() -> None:
    kept = str(account_of(settings("https://gateway.example/TOKEN", "md_test_CANARY")))
    assert kept.startswith("https://gateway.example ")
    assert "TOKEN" not in kept
    assert "CANARY" not in kept


@pytest.mark.parametrize("spelling", ["HTTPS://API.example", "https://api.example:443/", "https://api.example/v1/"])
def test_one_place_spelled_otherwise_is_the_same_account(spelling: str) -> None:
    assert account_of(settings(spelling)) == account_of(settings("https://api.example"))


@pytest.mark.parametrize(
    "other",
    [settings("https://api.example", "md_test_2"), settings("https://api.example/x"), settings("http://api.example")],
)
def test_another_key_or_base_url_is_another_account(other: Settings) -> None:
    assert account_of(other).digests != account_of(settings("https://api.example")).digests
