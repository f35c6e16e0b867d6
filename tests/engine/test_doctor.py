"""`pulumi-kinetic doctor` with the real CLI and the state of the real engine."""

import json
from collections.abc import Callable

import pytest

from pulumi_kinetic import __version__
from support.command import run_command
from support.emulator import KEY, PRODUCTION_KEY, EmulatorClient
from support.programs import Program
from support.stack import Deployment


def examined(deployment: Deployment, **variables: str) -> tuple[int, dict[str, tuple[str, str]]]:
    code, shown, errors = run_command(deployment, "doctor", "--json", "--stack", "dev", **variables)
    assert errors == ""
    return code, {check["name"]: (check["status"], check["detail"]) for check in json.loads(shown)["checks"]}


@pytest.mark.parametrize("door", ["dynamic", "plugin"])
def test_a_stack_that_was_deployed_has_no_failing_check(
    door: str, deploy: Callable[..., Deployment], emulator: EmulatorClient
) -> None:
    deployment = deploy(Program(door))
    deployment.up()
    state = deployment.state_file()
    emulator.clear_log()
    code, checks = examined(deployment)
    assert (code, [name for name, (status, _) in checks.items() if status == "fail"]) == (0, [])
    assert checks["stack"] == ("pass", "dev; webhook endpoints in its state: 1")
    assert checks["environment"] == ("pass", "the stack's endpoints and their keys: sandbox")
    assert checks["Pulumi CLI"][0] == "pass"
    assert checks["backend"] == ("pass", deployment.backend.url)
    assert [request["method"] for request in emulator.requests()] == ["GET"]
    assert deployment.state_file() == state


def test_a_key_of_the_other_environment_fails(deploy: Callable[..., Deployment]) -> None:
    deployment = deploy(Program())
    deployment.up()
    deployment.configure("kinetic:apiKey", PRODUCTION_KEY)
    code, checks = examined(deployment)
    assert code == 1
    status, detail = checks["environment"]
    assert (status, detail) == ("fail", "this is a production key, but these endpoints belong to sandbox: orders")


def test_the_plugin_that_the_cli_has_installed_is_found(deploy: Callable[..., Deployment]) -> None:
    deployment = deploy(Program("plugin"), variables={"PULUMI_IGNORE_AMBIENT_PLUGINS": "true"})
    assert examined(deployment)[1]["plugin"][0] == "skip"
    run_command(deployment, "plugin", "install")
    status, detail = examined(deployment)[1]["plugin"]
    assert (status, detail.startswith(f"{__version__} in {deployment.folder}")) == ("pass", True)


def test_without_a_passphrase_every_other_check_is_made(
    deploy: Callable[..., Deployment], emulator: EmulatorClient
) -> None:
    deployment = deploy(Program())
    deployment.up()
    settings = {"KINETIC_API_KEY": KEY, "KINETIC_BASE_URL": emulator.url}
    code, checks = examined(deployment, PULUMI_CONFIG_PASSPHRASE="wrong", **settings)
    assert code == 1
    assert checks["stack"][0] == "fail"
    assert [checks[name][0] for name in ("API key", "read scope", "clock", "backend")] == ["pass"] * 4


def test_a_backend_of_before_projects_is_refused_by_the_cli_and_told(deploy: Callable[..., Deployment]) -> None:
    deployment = deploy(Program())
    stacks = deployment.folder / "backend" / ".pulumi" / "stacks"
    (stacks.parent / "meta.yaml").unlink()
    (stacks / "old.json").write_bytes(next(stacks.rglob("dev.json")).read_bytes())
    code, checks = examined(deployment)
    assert code == 1
    assert checks["backend"][0] == "fail"
