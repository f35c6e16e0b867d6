"""The state of each landed version, recorded under tests/states, and the program that it belongs to."""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pulumi

from support.emulator import KEY
from support.sdk import RESOURCE_BY_DOOR, Provider
from support.stack import Deployment

STATES = Path(__file__).resolve().parent.parent / "states"
BASE_URL = "http://emulator.invalid"
SECRET_URL = "https://example.com/secret-url?token=made-up-token-0123456789"

ADOPTED, ADOPTED_WITH_SECRET = "we_RecordedAdopt1", "we_RecordedAdopt2"
ADOPTED_SECRETS = {ADOPTED: "whsec_RecordedAdopted000000001", ADOPTED_WITH_SECRET: "whsec_RecordedAdopted000000002"}

# A recorded state belongs to these very declarations: add to them, but don't change one.
ENDPOINTS: dict[str, dict[str, Any]] = {
    "all-events": {},
    "odd-list": {"enabled_events": ["packet.created", "judgment.created", "packet.created", "a.first"]},
    "disabled": {"status": "disabled"},
    "adopted": {"adopt": ADOPTED},
    "adopted-with-secret": {
        "adopt": ADOPTED_WITH_SECRET,
        "existing_signing_secret": ADOPTED_SECRETS[ADOPTED_WITH_SECRET],
    },
    "secret-url": {},
    "replaced": {},
    "of-explicit-provider": {},
}
PLUGIN_ONLY = {"of-explicit-provider"}


class RecordedProgram:
    """Declares the endpoints of `names`; a later run with another `trigger` replaces the endpoint `replaced`."""

    def __init__(self, door: str, base_url: str, names: Collection[str]) -> None:
        self.door = door
        self.base_url = base_url
        self.names = names
        self.trigger = "second"

    def __call__(self) -> None:
        for name in self.names:
            url = pulumi.Output.secret(SECRET_URL) if name == "secret-url" else f"https://example.com/{name}"
            endpoint = RESOURCE_BY_DOOR[self.door](name, url=url, opts=self._options(name), **ENDPOINTS[name])
            pulumi.export(name, endpoint.signing_secret)

    def _options(self, name: str) -> pulumi.ResourceOptions | None:
        if name == "replaced":
            return pulumi.ResourceOptions(replacement_trigger=self.trigger)
        if name == "of-explicit-provider":
            provider = Provider("explicit", api_key=pulumi.Output.secret(KEY), base_url=self.base_url, max_retries=1)
            return pulumi.ResourceOptions(provider=provider)
        return None


def names_of(door: str) -> list[str]:
    """The endpoints that a new recording declares."""
    return [name for name in ENDPOINTS if door == "plugin" or name not in PLUGIN_ONLY]


def deploy(folder: Path, environment: Mapping[str, str], program: RecordedProgram) -> Deployment:
    """A stack of the program: recorded and checked with one project and one configuration."""
    config = {"kinetic:apiKey": KEY, "kinetic:baseUrl": program.base_url, "kinetic:maxRetries": "1"}
    return Deployment(folder, environment, config, program=program, project="recorded")


@dataclass(frozen=True)
class Recording:
    """The files of a version at a door: the exported state, and the endpoints that the emulator had."""

    version: str
    door: str

    def __str__(self) -> str:
        return f"{self.version}-{self.door}"

    @property
    def state(self) -> Path:
        return STATES / f"{self}.json"

    @property
    def store(self) -> Path:
        return STATES / f"{self}.emulator.json"

    @cached_property
    def resources(self) -> list[dict[str, Any]]:
        resources: list[dict[str, Any]] = json.loads(self.state.read_text())["deployment"]["resources"]
        return resources

    @property
    def names(self) -> list[str]:
        """The endpoints in the state, which the version's program declared."""
        urns = [resource["urn"] for resource in self.resources if resource["type"].endswith("WebhookEndpoint")]
        return [urn.rpartition("::")[2] for urn in urns]

    @property
    def endpoints(self) -> dict[str, dict[str, Any]]:
        endpoints: dict[str, dict[str, Any]] = json.loads(self.store.read_text())["endpoints"]
        return endpoints

    def state_at(self, base_url: str) -> dict[str, Any]:
        """The exported state, as if it had been recorded with an API at that URL."""
        state: dict[str, Any] = json.loads(self.state.read_text().replace(BASE_URL, base_url))
        return state


def recordings() -> list[Recording]:
    """Every recorded state, oldest name first."""
    names = [re.fullmatch(r"(.+)-(\w+)", path.stem) for path in sorted(STATES.glob("*.json"))]
    return [Recording(*name.groups()) for name in names if name and name[2] in RESOURCE_BY_DOOR]
