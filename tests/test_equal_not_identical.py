"""Values off the wire or out of a state equal our constants but are other objects: `is` for `==` would pass elsewhere.

These cases are here for the mutants of `make mutants`; they say nothing else that is new.
"""

from typing import Any

import pytest

from pulumi_kinetic import endpoint, inputs, values
from pulumi_kinetic.endpoint import Inputs
from pulumi_kinetic.lifecycle import Lifecycle
from pulumi_kinetic.values import UNKNOWN
from support.declarations import declared


def copy_of(text: str) -> str:
    """An equal string that is another object."""
    return "".join(list(text))


def test_an_equal_unknown_is_unknown() -> None:
    assert values.contains_unknown(copy_of(UNKNOWN))
    assert endpoint.canonical("enabledEvents", copy_of(UNKNOWN)) == UNKNOWN


@pytest.mark.parametrize("event", ["a", "*"])
def test_check_leaves_an_equal_unknown_alone(event: str) -> None:
    news: Inputs = {"url": copy_of(UNKNOWN), "enabledEvents": [copy_of(UNKNOWN), event]}
    assert inputs.check({}, news, environment="sandbox", new_key="new").failures == []


@pytest.mark.parametrize("operation", ["diff", "read", "update", "delete"])
def test_an_equal_environment_is_the_same(life: Lifecycle, operation: str) -> None:
    endpoint_id, state = life.create(declared())
    same: dict[str, Any] = {**state, "environment": copy_of("sandbox")}
    getattr(life, operation)(endpoint_id, *[same] * {"diff": 2, "update": 2}.get(operation, 1))
