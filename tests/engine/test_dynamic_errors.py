"""What a user of the dynamic door reads when something is wrong."""

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

import pulumi_kinetic as kinetic
from support.emulator import READ_ONLY_KEY, EmulatorClient
from support.programs import Program
from support.sdk import Provider
from support.stack import Deployment

MISTAKES = {
    "url": "ftp://user:hunter2@example.com",
    "enabled_events": ["*", "a"],
    "status": "paused",
}


def test_all_mistakes_of_a_resource_are_refused_at_preview(
    deploy: Callable[..., Deployment], emulator: EmulatorClient
) -> None:
    deployment = deploy(Program(**MISTAKES))
    for run in (deployment.preview, deployment.up):
        shown = deployment.fails(run)
        assert "url must not contain a user name or password" in shown
        assert "must begin with https://" in shown
        assert 'property enabledEvents value {[{*} {a}]} has a problem: must not mix "*"' in shown
        assert 'property status value {paused} has a problem: must be "enabled" or "disabled"' in shown
        assert "hunter2" not in shown
        assert "Traceback" not in shown
    assert emulator.requests() == []


@pytest.mark.parametrize(
    ("arguments", "config", "words"),
    [
        ({"url": "/hooks"}, {}, "url must be an absolute URL"),
        (
            {"url": "http://example.com"},
            {"apiKey": "md_live_emulator"},
            "url must begin with https:// (only the sandbox also accepts http://)",
        ),
        ({"enabled_events": []}, {}, "must not be empty"),
        ({"enabled_events": [" "]}, {}, "without empty strings"),
    ],
)
def test_a_mistake_says_what_would_be_right(
    deploy: Callable[..., Deployment],
    emulator: EmulatorClient,
    arguments: dict[str, Any],
    config: dict[str, str],
    words: str,
) -> None:
    deployment = deploy(Program(**arguments), config)
    assert words in deployment.fails(deployment.preview)
    assert emulator.requests() == []


def test_a_missing_key_is_told_at_preview(deploy: Callable[..., Deployment], emulator: EmulatorClient) -> None:
    deployment = deploy(Program())
    deployment.stack.remove_config("kinetic:apiKey")
    shown = deployment.fails(deployment.preview)
    assert "the API key is missing: set it with `pulumi config set --secret kinetic:apiKey" in shown
    assert "Traceback" not in shown
    assert emulator.requests() == []


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"apiKey": "md_test_wrong"}, "the API doesn't accept this API key (401)"),
        ({"apiKey": READ_ONLY_KEY}, "the API key lacks the scope webhook_endpoints:write (403)"),
    ],
)
def test_a_key_that_will_not_do_is_told_with_the_request_id(
    deploy: Callable[..., Deployment], emulator: EmulatorClient, config: dict[str, str], words: str
) -> None:
    deployment = deploy(Program(), config)
    shown = deployment.fails(deployment.up)
    assert words in shown
    assert f"(request id {emulator.requests()[-1]['request_id']})" in shown
    assert config["apiKey"] not in shown
    assert emulator.truth() == {}


def test_an_unreachable_api_is_told(deploy: Callable[..., Deployment]) -> None:
    deployment = deploy(Program(), {"baseUrl": "http://127.0.0.1:9"})
    shown = deployment.fails(deployment.up)
    assert "no answer from http://127.0.0.1:9 (ConnectError" in shown
    assert "Check kinetic:baseUrl and the network" in shown


def test_a_page_of_a_proxy_is_told(deploy: Callable[..., Deployment], emulator: EmulatorClient) -> None:
    page = {"status": 502, "commit": False, "content_type": "text/html", "body": "<title>Bad gateway</title>"}
    emulator.faults({**page, "times": 9})
    deployment = deploy(Program())
    shown = deployment.fails(deployment.up)
    assert "failed (502). The server says: Bad gateway (request id req_" in shown
    assert emulator.truth() == {}


def test_a_provider_and_an_import_are_refused_in_a_line_each(
    deploy: Callable[..., Deployment], emulator: EmulatorClient
) -> None:
    def program() -> None:
        provider = Provider("production", api_key="key", base_url=emulator.url)
        options = pulumi.ResourceOptions(provider=provider, import_="we_1")
        kinetic.WebhookEndpoint("orders", url="https://example.com", opts=options)

    deployment = deploy(program)
    printed = deployment.fails(deployment.preview)
    assert "orders: the option `provider` has no effect on this dynamic resource" in printed
    assert "orders: the option `import_` can't work on a dynamic resource: give adopt='we_1'" in printed
    assert "Traceback" not in printed


def test_a_provider_that_is_for_others_is_not_refused(
    deploy: Callable[..., Deployment], emulator: EmulatorClient
) -> None:
    def program() -> None:
        provider = Provider("production", api_key="key", base_url=emulator.url)
        component = pulumi.ComponentResource("a:b:C", "parent", opts=pulumi.ResourceOptions(providers=[provider]))
        for name, options in {
            "child": pulumi.ResourceOptions(parent=component),
            "other": pulumi.ResourceOptions(providers=[provider]),
        }.items():
            kinetic.WebhookEndpoint(name, url="https://example.com", opts=options)

    assert deploy(program).preview()["create"] == 5
