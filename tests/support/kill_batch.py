"""Stacks on which many kills run one after the other: the killed one, and neighbours that nothing may touch."""

import contextlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import engine
import pulumi_kinetic as kinetic
from pulumi_kinetic.emulator.server import Server
from support.backends import Backend, Folder
from support.bucket_servers import s3_server
from support.crash import WHOLE, Crash
from support.emulator import KEY, EmulatorClient
from support.instants import INSTANTS, Instant
from support.kill_cases import Case, losses
from support.stack import Deployment

INSTANT_BY_NAME = {instant.name: instant for instant in INSTANTS}


class Hook(kinetic.WebhookEndpoint):
    """A user's own kind of endpoint."""


class Batch:
    """One stack that is killed again and again, beside two others on the same account.

    The neighbours are a namesake of another backend, which declares the same names and URLs, and a stack of subclasses
    on the same backend.

    Attributes:
        crash: The stack that is killed.
        is_usable: False once a case has failed: what comes after it on these stacks proves nothing.
    """

    def __init__(self, crash: Crash, namesake: Crash, hooks: Deployment) -> None:
        self.crash = crash
        self.is_usable = True
        self._namesake = namesake
        self._hooks = hooks
        self._is_first = True
        for neighbour in (namesake.deployment, hooks):
            neighbour.up()
        crash.neighbours = crash.emulator.truth()

    def run(self, case: Case, *, after_seconds: float = 0) -> dict[str, int]:
        """Kill, continue, and compare with the server's truth.

        Continued is as docs/contributing/design.md#8-procedure says: on the same machine by `cancel` and `up`, on
        another by `recover --unlock` and `up`; and `recover` again where the state still has pending creates.

        Args:
            case: The case.
            after_seconds: How much later than at the instant.

        Returns: The verdict, but that an expected loss is named by `drift --unmanaged` and removed, as a person does.

        Raises:
            InstantNotReachedError: The run was never where it was to be killed.
        """
        self.is_usable = False
        instant = INSTANT_BY_NAME[case.instant]
        self.crash.emulator.clear_log()
        if instant.first:
            alone = case.machine == "same" and instant.command == "up"
            self.crash.kill(instant.first, case.victim if alone else "both")
            self._continue_first(instant, case.machine)
        self.crash.kill(instant, case.victim, after_seconds=after_seconds)
        self._meet_neighbours()
        self._lift(case.machine, recovers=instant.command == "recover")
        if instant.then == "replace":
            self.crash.replace_changed()
        self.crash.deployment.up()
        if self.crash.pending_operations():
            code, report = self.crash.recover()
            assert (code, report["problems"], self.crash.pending_operations()) == (0, [], []), report
        verdict = self._without_expected_loss(case)
        self.crash.end_providers()
        self.is_usable = verdict == WHOLE
        return verdict

    def expect_nothing_left(self) -> None:
        """Ask for what a single case is too short for: see Crash.expect_nothing_left; the neighbours are clean too.

        Raises:
            AssertionError: Something is left.
        """
        self.is_usable = False
        self.crash.emulator.clear_log()
        self.crash.expect_nothing_left()
        self.is_usable = True

    def expect_clean_neighbours(self) -> None:
        """Let the neighbours run: they find nothing to do, and nothing drifted.

        Raises:
            pulumi.automation.CommandError: They do.
        """
        for neighbour in (self._namesake.deployment, self._hooks):
            neighbour.expect_clean()

    def _continue_first(self, instant: Instant, machine: str) -> None:
        if instant.way == "move":
            self.crash.move_to_another_machine()
            return
        self._lift(machine)
        if instant.way == "up":
            self.crash.deployment.up()

    def _lift(self, machine: str, *, recovers: bool = False) -> None:
        if machine == "another":
            self.crash.move_to_another_machine()
        if machine == "same" and not recovers:
            self.crash.cancel()
            return
        code, report = self.crash.recover("--unlock")
        assert (code, report.get("problems")) == (0, []), report

    def _meet_neighbours(self) -> None:
        """Once a batch, the neighbours run beside what the killed run left, on its machine: it is none of theirs."""
        if not self._is_first:
            return
        self._is_first = False
        home = self.crash.deployment.variables["PULUMI_HOME"]
        for neighbour in (self._namesake.deployment, self._hooks):
            neighbour.set_variable("PULUMI_HOME", home)
            neighbour.up(expect_no_changes=True)
        code, report = self._namesake.recover()
        assert (code, report["interrupted"], report["problems"]) == (0, [], []), report

    def _without_expected_loss(self, case: Case) -> dict[str, int]:
        verdict = self.crash.verdict()
        lost = self.crash.lost()
        if not lost or len(lost) not in losses(case) or verdict != WHOLE | {"orphans": len(lost), "doubles": len(lost)}:
            is_expected = 0 in losses(case)
            return verdict if lost or is_expected else {**verdict, "losses that didn't happen": 1}
        _, named, _ = self.crash.command("drift", "--unmanaged", "--stack", "dev")
        assert all(known in named for known in lost), named
        for known in lost:
            self.crash.emulator.remove(known)
        return self.crash.verdict()


@contextmanager
def new_batch(door: str, backend: str, patches: str = "") -> Iterator[Batch]:
    """A batch with an emulator and, for S3, a server of its own.

    Args:
        door: At which door the endpoints of the killed stack, and of its namesake, are declared.
        backend: `file` or `s3`: where the killed stack's state is.
        patches: Python that each provider, and `recover`, runs when it starts.
    """
    with contextlib.ExitStack() as opened:
        server = opened.enter_context(Server())
        emulator = opened.enter_context(EmulatorClient(server.url))
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        state: Backend = Folder(folder / "backend")
        if backend == "s3":
            state = opened.enter_context(s3_server(folder))()
        config = {"apiKey": KEY, "baseUrl": server.url, "timeoutSeconds": "3", "maxRetries": "4"}
        settings = {f"kinetic:{key}": value for key, value in config.items()}
        environment = engine.environment()
        crash = Crash(Deployment(folder, environment, settings, backend=state), emulator, door)
        namesake = Crash(Deployment(folder / "clone", environment, settings), emulator, door)
        namesake.declared["orders"] = {"url": "https://example.com/orders"}
        hooks = Deployment(folder, environment, settings, project="hooks", backend=state, program=lambda: declare(Hook))
        if patches:
            crash.patches = patches
            (folder / "patches").mkdir()
            (folder / "patches" / "sitecustomize.py").write_text(patches)
            for deployment in (crash.deployment, namesake.deployment, hooks):
                deployment.set_variable("PYTHONPATH", str(folder / "patches"))
        batch = Batch(crash, namesake, hooks)
        try:
            yield batch
        finally:
            crash.end_providers()


def declare(kind: type[kinetic.WebhookEndpoint]) -> None:
    """Declare two endpoints of a kind."""
    for name in ("steady", "orders"):
        kind(name, url=f"https://example.com/{name}")
