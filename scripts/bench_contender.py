"""The stacks that the benchmark compares: one of each provider, run by the real engine."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from bench_memory import PeakMemory
from bench_providers import floor, plain
from support.emulator import EmulatorClient
from support.sdk import RESOURCE_BY_DOOR
from support.stack import Deployment

DECLARE: dict[str, Callable[..., Any]] = {**RESOURCE_BY_DOOR, "plain": plain, "floor": floor}
_TEMPLATE_URL = "https://example.com/seed/template"
_SCRIPTS = Path(__file__).resolve().parent


class Measured(NamedTuple):
    """What one operation took on one stack.

    Attributes:
        seconds: Wall time of the command.
        requests: How many the API got.
        peak_mib: The most memory that a provider process had, in MiB.
    """

    seconds: float
    requests: int
    peak_mib: float


class Contender:
    """A stack of one provider, with an organization of its own at the API.

    Attributes:
        name: The provider.
        urls: What the program declares, an endpoint each.
        events: What each of them is told of.
    """

    def __init__(self, name: str, folder: Path, environment: dict[str, str], emulator: EmulatorClient) -> None:
        self.name = name
        self.urls: list[str] = []
        self.events = ["*"]
        self._emulator = emulator
        settings = {
            "KINETIC_API_KEY": key_of(name),
            "KINETIC_BASE_URL": emulator.url,
            "KINETIC_TIMEOUT_SECONDS": "60",
        }
        variables = {**environment, **settings, "PYTHONPATH": str(_SCRIPTS)}
        self.stack = Deployment(folder / name, variables, {}, program=self._declare)

    def run(self, operation: str) -> Measured:
        """Run a command of the engine, and measure it."""
        stack = self.stack.stack
        commands: dict[str, Callable[[], object]] = {
            "up": stack.up,
            "refresh": stack.refresh,
            "preview": stack.preview,
            "preview --refresh": lambda: stack.preview(refresh=True),
            "destroy": stack.destroy,
        }
        self._emulator.clear_log()
        with PeakMemory() as memory:
            began = time.monotonic()
            commands[operation]()
            seconds = time.monotonic() - began
        return Measured(seconds, len(self._emulator.requests()), memory.peak_mib)

    def stand(self, count: int, among: int = 0) -> None:
        """Manage so many endpoints, among others of the organization: they are seeded, and the state is imported."""
        self.urls = [_TEMPLATE_URL]
        self.run("up")
        ids = self._emulator.seed(count, organization=self.name)
        if among:
            self._emulator.seed(among, organization=self.name)
        self.urls = [f"https://example.com/seed/{number}" for number in range(count)]
        self._edit_state(lambda deployment: manage(deployment, ids, self.urls))
        self.run("refresh")  # whatever else differs between the template and the others

    def leave(self) -> None:
        """Manage nothing; the endpoints stay."""
        self._edit_state(lambda deployment: deployment.pop("resources"))

    def _edit_state(self, edit: Callable[[dict[str, Any]], object]) -> None:
        exported = json.loads(self.stack.cli("stack", "export", "--stack", "dev"))
        edit(exported["deployment"])
        state = self.stack.folder / "state.json"
        state.write_text(json.dumps(exported))
        self.stack.cli("stack", "import", "--file", str(state), "--stack", "dev")

    def _declare(self) -> None:
        for number, url in enumerate(self.urls):
            DECLARE[self.name](f"endpoint-{number}", url=url, enabled_events=self.events)


def key_of(contender: str) -> str:
    """Return the API key of a contender's organization."""
    return f"md_test_{contender}"


def give_organizations(emulator: EmulatorClient) -> None:
    """Begin with an empty API, at which each contender has an organization of its own."""
    emulator.reset()
    emulator.keys(**{key_of(name): {"organization": name} for name in DECLARE})


def manage(deployment: dict[str, Any], ids: list[str], urls: list[str]) -> None:
    """Replace the one endpoint of a state by many that are like it."""
    template = next(each for each in deployment["resources"] if each["urn"].endswith("::endpoint-0"))
    text = json.dumps(template)
    deployment["resources"] = [each for each in deployment["resources"] if each is not template]
    for number, (endpoint_id, url) in enumerate(zip(ids, urls, strict=True)):
        like = text.replace(template["id"], endpoint_id).replace(_TEMPLATE_URL, url)
        deployment["resources"].append({**json.loads(like), "urn": f"{template['urn'][:-1]}{number}"})
