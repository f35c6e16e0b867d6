"""Kills a run at a chosen instant, and looks at what is left."""

import contextlib
import json
import os
import signal
import tempfile
import time
from pathlib import Path
from typing import Any
from unittest.mock import ANY

from pulumi import automation as auto

from pulumi_kinetic.emulator.request_log import LogEntry
from support.command import run_command
from support.emulator import EmulatorClient
from support.instants import Instant
from support.processes import children_of, command_of, is_engine, is_provider, recovers
from support.sdk import RESOURCE_BY_DOOR
from support.stack import Deployment
from support.waiting import in_background, wait_for_either, wait_until

NOTHING: dict[str, Any] = {"interrupted": [], "notes": [], "problems": []}
WHOLE = {"orphans": 0, "missing": 0, "doubles": 0, "lost secrets": 0, "drifted": 0, "touched": 0}

# Between two records there is time to kill `recover`.
SLOW_RECORDS = """
import pathlib, time
_replace = pathlib.Path.replace
def _slow(self, target):
    time.sleep(0.5)
    return _replace(self, target)
pathlib.Path.replace = _slow
"""


class InstantNotReachedError(Exception):
    """The run ended before it was where it was to be killed: what comes after it proves nothing."""


class Crash:
    """One stack whose runs are killed; every run adds, changes or removes an endpoint.

    Attributes:
        declared: The arguments of the program's endpoints, by name.
        changed: The names of those that the killed run was to change.
        neighbours: What other stacks manage on this account, by id: nothing of it may be touched.
        patches: Python that each provider, and `recover`, runs when it starts.
    """

    def __init__(self, deployment: Deployment, emulator: EmulatorClient, door: str = "dynamic") -> None:
        self.deployment = deployment
        self.declare = RESOURCE_BY_DOOR[door]
        self.emulator = emulator
        self.neighbours: dict[str, dict[str, Any]] = {}
        self.patches = ""
        self.changed: list[str] = []
        self.endpoints_before = 0
        self._requests_before = 0
        self._records_before: set[Path] = set()
        self._homes = 0
        self._names = 0
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
        """Whether the journal holds a record: any, or one with an answer."""
        return any((read_record(path) or {}).get("endpoint_id") is not None or not answered for path in self._records())

    def new_records(self) -> list[dict[str, Any]]:
        """The records that came, or changed, since the run began that is killed."""
        records = [read_record(path) for path in self._records() if path not in self._records_before]
        return [record for record in records if record is not None]

    def requests(self) -> list[LogEntry]:
        """What was asked since the run began that is killed."""
        return self.emulator.requests()[self._requests_before :]

    def commands_of_recover(self) -> list[str]:
        """The commands that a running `recover` has started."""
        return [command_of(child) for process in recovers() for child in children_of(process)]

    def replace(self, *urns: str) -> None:
        """`pulumi up --replace URN`."""
        self.deployment.up(replace=list(urns))

    def replace_changed(self) -> None:
        """`pulumi up --replace` of what the killed run was to change; the engine refuses where none is in the state."""
        saved = [resource["urn"] for name, resource in self.deployment.resources().items() if name in self.changed]
        if saved:
            self.replace(*saved)
            return
        prefix = self.deployment.resources()["steady"]["urn"].rpartition("::")[0]
        refusal = self.deployment.fails(lambda: self.replace(f"{prefix}::{self.changed[0]}"))
        assert "could not be found in the stack" in refusal

    def kill(self, instant: Instant, victim: str, *, after_seconds: float = 0) -> None:
        """A run, or `recover`, killed at the instant or a little later; returns when what was killed is gone.

        Raises:
            InstantNotReachedError: It ended before that, or nothing of the victim ran any more.
        """
        self._prepare(instant)
        work = {"up": self._up, "recover": self._slow_recover}[instant.command]
        work = self._replace if instant.change == "replacement" else work
        self.endpoints_before = len(self.emulator.truth())
        self._requests_before = len(self.emulator.requests())
        self._records_before = set(self._records()) if instant.change != "none" else set()
        self.emulator.faults(*instant.faults)
        try:
            with in_background(work, "the killed run") as run:
                reached = wait_for_either(lambda: instant.reached(self), lambda: not run.is_alive(), instant.name)
                time.sleep(after_seconds)
                if not reached or not self.kill_now(victim, instant.signal):
                    raise InstantNotReachedError(f"the run ended before {instant.name!r}, or had no {victim} there")
        finally:
            self.emulator.faults()
        wait_until(lambda: not any(is_engine(process) for process in self._left_behind), "the end of a left CLI")

    def recover(self, *options: str, **environment: str) -> tuple[int, dict[str, Any]]:
        """`pulumi-kinetic recover --json`, as a pipeline runs it in the project's folder."""
        code, output, errors = self.command("recover", "--json", *options, **environment)
        return code, json.loads(output) if output.strip() else {"error": errors}

    def command(self, *arguments: str, **environment: str) -> tuple[int, str, str]:
        """Run `pulumi-kinetic` in the project's folder; its exit code, output and errors."""
        return run_command(self.deployment, *arguments, **{"PULUMI_STACK": "dev", **environment})

    def cancel(self) -> None:
        """Lift the lock that a killed run has left, as docs/guides/recover.md says for an unreadable state."""
        try:
            self.deployment.cli("cancel", "--yes", "--stack", "dev")
        except auto.CommandError as error:
            if "failed to load checkpoint: EOF" not in str(error):
                raise
            code, report = self.recover("--unlock")
            assert (code, report.get("problems")) == (0, []), report

    def move_to_another_machine(self) -> None:
        """The next commands find no journal: the machine of the killed run is gone, with all that ran there."""
        self.end_providers()
        self._homes += 1
        self.deployment.set_variable("PULUMI_HOME", str(self.deployment.folder / f"home-{self._homes}"))

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
        """Orphans, doubles, lost secrets, drift, and what was touched of other stacks, by the server's truth."""
        requests = self._requests_when_idle()
        everything = self.emulator.truth()
        truth = {known: endpoint for known, endpoint in everything.items() if known not in self.neighbours}
        resources = self.deployment.resources().values()
        state = {resource["id"]: resource["outputs"] for resource in resources}
        both = set(truth) & set(state)
        urls = [endpoint["url"] for endpoint in truth.values()]
        return {
            "orphans": len(set(truth) - set(state)),
            "missing": len(set(state) - set(truth)),
            "doubles": len(urls) - len(set(urls)),
            "lost secrets": sum(truth[known]["signing_secret"] != state[known].get("signingSecret") for known in both),
            "drifted": sum(
                truth[known][name] != state[known].get(name) for known in both for name in ("url", "status")
            ),
            "touched": sum(
                everything.get(known) != endpoint or any(known in str(request) for request in requests)
                for known, endpoint in self.neighbours.items()
            ),
        }

    def lost(self) -> set[str]:
        """The endpoints that neither this stack nor a neighbour manages."""
        managed = {resource["id"] for resource in self.deployment.resources().values()}
        return set(self.emulator.truth()) - managed - set(self.neighbours)

    def kill_now(self, victim: str, number: signal.Signals = signal.SIGKILL) -> bool:
        """Kill without mercy whatever of the victim runs; whether anything did."""
        commands = recovers()
        engines = [child for parent in (os.getpid(), *commands) for child in children_of(parent) if is_engine(child)]
        ours = [*commands, *(child for engine in engines for child in children_of(engine) if is_provider(child))]
        self._left_behind = [*self._left_behind, *ours, *(engines if commands else [])]
        doomed = {"cli": engines, "provider": ours, "both": engines + ours}[victim]
        for process in doomed:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, number)
        return bool(doomed)

    def end_providers(self) -> None:
        """A provider whose CLI was killed serves on for ever."""
        for process in self._left_behind:
            if is_provider(process):
                os.kill(process, signal.SIGKILL)
        self._left_behind = []

    def _prepare(self, instant: Instant) -> None:
        """Bring the stack to where the run that is killed begins, and change the program."""
        if instant.change == "none":
            return
        if "create" in instant.change:
            self._bring_up({})
            self.changed = [self._new_name() for _ in range(2 if instant.change == "two creates" else 1)]
            new = {name: {"url": f"https://example.com/{name}", "status": instant.status} for name in self.changed}
            self.declared |= new
            return
        others = [name for name in self.declared if name != "steady"] or [self._new_name()]
        self.changed = others[:1]
        (name,) = self.changed
        self._bring_up({} if name in self.declared else {name: {"url": f"https://example.com/{name}"}})
        if instant.change == "delete":
            del self.declared[name]
        elif instant.change == "update":
            self.declared[name] = {"url": f"https://example.com/{name}/{self._names}"}
            self._names += 1

    def _new_name(self) -> str:
        self._names += 1
        return "orders" if self._names == 1 else f"orders-{self._names}"

    def _bring_up(self, more: dict[str, dict[str, Any]]) -> None:
        """What was declared so far is there after every run; a run of the engine is needed for more only."""
        if more or not self._is_up:
            self.declared |= more
            self.deployment.up()
            self._is_up = True

    def _up(self) -> None:
        with contextlib.suppress(auto.CommandError):
            self.deployment.up()

    def _replace(self) -> None:
        with contextlib.suppress(auto.CommandError):
            self.replace_changed()

    def _slow_recover(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "sitecustomize.py").write_text(self.patches + SLOW_RECORDS)
            self.recover("--unlock", PYTHONPATH=folder)

    def _requests_when_idle(self) -> list[LogEntry]:
        """All requests, once none is under way at the API any more."""
        wait_until(lambda: all(request["status"] for request in self.emulator.requests()), "the API to be idle")
        return self.emulator.requests()

    def _records(self) -> list[Path]:
        return list(self.journal.glob("*.json"))


def read_record(path: Path) -> dict[str, Any] | None:
    try:
        record: dict[str, Any] = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    return record
