import pytest

from support.secret_scan import forms, hits


@pytest.mark.parametrize("secret", ["md_test_abc/+=", 'quote" and \\ and é'])
def test_the_search_finds_every_form(secret: str) -> None:
    for form in forms(secret):
        assert hits([secret], {"here": f"before {form} after"}) == [("here", secret[:12])]
    assert hits([secret], {"here": "nothing"}) == []
