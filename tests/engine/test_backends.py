"""The backends that keep a stack's state without Pulumi's service: a folder, a bucket of S3, a container of Azure."""

import json
import os
import pwd
import re
import signal
import socket
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.backends import Backend
from support.emulator import EmulatorClient
from support.processes import children_of, command_of, is_provider
from support.programs import URL, Program, expect_truth
from support.sdk import RESOURCE_BY_DOOR
from support.stack import Deployment
from support.waiting import in_background, wait_until

LOCKS = ".pulumi/locks/"


@pytest.mark.parametrize("door", RESOURCE_BY_DOOR)
def test_a_stack_lives_a_whole_life(
    deploy: Callable[..., Deployment], emulator: EmulatorClient, backend: Backend, door: str
) -> None:
    program = Program(door)
    deployment = deploy(program, backend=backend)
    deployment.up_clean()
    ((endpoint_id, made),) = emulator.truth().items()
    expect_truth(deployment, emulator)
    assert endpoint_id in deployment.state_file()
    assert made["signing_secret"] not in deployment.state_file()

    program.arguments |= {"url": "https://example.com/new", "enabled_events": ["c"], "status": "disabled"}
    deployment.up()
    changed = {**made, "url": "https://example.com/new", "enabled_events": ["c"], "status": "disabled"}
    assert emulator.truth() == {endpoint_id: changed}

    emulator.edit(endpoint_id, url=URL)
    assert deployment.preview(refresh=True) == {"same": 1, "update": 1}
    deployment.up(refresh=True)
    deployment.expect_clean()
    assert emulator.truth() == {endpoint_id: changed}
    expect_truth(deployment, emulator)

    deployment.destroy()
    assert emulator.truth() == {}
    assert backend.keys(LOCKS) == []


@dataclass(frozen=True)
class Killed:
    """A stack whose CLI and provider were killed in the middle of a create that the API never did."""

    deployment: Deployment
    cli: int


@pytest.fixture
def killed(deploy: Callable[..., Deployment], emulator: EmulatorClient, backend: Backend) -> Killed:
    deployment = deploy(Program(), backend=backend)
    emulator.faults({"method": "POST", "delay_seconds": 1.5, "commit": False, "drop": True})
    with in_background(lambda: deployment.fails(deployment.up), "the killed run"):
        wait_until(lambda: emulator.requests("POST"), "the POST to arrive")
        (cli,) = [child for child in children_of(os.getpid()) if is_engine(child)]
        providers = [child for child in children_of(cli) if is_provider(child)]
        for process in (cli, *providers):
            os.kill(process, signal.SIGKILL)
    return Killed(deployment, cli)


def test_a_killed_runs_lock_refuses_other_runs_and_names_its_holder(
    killed: Killed, emulator: EmulatorClient, backend: Backend
) -> None:
    (lock,) = backend.keys(LOCKS)
    assert re.fullmatch(LOCKS + r"organization/test/dev/[0-9a-f-]{36}\.json", lock)
    assert json.loads(backend.read(lock)).keys() == {"pid", "username", "hostname", "timestamp"}
    emulator.clear_log()
    refusal = killed.deployment.fails(killed.deployment.up)
    assert "the stack is currently locked by 1 lock(s)" in refusal
    holder = f"{pwd.getpwuid(os.getuid()).pw_name}@{socket.gethostname()} (pid {killed.cli})"
    assert lock in refusal
    assert f"created by {holder} at " in refusal
    assert emulator.requests() == []


def test_a_killed_runs_lock_is_lifted_by_cancel(killed: Killed, emulator: EmulatorClient, backend: Backend) -> None:
    assert len(backend.keys(LOCKS)) == 1
    cancel(killed.deployment)
    assert backend.keys(LOCKS) == []
    killed.deployment.up_clean()
    assert len(emulator.truth()) == 1
    expect_truth(killed.deployment, emulator)


def test_the_state_of_a_locked_stack_can_be_exported(killed: Killed, backend: Backend) -> None:
    exported = json.loads(killed.deployment.cli("stack", "export", "--stack", "dev"))
    (pending,) = exported["deployment"]["pending_operations"]
    assert pending["type"] == "creating"
    assert pending["resource"]["urn"].endswith("::orders")
    assert len(backend.keys(LOCKS)) == 1


def test_another_hosts_lock_refuses_runs_until_cancel_lifts_it(
    deploy: Callable[..., Deployment], emulator: EmulatorClient, backend: Backend
) -> None:
    deployment = deploy(Program(), backend=backend)
    write_lock(backend, hostname="build-7", pid=os.getpid())
    refusal = deployment.fails(deployment.up)
    assert f"created by deployer@build-7 (pid {os.getpid()}) at " in refusal
    assert emulator.requests() == []
    cancel(deployment)
    assert backend.keys(LOCKS) == []
    deployment.up_clean()
    expect_truth(deployment, emulator)


def is_engine(process: int) -> bool:
    return Path(command_of(process).partition(" ")[0]).name == "pulumi"


def write_lock(backend: Backend, *, hostname: str, pid: int) -> None:
    """Lock the stack as the CLI of another machine does; the form is the one that a killed CLI is seen to leave."""
    content = {"pid": pid, "username": "deployer", "hostname": hostname, "timestamp": "2026-01-02T03:04:05Z"}
    backend.write(f"{LOCKS}organization/test/dev/{uuid.uuid4()}.json", json.dumps(content))


def cancel(deployment: Deployment) -> None:
    deployment.cli("cancel", "--yes", "--stack", "dev")
