"""Programs that engine tests deploy, and what must hold after them."""

from typing import Any

import pulumi

from support.emulator import EmulatorClient
from support.sdk import RESOURCE_BY_DOOR
from support.stack import Deployment

URL = "https://example.com/md/webhooks"


class Program:
    """One endpoint named `orders`, whose arguments a test may change between runs."""

    def __init__(self, door: str = "dynamic", /, **arguments: Any) -> None:
        self.door = door
        self.arguments: dict[str, Any] = {"url": URL, "enabled_events": ["a", "b"], **arguments}

    def __call__(self) -> None:
        made = RESOURCE_BY_DOOR[self.door]("orders", **self.arguments)
        pulumi.export("signing_secret", made.signing_secret)


def expect_truth(deployment: Deployment, emulator: EmulatorClient) -> None:
    """The server and the state agree on what exists and on every secret."""
    truth = {endpoint["webhook_endpoint_id"]: endpoint["signing_secret"] for endpoint in emulator.truth().values()}
    state = {resource["id"]: resource["outputs"].get("signingSecret") for resource in deployment.resources().values()}
    assert state == truth
