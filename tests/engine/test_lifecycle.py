"""The dynamic door in a stack of the real engine."""

import base64
from collections.abc import Callable
from typing import Any

import pulumi
import pytest

import pulumi_kinetic as kinetic
from support.emulator import EmulatorClient
from support.programs import URL, Program, expect_truth
from support.stack import Deployment


def three_endpoints() -> None:
    declared: dict[str, dict[str, Any]] = {
        "all": {},
        "two": {"enabled_events": ["judgment.created", "packet.created"]},
        "off": {"status": "disabled"},
    }
    for name, arguments in declared.items():
        made = kinetic.WebhookEndpoint(name, url=f"https://example.com/{name}", **arguments)
        pulumi.export(name, made.signing_secret)


def test_three_endpoints_come_up_clean_and_go_away(deploy: Callable[..., Deployment], emulator: EmulatorClient) -> None:
    deployment = deploy(three_endpoints)
    result = deployment.up_clean()
    expect_truth(deployment, emulator)
    by_url = {endpoint["url"]: endpoint for endpoint in emulator.truth().values()}
    assert by_url["https://example.com/off"]["status"] == "disabled"
    assert by_url["https://example.com/all"]["enabled_events"] == ["*"]
    assert result.outputs["two"].secret
    assert result.outputs["two"].value == by_url["https://example.com/two"]["signing_secret"]
    deployment.destroy()
    assert emulator.truth() == {}


def test_the_state_file_holds_no_secret_in_plain_text(
    deploy: Callable[..., Deployment], emulator: EmulatorClient
) -> None:
    deployment = deploy(three_endpoints)
    deployment.up_clean()
    keys = [resource["inputs"]["idempotencyKey"] for resource in deployment.resources().values()]
    secrets = [endpoint["signing_secret"] for endpoint in emulator.truth().values()]
    state = deployment.state_file()
    for hidden in ["whsec_", "md_test_", *keys, *secrets]:
        for form in (hidden, base64.b64encode(hidden.encode()).decode().rstrip("=")[:-1]):
            assert form not in state
    assert len(set(keys)) == 3


def test_the_pickle_in_the_state_is_small(deploy: Callable[..., Deployment]) -> None:
    deployment = deploy(three_endpoints)
    deployment.up()
    assert {len(resource["inputs"]["__provider"]) < 500 for resource in deployment.resources().values()} == {True}


@pytest.mark.parametrize(
    ("changed", "body"),
    [
        ({"url": "https://example.com/new"}, '{"url":"https://example.com/new"}'),
        ({"enabled_events": ["c"]}, '{"enabled_events":["c"]}'),
        ({"status": "disabled"}, '{"status":"disabled"}'),
    ],
)
def test_each_property_changes_alone_by_one_patch(
    deploy: Callable[..., Deployment], emulator: EmulatorClient, changed: dict[str, Any], body: str
) -> None:
    program = Program()
    deployment = deploy(program)
    deployment.up_clean()
    before = emulator.truth()
    emulator.clear_log()
    program.arguments |= changed
    deployment.up_clean()
    assert [request["body"] for request in emulator.requests("POST", "PATCH", "DELETE")] == [body]
    (endpoint_id,) = before
    assert emulator.truth() == {endpoint_id: {**before[endpoint_id], **changed}}
    expect_truth(deployment, emulator)


def test_attributes_are_pythons_names_and_state_has_the_schemas(
    deploy: Callable[..., Deployment], emulator: EmulatorClient
) -> None:
    names = ("webhook_endpoint_id", "url", "enabled_events", "status", "created_at", "environment", "signing_secret")

    def program() -> None:
        made = kinetic.WebhookEndpoint("orders", url=URL, enabled_events=["a"])
        for name in names:
            pulumi.export(name, getattr(made, name))

    deployment = deploy(program)
    outputs = {name: output.value for name, output in deployment.up_clean().outputs.items()}
    (truth,) = emulator.truth().values()
    assert outputs == {name: value for name, value in truth.items() if name != "organization"}
    orders = deployment.resources()["orders"]
    assert orders["type"] == "pulumi-python:dynamic/kinetic:WebhookEndpoint"
    assert set(orders["inputs"]) == {"__provider", "url", "enabledEvents", "status", "idempotencyKey"}
    assert set(orders["outputs"]) - set(orders["inputs"]) == {
        "webhookEndpointId",
        "createdAt",
        "environment",
        "signingSecret",
        "account",
    }


