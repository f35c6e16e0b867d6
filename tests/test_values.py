from typing import Any

import pulumi.runtime.rpc
import pytest

from pulumi_kinetic import endpoint, stack
from pulumi_kinetic.endpoint import UNKNOWN


def test_unknown_is_the_engines_own_word() -> None:
    assert endpoint.UNKNOWN == pulumi.runtime.rpc.UNKNOWN


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
    assert endpoint.contains_unknown(value) is unknown
    assert (endpoint.meaning("enabledEvents", value) == UNKNOWN) is unknown


def test_secrets_are_wrapped_and_unwrapped() -> None:
    wrapped = {"a": [stack.secret("whsec_1")], "b": {"c": stack.secret(None)}, "d": 1}
    assert stack.plain(wrapped) == {"a": ["whsec_1"], "b": {"c": None}, "d": 1}
    assert stack.secret("x")["4dabf18193072939515e22adb298388d"] == "1b47061264138c4ac30d75fd1eb44270"
