from collections.abc import Callable
from typing import Any

import pytest
from pulumi.runtime.proto import errors_pb2, status_pb2  # noqa: F401 errors_pb2 registers what details may hold
from pulumi.runtime.proto import provider_pb2 as messages

from pulumi_kinetic import schema
from support.doors import PluginDoor, message, plain, struct
from support.emulator import EmulatorClient, listing_with_a_bad_entry


def invoke(door: PluginDoor, token: str, **args: Any) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    answer = door.stub.Invoke(messages.InvokeRequest(tok=token, args=struct(args)))
    return plain(getattr(answer, "return")), [(failure.property, failure.reason) for failure in answer.failures]


def test_a_look_up_tells_everything_but_the_secret(plugin_door: PluginDoor, emulator: EmulatorClient) -> None:
    (made,) = emulator.seed(1)
    result, failures = invoke(plugin_door, schema.GET, webhookEndpointId=made)
    assert failures == []
    assert set(result) == set(schema.schema()["functions"][schema.GET]["outputs"]["properties"])
    assert result["webhookEndpointId"] == made


def test_a_look_up_without_an_id_is_told(plugin_door: PluginDoor) -> None:
    assert invoke(plugin_door, schema.GET)[1] == [("webhookEndpointId", "is required: a string")]


def test_a_look_up_of_what_is_not_there_is_an_error(plugin_door: PluginDoor) -> None:
    error = message(lambda: invoke(plugin_door, schema.GET, webhookEndpointId="we_none"))
    assert "could not read webhook endpoint we_none: no such endpoint" in error


def test_all_endpoints_can_be_looked_up(plugin_door: PluginDoor, emulator: EmulatorClient) -> None:
    made = emulator.seed(120)
    result, _ = invoke(plugin_door, schema.LIST)
    assert {endpoint["webhookEndpointId"] for endpoint in result["webhookEndpoints"]} == set(made)


def listed(door: PluginDoor, **request: Any) -> tuple[list[str], str]:
    answers = list(door.stub.List(messages.ListRequest(token="kinetic:index:WebhookEndpoint", **request)))
    token = answers.pop().continuation.continuation_token if answers[-1].HasField("continuation") else ""
    return [answer.result.id for answer in answers], token


def test_a_list_names_every_endpoint(plugin_door: PluginDoor, emulator: EmulatorClient) -> None:
    made = emulator.seed(120)
    ids, token = listed(plugin_door)
    assert (sorted(ids), token) == (sorted(made), "")


@pytest.mark.parametrize(("limit", "expected"), [(0, 7), (5, 5), (6, 6), (9, 7)])
def test_a_list_is_continued_up_to_its_limit(
    plugin_door: PluginDoor, emulator: EmulatorClient, limit: int, expected: int
) -> None:
    emulator.seed(7)
    ids, token = listed(plugin_door, limit=limit, page_size=3)
    while token:
        page, token = listed(plugin_door, limit=limit, page_size=3, continuation_token=token)
        assert 0 < len(page) <= 3
        ids += page
    assert len(set(ids)) == len(ids) == expected


def test_a_list_can_not_be_queried(plugin_door: PluginDoor) -> None:
    assert "can't be queried" in message(lambda: listed(plugin_door, query=struct({"url": "https://a.example"})))


@pytest.mark.parametrize("ask", [lambda door: invoke(door, schema.LIST), listed], ids=["look-up", "list"])
def test_an_endpoint_that_cannot_be_read_is_named_in_a_warning(
    config: dict[str, str], emulator: EmulatorClient, ask: Callable[[PluginDoor], object]
) -> None:
    emulator.faults(listing_with_a_bad_entry())
    with PluginDoor(config) as door:
        assert "we_1" in str(ask(door))
    assert "webhook endpoint we_2 can't be read: `url` isn't text; it is left out" in door.stderr
