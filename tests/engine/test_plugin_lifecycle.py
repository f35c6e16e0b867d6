"""The plugin door in a stack of the real engine."""

from collections.abc import Callable

import pulumi
import pytest
from pulumi import automation as auto

from support.emulator import KEY, EmulatorClient
from support.programs import Program, expect_truth
from support.sdk import RESOURCE_BY_DOOR, WebhookEndpoint
from support.stack import Deployment


def text_of(deployment: Deployment) -> str:
    return "".join(deployment.output)


def test_a_whole_life(deploy: Callable[..., Deployment], emulator: EmulatorClient) -> None:
    program = Program("plugin")
    deployment = deploy(program)
    result = deployment.up_clean()
    ((endpoint_id, made),) = emulator.truth().items()
    assert result.outputs["signing_secret"].secret
    assert result.outputs["signing_secret"].value == made["signing_secret"]

    emulator.clear_log()
    program.arguments |= {"url": "https://example.com/new", "status": "disabled"}
    deployment.up_clean()
    assert [request["body"] for request in emulator.requests("PATCH")] == [
        '{"status":"disabled","url":"https://example.com/new"}'
    ]
    expect_truth(deployment, emulator)

    emulator.edit(endpoint_id, enabled_events=["c"])
    deployment.output.clear()
    assert deployment.preview(refresh=True, diff=True)["update"] == 1
    assert "enabledEvents" in text_of(deployment)
    assert "~ status" not in text_of(deployment)
    deployment.up(refresh=True)
    assert set(emulator.truth()[endpoint_id]["enabled_events"]) == {"a", "b"}
    expect_truth(deployment, emulator)

    emulator.remove(endpoint_id)
    assert deployment.preview(refresh=True)["create"] == 1
    deployment.up(refresh=True)
    deployment.expect_clean()
    expect_truth(deployment, emulator)
    assert list(emulator.truth()) != [endpoint_id]

    deployment.destroy()
    assert emulator.truth() == {}


def test_the_state_holds_no_secret_in_plain_text_even_where_the_key_was_configured_so(
    deploy: Callable[..., Deployment], emulator: EmulatorClient
) -> None:
    deployment = deploy(Program("plugin"))
    deployment.stack.set_config("kinetic:apiKey", auto.ConfigValue(KEY, secret=False))
    deployment.up_clean()
    (made,) = emulator.truth().values()
    key = deployment.resources()["orders"]["inputs"]["idempotencyKey"]
    for hidden in ("whsec_", "md_test_", key, made["signing_secret"]):
        assert hidden not in deployment.state_file()


@pytest.mark.parametrize("door", RESOURCE_BY_DOOR)
def test_a_half_made_endpoint_is_kept_and_completed(
    deploy: Callable[..., Deployment], emulator: EmulatorClient, door: str
) -> None:
    deployment = deploy(Program(door, status="disabled"))
    emulator.faults({"method": "PATCH", "status": 400, "commit": False})
    deployment.up()
    assert "was created, but isn't as declared yet: could not update webhook endpoint" in text_of(deployment)
    expect_truth(deployment, emulator)
    (made,) = emulator.truth()
    deployment.up_clean()
    assert list(emulator.truth()) == [made]
    assert emulator.truth()[made]["status"] == "disabled"
    expect_truth(deployment, emulator)


def test_ignored_changes_are_left_alone(deploy: Callable[..., Deployment], emulator: EmulatorClient) -> None:
    program = Program("plugin")
    program.arguments["opts"] = pulumi.ResourceOptions(ignore_changes=["url", "status"])
    deployment = deploy(program)
    deployment.up_clean()
    program.arguments |= {"url": "https://example.com/ignored", "enabled_events": ["c"]}
    emulator.clear_log()
    deployment.up_clean()
    assert [request["body"] for request in emulator.requests("PATCH")] == ['{"enabled_events":["c"]}']


def test_values_not_known_yet_are_previewed(deploy: Callable[..., Deployment], emulator: EmulatorClient) -> None:
    def program() -> None:
        first = WebhookEndpoint("first", url="https://example.com/first")
        url = first.webhook_endpoint_id.apply(lambda known: f"https://example.com/{known}")
        second = WebhookEndpoint("second", url=pulumi.Output.secret(url), enabled_events=[first.id])
        pulumi.export("second", second.signing_secret)

    deployment = deploy(program)
    assert deployment.preview()["create"] == 3
    deployment.up_clean()
    expect_truth(deployment, emulator)
    assert len(emulator.requests("POST")) == 2
    assert "https://example.com/we_" not in deployment.state_file()


def test_an_update_keeps_what_depends_on_it_unchanged(
    deploy: Callable[..., Deployment], emulator: EmulatorClient
) -> None:
    """Id and secret are known in the preview of an update: nothing downstream is shown as changing."""

    def program() -> None:
        first = WebhookEndpoint("first", url=urls[0])
        WebhookEndpoint("second", url=first.id.apply(lambda known: f"https://example.com/{known}"))

    urls = ["https://example.com/first"]
    deployment = deploy(program)
    deployment.up()
    urls[0] = "https://example.com/changed"
    assert deployment.preview() == {"same": 2, "update": 1}
    deployment.up_clean()
    assert len(emulator.truth()) == 2
