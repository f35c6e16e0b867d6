"""The functions and the list of the plugin, called by the engine."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi

from pulumi_kinetic import schema
from pulumi_kinetic.endpoint import PLUGIN_TYPE
from support.emulator import KEY, EmulatorClient
from support.stack import Deployment
from support.waiting import RUN_SECONDS


def test_functions_are_called_from_a_program(deploy: Callable[..., Deployment], emulator: EmulatorClient) -> None:
    (made,) = emulator.seed(1)

    def program() -> None:
        single: Any = pulumi.runtime.invoke("kinetic:index:getWebhookEndpoint", {"webhookEndpointId": made})
        listed: Any = pulumi.runtime.invoke("kinetic:index:listWebhookEndpoints", {})
        pulumi.export("url", single.value["url"])
        pulumi.export("ids", [endpoint["webhookEndpointId"] for endpoint in listed.value["webhookEndpoints"]])

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
        return subprocess.check_output(command, env=deployment.variables, cwd=folder, text=True, timeout=RUN_SECONDS)  # noqa: S603

    described = json.loads(cli("package", "get-schema", plugin))
    assert described["resources"].keys() == schema.schema()["resources"].keys()
    listed = cli("do", "--package", plugin, PLUGIN_TYPE, "list")
    assert all(endpoint_id in listed for endpoint_id in made)
