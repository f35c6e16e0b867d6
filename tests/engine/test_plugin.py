"""The plugin door in a stack of the real engine."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi import automation as auto

from pulumi_kinetic import schema
from pulumi_kinetic.endpoint import PLUGIN_TYPE
from support.emulator import KEY, PRODUCTION_KEY, READ_ONLY_KEY, EmulatorClient
from support.programs import URL, Program, expect_truth
from support.sdk import Provider, WebhookEndpoint
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
    assert [one["body"] for one in emulator.requests("PATCH")] == [
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


# -- import ------------------------------------------------------------------------------------------------


LANGUAGE_HOST = f"""#!{sys.executable}
import concurrent.futures, grpc
from pulumi.automation._server import LanguageServer
from pulumi.runtime.proto import language_pb2_grpc
server = grpc.server(concurrent.futures.ThreadPoolExecutor(4))
language_pb2_grpc.add_LanguageRuntimeServicer_to_server(LanguageServer(lambda: None), server)
port = server.add_insecure_port("127.0.0.1:0")
server.start()
print(port, flush=True)
server.wait_for_termination()
"""


@pytest.fixture
def import_command(tmp_path: Path) -> Callable[..., str]:
    """`pulumi import` asks for the host of the project's language, which an engine built from Go has not."""
    host = tmp_path / "language" / "pulumi-language-python"
    host.parent.mkdir()
    host.write_text(LANGUAGE_HOST)
    host.chmod(0o755)

    def run(deployment: Deployment, endpoint_id: str) -> str:
        deployment.set_variable("PATH", f"{deployment.variables['PATH']}{os.pathsep}{host.parent}")
        options = ("--yes", "--generate-code=false", "--protect=false", "--stack", "dev")
        return deployment.cli("import", PLUGIN_TYPE, "orders", endpoint_id, *options)

    return run


def test_an_endpoint_is_imported_by_the_command(
    deploy: Callable[..., Deployment], emulator: EmulatorClient, import_command: Callable[..., str]
) -> None:
    (made,) = emulator.seed(1)
    truth = emulator.truth()[made]
    program = Program("plugin", url=truth["url"], enabled_events=truth["enabled_events"])
    deployment = deploy(program)
    import_command(deployment, made)
    outputs = deployment.resources()["orders"]["outputs"]
    assert "signingSecret" not in outputs
    emulator.clear_log()
    deployment.up_clean()
    assert emulator.requests("POST", "PATCH", "DELETE") == []
    assert list(emulator.truth()) == [made]

    program.arguments["existing_signing_secret"] = truth["signing_secret"]
    deployment.up_clean()
    expect_truth(deployment, emulator)
    assert emulator.requests("POST", "PATCH", "DELETE") == []


@pytest.mark.parametrize("supplied", [False, True])
def test_an_endpoint_is_imported_by_the_program(
    deploy: Callable[..., Deployment], emulator: EmulatorClient, *, supplied: bool
) -> None:
    (made,) = emulator.seed(1)
    truth = emulator.truth()[made]
    program = Program("plugin", url=truth["url"], enabled_events=truth["enabled_events"])
    program.arguments["opts"] = pulumi.ResourceOptions(import_=made)
    if supplied:
        program.arguments["existing_signing_secret"] = truth["signing_secret"]
    deployment = deploy(program)
    deployment.up_clean()
    assert emulator.requests("POST", "PATCH", "DELETE") == []
    outputs = deployment.resources()["orders"]["outputs"]
    assert outputs.get("signingSecret") == (truth["signing_secret"] if supplied else None)
    del program.arguments["opts"]
    deployment.expect_clean()
    assert list(emulator.truth()) == [made]


def test_an_import_of_what_is_not_there_is_told(
    deploy: Callable[..., Deployment], import_command: Callable[..., str]
) -> None:
    deployment = deploy(Program("plugin"))
    told = deployment.fails(lambda: import_command(deployment, "we_none"))
    assert "resource 'we_none' does not exist" in told


# -- providers ---------------------------------------------------------------------------------------------


def test_sandbox_and_production_live_side_by_side(deploy: Callable[..., Deployment], emulator: EmulatorClient) -> None:
    def program() -> None:
        for name, key in (("sandbox", KEY), ("production", PRODUCTION_KEY)):
            provider = Provider(name, api_key=pulumi.Output.secret(key), base_url=emulator.url, max_retries=1)
            made = WebhookEndpoint(
                f"of-{name}", url="https://example.com", opts=pulumi.ResourceOptions(provider=provider)
            )
            pulumi.export(name, made.environment)

    deployment = deploy(program)
    result = deployment.up_clean()
    assert {name: one.value for name, one in result.outputs.items()} == {
        "sandbox": "sandbox",
        "production": "production",
    }
    expect_truth(deployment, emulator)
    assert sorted(one["environment"] for one in emulator.truth().values()) == ["production", "sandbox"]
    deployment.destroy()
    assert emulator.truth() == {}


def test_a_rotated_key_works_at_once_and_is_no_change(
    deploy: Callable[..., Deployment], emulator: EmulatorClient
) -> None:
    emulator.keys(md_test_old={}, md_test_new={})
    deployment = deploy(Program("plugin"), {"apiKey": "md_test_old"})
    deployment.up_clean()
    emulator.keys(md_test_new={})
    deployment.configure("kinetic:apiKey", "md_test_new")
    deployment.stack.preview(expect_no_changes=True)
    deployment.up()
    deployment.expect_clean()


