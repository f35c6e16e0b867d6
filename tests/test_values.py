from typing import Any

import pulumi.runtime.rpc
import pytest

from pulumi_kinetic import endpoint, values
from pulumi_kinetic.values import UNKNOWN


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


def test_secrets_are_wrapped_and_unwrapped() -> None:
    wrapped = {"a": [values.wrap_secret_for_import("whsec_1")], "b": {"c": values.wrap_secret_for_import(None)}, "d": 1}
    assert values.unwrap_from_export(wrapped) == {"a": ["whsec_1"], "b": {"c": None}, "d": 1}
    assert values.wrap_secret_for_import("x")["4dabf18193072939515e22adb298388d"] == "1b47061264138c4ac30d75fd1eb44270"
