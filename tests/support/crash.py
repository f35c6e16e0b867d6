"""Kills a run at a chosen instant, and looks at what is left."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import ANY

from pulumi import automation as auto

from support.emulator import EmulatorClient
from support.sdk import RESOURCE_BY_DOOR
from support.stack import Deployment
from support.waiting import RUN_SECONDS, in_background, wait_until

VICTIMS = ("cli", "provider", "both")


@dataclass(frozen=True)
class Instant:
    """A point in a run: what holds the run there, and how to tell that it is there."""

    name: str
    faults: tuple[dict[str, Any], ...]
    reached: Callable[["Crash"], bool]
    change: str = "create"
    status: str = "enabled"


def _asked(method: str) -> Callable[["Crash"], bool]:
    return lambda crash: any(request["method"] == method for request in crash.emulator.requests())


def _exists(crash: "Crash") -> bool:
    return len(crash.emulator.truth()) > crash.endpoints_before


HOLD = 1.5
POST, PATCH, DELETE = ({"method": method} for method in ("POST", "PATCH", "DELETE"))
BEFORE, AFTER = {"delay_seconds": HOLD}, {"delay_after_seconds": HOLD}
NEVER = {**BEFORE, "commit": False, "drop": True}
HALF = {"half_body": True, "stall_seconds": HOLD}
INSTANTS = (
    Instant("before the request leaves", ({**POST, **BEFORE},), lambda crash: crash.in_journal()),
    Instant("sent, never committed", ({**POST, **NEVER},), _asked("POST")),
    Instant("sent, committed later", ({**POST, **BEFORE},), _asked("POST")),
    Instant("committed, not answered", ({**POST, **AFTER},), _exists),
    Instant("half an answer", ({**POST, **HALF},), _exists),
    Instant("answered, journal still open", (), _exists),
    Instant("answered, state not saved", (), lambda crash: crash.in_journal(answered=True)),
    Instant("in the PATCH after the POST", ({**PATCH, **BEFORE},), _asked("PATCH"), status="disabled"),
    Instant("after the PATCH after the POST", ({**PATCH, **AFTER},), _asked("PATCH"), status="disabled"),
    Instant("in an update", ({**PATCH, **AFTER},), _asked("PATCH"), "update"),
    Instant("in a delete", ({**DELETE, **AFTER},), _asked("DELETE"), "delete"),
)

NOTHING: dict[str, Any] = {"interrupted": [], "notes": [], "problems": []}
WHOLE = {"orphans": 0, "missing": 0, "doubles": 0, "lost secrets": 0}
COMMITTED = next(instant for instant in INSTANTS if instant.name == "committed, not answered")
UPDATE = next(instant for instant in INSTANTS if instant.name == "in an update")


class Crash:
    """One stack whose runs are killed; every run adds, changes or removes one endpoint."""

    def __init__(self, deployment: Deployment, emulator: EmulatorClient, door: str = "dynamic") -> None:
        self.deployment = deployment
        self.declare = RESOURCE_BY_DOOR[door]
        self.emulator = emulator
        self.endpoints_before = 0
        self._runs = 0
        self._is_up = False
        self._left_behind: list[int] = []
        self.declared: dict[str, dict[str, Any]] = {"steady": {"url": "https://example.com/steady"}}
        deployment.program = self.program

    def program(self) -> None:
        for name, arguments in self.declared.items():
            self.declare(name, **arguments)

    @property
    def journal(self) -> Path:
        """Where the records are on the machine in use."""
        return Path(self.deployment.variables["PULUMI_HOME"]) / "kinetic" / "journal"

    def in_journal(self, *, answered: bool = False) -> bool:
        """Whether the journal holds a record of this run: open, or with an answer."""
        return any((_record(path) or {}).get("endpoint_id") is not None or not answered for path in self._records())

    def replace(self, urn: str) -> None:
        """`pulumi up --replace URN`."""
        self.deployment.up(replace=[urn])

    def kill(self, instant: Instant, victim: str) -> None:
        """A run, killed at the instant; returns when the CLI is gone."""
        self._prepare(instant)
        self.emulator.clear_log()
        self.endpoints_before = len(self.emulator.truth())
        self.emulator.faults(*instant.faults)
        with in_background(self._up, "the killed run") as run:
            wait_until(lambda: instant.reached(self) or not run.is_alive(), f"the instant {instant.name!r}")
            self.kill_now(victim)
        self.emulator.faults()

    def recover(self, *options: str, **environment: str) -> tuple[int, dict[str, Any]]:
        """`pulumi-kinetic recover --json`, as a pipeline runs it in the project's folder."""
        command = [sys.executable, "-c", "from pulumi_kinetic.cli.main import main; main()", "recover", "--json"]
        done = subprocess.run(  # noqa: S603
            [*command, *options],
            cwd=self.deployment.stack.workspace.work_dir,
            capture_output=True,
            text=True,
            env={**self.deployment.variables, "PULUMI_STACK": "dev", **environment},
            check=False,
            timeout=RUN_SECONDS,
        )
        return done.returncode, json.loads(done.stdout) if done.stdout.strip() else {"error": done.stderr}

    def cancel(self) -> None:
        """Lift the lock that a killed run has left."""
        self.deployment.cli("cancel", "--yes", "--stack", "dev")

    def move_to_another_machine(self) -> None:
        """The next commands find no journal: the machine of the killed run is gone, with all that ran there."""
        self.end_providers()
        self.deployment.set_variable("PULUMI_HOME", str(self.deployment.folder / f"home-{len(self.declared)}-fresh"))

    def pending_operations(self) -> list[dict[str, Any]]:
        """What the state says is under way."""
        exported = json.loads(self.deployment.cli("stack", "export", "--stack", "dev"))
        operations: list[dict[str, Any]] = exported["deployment"].get("pending_operations") or []
        return operations

    def expect_nothing_left(self) -> None:
        """Endpoints, state, journal and pending operations agree, and nothing is left to do."""
        assert self.verdict() == WHOLE
        self.deployment.expect_clean()
        assert self.recover() == (0, {"interrupted": [], "notes": ANY, "problems": []})
        assert self.recover() == (0, NOTHING)
        assert self.pending_operations() == []
        assert not self.in_journal()

    def verdict(self) -> dict[str, int]:
        """Orphans, doubles and lost secrets, by the server's truth."""
        truth = self.emulator.truth()
        resources = self.deployment.resources().values()
        state = {resource["id"]: resource["outputs"].get("signingSecret") for resource in resources}
        urls = [endpoint["url"] for endpoint in truth.values()]
        return {
            "orphans": len(set(truth) - set(state)),
            "missing": len(set(state) - set(truth)),
            "doubles": len(urls) - len(set(urls)),
            "lost secrets": sum(truth[known]["signing_secret"] != state[known] for known in set(truth) & set(state)),
        }

    def _prepare(self, instant: Instant) -> None:
        """Bring the stack to where the run that is killed begins, and change the program."""
        if instant.change == "none":
            return
        others = [name for name in self.declared if name != "steady"]
        if instant.change == "create":
            self._bring_up({})
            self._runs += 1
            name = f"orders-{self._runs}" if self._runs > 1 else "orders"
            self.declared[name] = {"url": f"https://example.com/{name}", "status": instant.status}
            return
        self._bring_up({} if others else {"orders": {"url": "https://example.com/orders"}})
        name = (others or ["orders"])[0]
        if instant.change == "delete":
            del self.declared[name]
        else:
            self.declared[name] = {"url": f"{self.declared[name]['url']}/changed"}

    def _bring_up(self, more: dict[str, dict[str, Any]]) -> None:
        """What was declared so far is there after every run; a run of the engine is needed for more only."""
        if more or not self._is_up:
            self.declared |= more
            self.deployment.up()
            self._is_up = True

    def _up(self) -> None:
        with contextlib.suppress(auto.CommandError):
            self.deployment.up()

    def kill_now(self, victim: str) -> None:
        """Kill without mercy whatever of the victim runs."""
        engines = [process for process in children_of(os.getpid()) if is_engine(process)]
        providers = [process for engine in engines for process in children_of(engine) if is_provider(process)]
        self._left_behind = [*self._left_behind, *providers]
        doomed = {"cli": engines, "provider": providers, "both": engines + providers}[victim]
        for process in doomed:
            os.kill(process, signal.SIGKILL)

    def end_providers(self) -> None:
        """A provider whose CLI was killed serves on for ever."""
        for process in self._left_behind:
            if is_provider(process):
                os.kill(process, signal.SIGKILL)
        self._left_behind = []

    def _records(self) -> list[Path]:
        return list(self.journal.glob("*.json"))


def _record(path: Path) -> dict[str, Any] | None:
    try:
        record: dict[str, Any] = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    return record


def children_of(process: int) -> list[int]:
    """The running children of a process (Linux)."""
    tasks = Path(f"/proc/{process}/task")
    if not tasks.exists():
        return []
    children = [path.read_text().split() for path in tasks.glob("*/children") if path.exists()]
    return [int(number) for numbers in children for number in numbers]


def is_engine(process: int) -> bool:
    """Whether it is the CLI, by its program's name: a folder of the command may be called so too."""
    return Path(command_of(process).split(" ")[0]).name == "pulumi"


def is_provider(process: int) -> bool:
    """Whether it serves the endpoints, at either door."""
    return any(program in command_of(process) for program in ("pulumi.dynamic", "pulumi-resource-kinetic"))


def command_of(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""