def test_reordered_events_are_no_change(deploy: Callable[..., Deployment], emulator: EmulatorClient) -> None:
    program = Program()
    deployment = deploy(program)
    deployment.up_clean()
    emulator.clear_log()
    program.arguments["enabled_events"] = ["b", "a", "b"]
    deployment.stack.preview(expect_no_changes=True)
    assert emulator.requests() == []
    deployment.up_clean()
    assert emulator.requests("POST", "PATCH", "DELETE") == []


def test_a_plain_preview_makes_no_request(deploy: Callable[..., Deployment], emulator: EmulatorClient) -> None:
    program = Program()
    deployment = deploy(program)
    deployment.preview()
    deployment.up()
    emulator.clear_log()
    program.arguments["status"] = "disabled"
    assert deployment.preview()["update"] == 1
    assert emulator.requests() == []


def test_an_endpoint_deleted_by_hand_is_made_again(deploy: Callable[..., Deployment], emulator: EmulatorClient) -> None:
    deployment = deploy(Program())
    deployment.up_clean()
    ((endpoint_id, before),) = emulator.truth().items()
    emulator.remove(endpoint_id)
    assert deployment.preview(refresh=True)["create"] == 1
    deployment.up(refresh=True)
    deployment.expect_clean()
    (after,) = emulator.truth().values()
    assert after["signing_secret"] != before["signing_secret"]
    expect_truth(deployment, emulator)


@pytest.mark.parametrize(
    ("field", "edited", "shown"),
    [
        (
            "url",
            "https://example.com/edited",
            'url : "https://example.com/edited" => "https://example.com/md/webhooks"',
        ),
        ("enabled_events", ["a"], "enabledEvents : ["),
        ("status", "disabled", 'status : "disabled" => "enabled"'),
    ],
)
def test_an_edit_by_hand_is_shown_in_that_property_and_healed(
    deploy: Callable[..., Deployment], emulator: EmulatorClient, field: str, edited: Any, shown: str
) -> None:
    deployment = deploy(Program())
    deployment.up_clean()
    ((endpoint_id, before),) = emulator.truth().items()
    emulator.edit(endpoint_id, **{field: edited})
    deployment.output.clear()
    assert deployment.preview(refresh=True, diff=True)["update"] == 1
    update = "".join(deployment.output).partition("(update)")[2]
    properties = ("url", "enabledEvents", "status", "idempotencyKey", "signingSecret", "createdAt")
    changed = {name for name in properties if f"~ {name}" in update or f"+ {name}" in update or f"- {name}" in update}
    assert changed == {shown.split(maxsplit=1)[0].rstrip(":")}
    assert " ".join(shown.split()) in " ".join(update.split())
    deployment.up(refresh=True)
    deployment.expect_clean()
    assert emulator.truth() == {endpoint_id: before}


def test_values_unknown_in_a_preview_neither_fail_nor_leak(
    deploy: Callable[..., Deployment], emulator: EmulatorClient
) -> None:
    def program() -> None:
        first = kinetic.WebhookEndpoint("first", url=URL)
        second_url = pulumi.Output.concat("https://example.com/", first.webhook_endpoint_id)
        kinetic.WebhookEndpoint("second", url=second_url, enabled_events=[first.webhook_endpoint_id])

    deployment = deploy(program)
    assert deployment.preview(diff=True)["create"] == 3
    assert "04da6b54" not in "".join(deployment.output)
    deployment.up_clean()
    expect_truth(deployment, emulator)
