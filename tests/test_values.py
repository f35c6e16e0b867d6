from typing import Any

import pulumi.runtime.rpc
import pytest

from pulumi_kinetic import endpoint, values
from pulumi_kinetic.values import UNKNOWN
from support.exports import secret


def test_unknown_is_the_engines_own_word() -> None:
    assert values.UNKNOWN == pulumi.runtime.rpc.UNKNOWN


@pytest.mark.parametrize(
    ("value", "unknown"),
    [
        (UNKNOWN, True),
        (["a", UNKNOWN], True),
        ([], False),
        (["a"], False),
        ("0", False),
        (f"https://a.example/{UNKNOWN}", False),
    ],
)
def test_unknown_is_the_whole_value_or_an_element(value: Any, *, unknown: bool) -> None:
    assert values.contains_unknown(value) is unknown
    assert (endpoint.canonical("enabledEvents", value) == UNKNOWN) is unknown


def test_an_exports_secrets_are_unwrapped_wherever_they_stand() -> None:
    exported = {"a": [secret("whsec_1")], "b": {"c": secret("x")}, "d": 1}
    assert values.unwrap_from_export(exported) == {"a": ["whsec_1"], "b": {"c": "x"}, "d": 1}
