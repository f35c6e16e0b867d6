"""A set-up for `doctor`: a project, a stub of the CLI, an emulator; healthy until a test breaks something."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pulumi_kinetic.cli import doctor, plugins
from pulumi_kinetic.cli.main import main
from support.emulator import KEY, EmulatorClient
from support.exports import endpoint_entry, exported
from support.pulumi_stub import Cli, answering

NOT_SET = (
    *("CI", "GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD", "BUILDKITE", "JENKINS_URL", "TEAMCITY_VERSION"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
    *("KUBERNETES_SERVICE_HOST", "KINETIC_API_KEY", "KINETIC_BASE_URL", "PULUMI_STACK"),
)


CHECKS = [
    "Pulumi CLI",
    "Pulumi SDK",
    "pulumi-plugin.json",
    "plugin",
    "backend",
    "stack",
    "journal",
    "interrupted creates",
    "API key",
    "base URL",
    "API version",
    "limits",
    "network",
    "read scope",
    "write scope",
    "clock",
    "environment",
]


@dataclass
class Report:
    """What `doctor --json` has printed, by the checks' names."""

    code: int
    checks: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def named(self, status: str) -> list[str]:
        return [name for name, check in self.checks.items() if check["status"] == status]


class SetUp:
    """A healthy set-up, of which a test breaks something."""

    def __init__(self, cli: Cli, emulator: EmulatorClient, folder: Path, managed: str) -> None:
        self._cli = cli
        self.folder = folder
        self.config = {"apiKey": KEY, "baseUrl": emulator.url}
        self.entries: list[dict[str, Any]] = [endpoint_entry("orders", managed)]
        self.pending: list[dict[str, Any]] = []
        self.version = "v3.259.0"
        self.script = ""
        self.has_cli = True

    def run(self, *arguments: str) -> Report:
        self._write_cli()
        done = CliRunner().invoke(main, ["doctor", "--json", "--cwd", str(self.folder), *arguments])
        assert done.stderr == ""
        report = json.loads(done.stdout)
        assert report["failed"] == (done.exit_code == 1)
        return Report(done.exit_code, {check["name"]: check for check in report["checks"]})

    def _write_cli(self) -> None:
        if self.has_cli:
            self._cli(self.script or answering(exported(self.entries, self.pending), self.config, self.version))

    def text(self) -> str:
        self._write_cli()
        return CliRunner().invoke(main, ["doctor", "--cwd", str(self.folder)]).output


def clear_machine(patch: pytest.MonkeyPatch) -> None:
    """What the machine that runs the tests is, or has set, has no say in a report; no plugin is on PATH."""
    patch.setattr(doctor, "_CONTAINER_MARKS", ())
    for name in (*NOT_SET, *map(str.lower, NOT_SET)):
        patch.delenv(name, raising=False)
    kept = [folder for folder in os.environ["PATH"].split(os.pathsep) if not (Path(folder) / plugins.COMMAND).exists()]
    patch.setenv("PATH", os.pathsep.join(kept))
