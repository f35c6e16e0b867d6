"""Look-ups of a program under the testing kit's mocks."""

from typing import Any

import pulumi
import pytest

import pulumi_kinetic as kinetic
from pulumi_kinetic.endpoint import PLUGIN_TYPE
from pulumi_kinetic.schema import GET, LIST
from pulumi_kinetic.testing import Emulator, Mocks
from support.mocks import run, values_of, void

URL = "https://example.com/hooks"
# With mocks of any kind, the SDK leaves event loops of its threads open, and tasks of a program that failed undone.
pytestmark = [
    pytest.mark.usefixtures("runtime"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


def test_look_ups_find_what_was_created_and_what_the_test_adds() -> None:
    mocks = Mocks()
    legacy = kinetic.WebhookEndpointInfo("we_legacy", "https://example.com/old", ["*"], "disabled", None)
    mocks.endpoints["we_legacy"] = legacy
    seen: list[Any] = []

    async def program() -> None:
        made = kinetic.WebhookEndpoint("orders", url=URL)
        seen.append(await kinetic.get_webhook_endpoint_output(made.webhook_endpoint_id).future())
        seen.append(kinetic.get_webhook_endpoint("we_legacy"))
        seen.append(kinetic.list_webhook_endpoints())

    run(program, mocks)
    orders = kinetic.WebhookEndpointInfo("we_mock_orders", URL, None, "enabled", "2026-01-01T00:00:00Z")
    assert seen == [orders, legacy, [legacy, orders]]


def test_a_look_up_of_what_there_is_not_says_so() -> None:
    def program() -> None:
        kinetic.get_webhook_endpoint("we_none")

    with pytest.raises(
        kinetic.NotFoundError, match="could not read webhook endpoint we_none: it isn't among the `endp"
    ):
        run(program)


def test_the_functions_of_the_plugin_find_the_same() -> None:
    seen: list[Any] = []

    def program() -> None:
        seen.append(pulumi.runtime.invoke(GET, {"webhookEndpointId": "we_1"}).value)
        seen.append(pulumi.runtime.invoke(LIST, {}).value)
        seen.append(pulumi.runtime.invoke("vault:index:getSecret", {}).value)

    mocks = Mocks()
    mocks.endpoints["we_1"] = kinetic.WebhookEndpointInfo("we_1", URL, ["a"], "enabled", None)
    run(program, mocks)
    found = {"webhookEndpointId": "we_1", "url": URL, "enabledEvents": ["a"], "status": "enabled"}
    assert seen == [found, {"webhookEndpoints": [found]}, {}]


def test_a_resource_of_the_plugin_is_read_by_its_id() -> None:
    class Read(pulumi.CustomResource):
        url: pulumi.Output[str]

    seen: dict[str, Any] = {}

    async def program() -> None:
        options = pulumi.ResourceOptions(id="we_1")
        seen.update(await values_of(Read(PLUGIN_TYPE, "read", {"url": None}, options), "id", "url"))

    mocks = Mocks()
    mocks.endpoints["we_1"] = kinetic.WebhookEndpointInfo("we_1", URL, ["a"], "enabled", None)
    run(program, mocks)
    assert seen == {"id": ("we_1", False), "url": (URL, False)}
    with pytest.raises(kinetic.NotFoundError, match="we_1"):
        run(program)


def test_on_the_emulator_look_ups_ask_it_even_after_mocks(
    kinetic_emulator: Emulator, request: pytest.FixtureRequest
) -> None:
    run(lambda: void(kinetic.WebhookEndpoint("orders", url=URL)))
    request.getfixturevalue("kinetic_env")
    made = kinetic_emulator.seed(2)
    assert {endpoint.webhook_endpoint_id for endpoint in kinetic.list_webhook_endpoints()} == set(made)


def test_without_mocks_look_ups_ask_the_api() -> None:
    with pytest.raises(kinetic.SettingsError, match="the API key is missing"):
        kinetic.list_webhook_endpoints()
