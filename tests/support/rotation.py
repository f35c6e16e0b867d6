"""A rotating endpoint, rotated step by step on the real engine while a thread watches what exists."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pulumi

import pulumi_kinetic as kinetic
from support.emulator import EmulatorClient
from support.programs import URL, expect_truth
from support.stack import Deployment
from support.waiting import POLL_SECONDS

Request = tuple[str, int, str | None]
STAY_SECONDS = 0.2  # how long each state of a run lasts: many polls


class Rotation:
    """One component named `orders`.

    Attributes:
        declare: Another program than that component; None for it.
        url: Where it delivers to.
        outputs: What the last run exported.
        seen: The statuses of the endpoints in the order of their creation, each that was seen during the last step.
    """

    def __init__(self, deployment: Deployment, emulator: EmulatorClient) -> None:
        self.deployment = deployment
        self.emulator = emulator
        self.declare: Callable[[], None] | None = None
        self.url = URL
        self.outputs: dict[str, Any] = {}
        self.seen: list[tuple[str, ...]] = []
        self.current = 1
        self.standby: int | None = None
        self._generations: dict[str, int] = {}
        deployment.program = self.program

    def program(self) -> None:
        if self.declare:
            self.declare()
            return
        made = kinetic.RotatingWebhookEndpoint("orders", url=self.url, current=self.current, standby=self.standby)
        pulumi.export("current", made.webhook_endpoint_id)
        pulumi.export("standby", made.standby_webhook_endpoint_id)
        pulumi.export("url", made.url)
        pulumi.export("secret", made.signing_secret)
        pulumi.export("secrets", made.signing_secrets)

    def begin(self, current: int, standby: int | None = None) -> None:
        """Bring the stack to where a test begins."""
        self.current, self.standby = current, standby
        self.up()

    def step(self, current: int, standby: int | None = None) -> list[Request]:
        """Bring the stack to a step, see that nothing is left to do; the requests: method, generation, body of a PATCH.

        Raises:
            AssertionError: At some moment no endpoint delivered, though one did before.
        """
        self.current, self.standby = current, standby
        self.emulator.clear_log()
        self.emulator.faults(
            *({"method": method, "delay_after_seconds": STAY_SECONDS, "times": 9} for method in ("POST", "PATCH"))
        )
        with self.watched():
            self.up()
        self.emulator.faults()
        self.deployment.expect_clean()
        return self._changes()

    def fails(self, current: int, standby: int | None, fault: dict[str, Any]) -> None:
        """Try a step that the API refuses."""
        self.current, self.standby = current, standby
        self.emulator.faults({**fault, "times": 9})
        with self.watched():
            self.deployment.fails(self.deployment.up)
        self.emulator.faults()

    def up(self) -> None:
        self.outputs = {name: output.value for name, output in self.deployment.up().outputs.items()}
        expect_truth(self.deployment, self.emulator)
        self._generation_by_id()

    def up_clean(self) -> None:
        self.up()
        self.deployment.expect_clean()

    def expect_outputs(self) -> tuple[int, int | None]:
        """Compare the outputs with the truth; the generations that they name.

        Raises:
            AssertionError: Ids, secrets or statuses differ.
        """
        truth = self.emulator.truth()
        ids = [known for known in (self.outputs["current"], self.outputs.get("standby")) if known]
        assert sorted(ids) == sorted(truth)
        assert [truth[known]["status"] for known in ids] == ["enabled", "disabled"][: len(ids)]
        assert self.outputs["secrets"] == [truth[known]["signing_secret"] for known in ids]
        assert self.outputs["secret"] == self.outputs["secrets"][0]
        assert {endpoint["url"] for endpoint in truth.values()} == {self.outputs["url"]}
        generations = self._generation_by_id()
        return generations[ids[0]], generations[ids[1]] if ids[1:] else None

    def _changes(self) -> list[Request]:
        asked = self.emulator.requests("POST", "PATCH", "DELETE")
        generations = self._generation_by_id()
        posts = sum(request["method"] == "POST" for request in asked)
        made = iter([generations[known] for known in self.emulator.truth()][-posts:])  # oldest first
        return [
            (
                request["method"],
                next(made) if request["method"] == "POST" else generations[request["path"].rpartition("/")[2]],
                request["body"] if request["method"] == "PATCH" else None,
            )
            for request in asked
        ]

    def _generation_by_id(self) -> dict[str, int]:
        """By the names in the state, also of those that were there before."""
        self._generations |= {
            made["id"]: int(name.rpartition("-")[2] if "-" in name else 1)
            for name, made in self.deployment.resources().items()
        }
        return self._generations

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Poll what exists meanwhile, by a client of the thread's own."""
        self.seen = []
        ended = threading.Event()

        def watch(client: EmulatorClient) -> None:
            while not ended.wait(POLL_SECONDS):
                statuses = tuple(endpoint["status"] for endpoint in client.truth().values())
                if self.seen[-1:] != [statuses]:
                    self.seen.append(statuses)

        with EmulatorClient(self.emulator.url) as client:
            thread = threading.Thread(target=watch, args=(client,), name="watcher", daemon=True)
            thread.start()
            try:
                yield
            finally:
                ended.set()
                thread.join(20)
        gaps = [statuses for statuses in self.seen if "enabled" not in statuses]
        assert gaps in ([], [()]), self.seen
