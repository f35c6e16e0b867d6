"""What a program declares, checked: as create and update get it."""

from typing import Any

from pulumi_kinetic import inputs

URL = "https://example.com/hooks"


def declared(**news: Any) -> dict[str, Any]:
    checked = inputs.check({}, {"url": URL, **news}, environment="sandbox", new_key="key-1")
    assert checked.failures == []
    return checked.inputs
