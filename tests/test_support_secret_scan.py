import pytest

from support.secret_scan import forms, hits, spellings, tells


@pytest.mark.parametrize("secret", ["md_test_abc/+=", 'quote" and \\ and é'])
def test_the_search_finds_every_form(secret: str) -> None:
    for form in forms(secret):
        assert hits([secret], {"here": f"before {form} after"}) == [("here", secret[:12])]
    assert hits([secret], {"here": "nothing"}) == []


@pytest.mark.parametrize("spelling", [name for name in spellings("x") if "base64" not in name])
def test_a_word_is_told_in_every_spelling(spelling: str) -> None:
    assert tells(f"before {spellings('md_test_canary/+=')[spelling]} after", "canary")
    assert not tells("before cana, ry-like words: c a n a r i e s", "canaryx")


@pytest.mark.parametrize("spelling", [name for name in spellings("x") if "base64" in name])
def test_the_search_finds_base64(spelling: str) -> None:
    secret = "md_test_canary0123"
    assert hits([secret], {"here": spellings(secret)[spelling].replace("-", "+").replace("_", "/")}) != []