def test_a_provider_whose_key_is_not_known_yet_can_be_previewed(
    deploy: Callable[..., Deployment], emulator: EmulatorClient
) -> None:
    def program() -> None:
        first = WebhookEndpoint("first", url="https://example.com/first")
        key: pulumi.Output[str] = pulumi.Output.secret(first.webhook_endpoint_id.apply(lambda _: KEY))
        provider = Provider("later", api_key=key, base_url=emulator.url)
        WebhookEndpoint("second", url=URL, opts=pulumi.ResourceOptions(provider=provider))

    deployment = deploy(program)
    assert deployment.preview()["create"] == 4
    deployment.up_clean()
    expect_truth(deployment, emulator)


# -- errors ------------------------------------------------------------------------------------------------


def test_a_missing_key_is_told_at_preview(deploy: Callable[..., Deployment], emulator: EmulatorClient) -> None:
    deployment = deploy(Program("plugin"), {"apiKey": " "}, variables={"KINETIC_API_KEY": ""})
    deployment.stack.remove_config("kinetic:apiKey")
    told = deployment.fails(deployment.preview)
    assert "the API key is missing: set it with `pulumi config set --secret kinetic:apiKey" in told
    assert "Traceback" not in told
    assert emulator.requests() == []


def test_bad_inputs_are_told_together_at_preview(deploy: Callable[..., Deployment], emulator: EmulatorClient) -> None:
    program = Program("plugin", url="http://u:hunter2@example.com#x", enabled_events=[], status="paused")
    deployment = deploy(program)
    told = deployment.fails(deployment.preview)
    for part in ("url must not hold a user name", "must not be empty", 'must be "enabled" or "disabled"'):
        assert part in told
    assert "hunter2" not in told
    assert "Traceback" not in told
    assert emulator.requests() == []


def test_an_error_of_the_api_is_told_without_a_traceback(
    deploy: Callable[..., Deployment], emulator: EmulatorClient
) -> None:
    deployment = deploy(Program("plugin"), {"apiKey": READ_ONLY_KEY})
    told = deployment.fails(deployment.up)
    assert "the API key lacks the scope webhook_endpoints:write (403)" in told
    assert str(emulator.requests("POST")[-1]["request_id"]) in told
    assert "Traceback" not in told
    assert emulator.truth() == {}


def test_a_half_made_endpoint_is_kept_and_completed(
    deploy: Callable[..., Deployment], emulator: EmulatorClient
) -> None:
    deployment = deploy(Program("plugin", status="disabled"))
    emulator.faults({"method": "PATCH", "status": 400, "commit": False})
    told = deployment.fails(deployment.up)
    assert "It is kept, with its secret: the next `pulumi up` completes it" in told
    expect_truth(deployment, emulator)
    (made,) = emulator.truth()
    deployment.up_clean()
    assert list(emulator.truth()) == [made]
    assert emulator.truth()[made]["status"] == "disabled"
    expect_truth(deployment, emulator)


# -- the engine's other features ---------------------------------------------------------------------------


def test_ignored_changes_are_left_alone(deploy: Callable[..., Deployment], emulator: EmulatorClient) -> None:
    program = Program("plugin")
    program.arguments["opts"] = pulumi.ResourceOptions(ignore_changes=["url", "status"])
    deployment = deploy(program)
    deployment.up_clean()
    program.arguments |= {"url": "https://example.com/ignored", "enabled_events": ["c"]}
    emulator.clear_log()
    deployment.up_clean()
    assert [one["body"] for one in emulator.requests("PATCH")] == ['{"enabled_events":["c"]}']


def test_values_not_known_yet_are_previewed(deploy: Callable[..., Deployment], emulator: EmulatorClient) -> None:
    def program() -> None:
        first = WebhookEndpoint("first", url="https://example.com/first")
        url = first.webhook_endpoint_id.apply(lambda one: f"https://example.com/{one}")
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
        WebhookEndpoint("second", url=first.id.apply(lambda one: f"https://example.com/{one}"))

    urls = ["https://example.com/first"]
    deployment = deploy(program)
    deployment.up()
    urls[0] = "https://example.com/changed"
    assert deployment.preview() == {"same": 2, "update": 1}
    deployment.up_clean()
    assert len(emulator.truth()) == 2


def test_functions_are_called_from_a_program(deploy: Callable[..., Deployment], emulator: EmulatorClient) -> None:
    (made,) = emulator.seed(1)

    def program() -> None:
        found: Any = pulumi.runtime.invoke("kinetic:index:getWebhookEndpoint", {"webhookEndpointId": made})
        listed: Any = pulumi.runtime.invoke("kinetic:index:listWebhookEndpoints", {})
        pulumi.export("url", found.value["url"])
        pulumi.export("ids", [one["webhookEndpointId"] for one in listed.value["webhookEndpoints"]])

    outputs = deploy(program).up().outputs
    assert outputs["url"].value == "https://example.com/seed/0"
    assert outputs["ids"].value == [made]


def test_the_engine_lists_and_describes_what_the_plugin_has(
    deploy: Callable[..., Deployment], emulator: EmulatorClient
) -> None:
    made = emulator.seed(3)
    variables = {"KINETIC_API_KEY": KEY, "KINETIC_BASE_URL": emulator.url}
    deployment = deploy(lambda: None, variables=variables)
    plugin = str(Path(sys.executable).with_name("pulumi-resource-kinetic"))

    def cli(*arguments: str) -> str:
        command = [str(shutil.which("pulumi", path=deployment.variables["PATH"])), *arguments]
        folder = deployment.stack.workspace.work_dir
        return subprocess.check_output(command, env=deployment.variables, cwd=folder, text=True)  # noqa: S603

    described = json.loads(cli("package", "get-schema", plugin))
    assert described["resources"].keys() == schema.schema()["resources"].keys()
    listed = cli("do", "--package", plugin, PLUGIN_TYPE, "list")
    assert all(one in listed for one in made)
