"""What a program declares, checked: as create and update get it."""

from typing import Any, cast

from pulumi_kinetic import inputs
from pulumi_kinetic.address import Address
from pulumi_kinetic.endpoint import Inputs

URL = "https://example.com/hooks"
ADDRESS = Address("file:///state", "shop", "dev", "urn:orders")


def declared(**news: Any) -> Inputs:
    checked = inputs.check({}, cast("Inputs", {"url": URL, **news}), environment="sandbox", new_key="key-1")
    assert checked.failures == []
    return checked.inputs
