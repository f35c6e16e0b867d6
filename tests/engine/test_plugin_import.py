"""Imports, which only the plugin door has."""

import os
from collections.abc import Callable
from pathlib import Path

import pulumi
import pytest

from pulumi_kinetic.endpoint import PLUGIN_TYPE
from support.emulator import EmulatorClient
from support.language_host import install_host
from support.programs import Program, expect_truth
from support.stack import Deployment


@pytest.fixture
def import_command(tmp_path: Path) -> Callable[..., str]:
    """`pulumi import` asks for the host of the project's language, which an engine built from Go has not."""
    hosts = install_host(tmp_path / "language")

    def run(deployment: Deployment, endpoint_id: str) -> str:
        deployment.set_variable("PATH", f"{deployment.variables['PATH']}{os.pathsep}{hosts}")
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
    assert outputs["signingSecret"] is None
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
    printed = deployment.fails(lambda: import_command(deployment, "we_none"))
    assert "resource 'we_none' does not exist" in printed
