"""A demonstration: a small project that is deployed to an emulator, with all that it writes in one folder."""

import json
import os
import shlex
import sys
import tempfile
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from pulumi_kinetic import settings
from pulumi_kinetic.cli.stack import run_cli
from pulumi_kinetic.client import Client, encode
from pulumi_kinetic.errors import SettingsError

API_KEY = "md_test_emulator"
_STACK = "demo"
_PREFIX = "pulumi-kinetic-demo-"
_OUTSIDE = ("https://colleague.example.com/hooks", "https://forgotten.example.com/hooks")
"""What no stack manages."""
_PROGRAM = '''"""Two webhook endpoints. Change them here, or behind Pulumi's back on the emulator's page."""

import pulumi

import pulumi_kinetic as kinetic

orders = kinetic.WebhookEndpoint(
    "orders",
    url="https://orders.example.com/hooks",
    enabled_events=["judgment.created", "packet.created"],
)
billing = kinetic.WebhookEndpoint("billing", url="https://billing.example.com/hooks")

pulumi.export("orders", orders.webhook_endpoint_id)
pulumi.export("orders_signing_secret", orders.signing_secret)
'''


class Demo(NamedTuple):
    """A folder for the demonstration.

    Attributes:
        folder: The folder, which exists and is empty at first.
    """

    folder: Path

    @property
    def state(self) -> Path:
        """Where the emulator keeps its state."""
        return self.folder / "emulator.json"

    @property
    def variables(self) -> dict[str, str]:
        """What the Pulumi CLI needs, so that it uses this folder and nothing else of the user's."""
        return {
            "PULUMI_HOME": str(self.folder / "home"),
            "PULUMI_BACKEND_URL": f"file://{self.folder / 'backend'}",
            "PULUMI_CONFIG_PASSPHRASE": "demo",
            "PULUMI_STACK": _STACK,
        }

    def deploy(self, url: str) -> None:
        """Write the project, and deploy it to the emulator.

        Raises:
            StackError: There is no Pulumi CLI, or it fails; the text has its words.
        """
        python = {"virtualenv": sys.prefix} if sys.prefix != sys.base_prefix else {}
        # JSON is YAML, and quotes any path.
        runtime = json.dumps({"name": "python", "options": python})
        (self.folder / "Pulumi.yaml").write_text(f"name: kinetic-demo\nruntime: {runtime}\n", encoding="utf-8")
        (self.folder / "__main__.py").write_text(_PROGRAM, encoding="utf-8")
        (self.folder / "backend").mkdir()
        for command in (
            ["stack", "init", _STACK],
            ["config", "set", "--secret", "kinetic:apiKey", API_KEY],
            ["config", "set", "kinetic:baseUrl", url],
            ["up", "--yes", "--skip-preview"],
        ):
            run_cli(self.folder, *command, variables={**os.environ, **self.variables})


def prepare(folder: Path | None) -> Demo:
    """Make the folder.

    Args:
        folder: A new or empty folder; a temporary one where None.

    Raises:
        SettingsError: It isn't empty, or can't be made.
    """
    if folder is None:
        return Demo(Path(tempfile.mkdtemp(prefix=_PREFIX)).resolve())
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise SettingsError([f"{folder} isn't empty: name a new folder; nothing was changed"])
    except OSError as error:
        raise SettingsError([f"can't make the folder {folder}: {error.strerror}"]) from None
    return Demo(folder.resolve())


def create_outside(url: str) -> None:
    """Create endpoints that no stack manages."""
    variables = {"KINETIC_API_KEY": API_KEY, "KINETIC_BASE_URL": url}
    client = Client(settings.load(lambda _: None, variables))
    try:
        for endpoint in _OUTSIDE:
            client.create(encode({"url": endpoint}), str(uuid.uuid4()), endpoint)
    finally:
        client.close()


def next_steps(demo: Demo, url: str) -> str:
    """Say how to see drift, with the lines to copy."""
    return f"""
See drift:

1. Open {url} and disable an endpoint of the stack: orders or billing.
2. In another terminal:

{_indented("cd", demo.folder, demo.variables)}
       pulumi preview --refresh --diff

   It shows what was changed, and that `pulumi up` would take it back.
3. Heal it; the page shows the PATCH as it comes:

       pulumi up --refresh

4. Compare without running a program; this also finds the two endpoints that no stack manages:

       pulumi-kinetic drift --unmanaged

The folder has a program of two endpoints: change it, set a fault on the page, and run `pulumi up`.
Ctrl-C ends the emulator."""


def what_is_left(demo: Demo, url: str) -> str:
    """Say what the demonstration leaves on the disk."""
    folder, port = shlex.quote(str(demo.folder)), url.rpartition(":")[2]
    return f"""
The emulator has ended. What is left is in {folder}: the project, its stack, and the emulator's state.
To go on: pulumi-kinetic emulator --port {port} --state {shlex.quote(str(demo.state))}
To remove all of it: rm -r {folder}"""


def _indented(command: str, folder: Path, variables: Mapping[str, str]) -> str:
    lines = [f"{command} {shlex.quote(str(folder))}"]
    lines += [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
    return "\n".join(f"       {line}" for line in lines)
