"""A stack of the real Pulumi engine, and what a test wants to know of it."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pulumi import automation as auto
from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS

from support.backends import Backend, Folder

PASSPHRASE = "correct horse battery staple"
TYPE = "pulumi-python:dynamic/kinetic:WebhookEndpoint"

# The SDK leaks the channels of a killed run, and gRPC lets all channels of a process to one port share its failures:
# a later engine that the system gives the same port is then called unavailable. Each channel on its own isn't.
SDK_CHANNEL_OPTIONS: list[tuple[str, int]] = _GRPC_CHANNEL_OPTIONS
SDK_CHANNEL_OPTIONS.append(("grpc.use_local_subchannel_pool", 1))


def cli_variables(folder: Path, backend_url: str) -> dict[str, str]:
    """What keeps the CLI to one folder and one backend, whoever runs it."""
    return {
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_BACKEND_URL": backend_url,
        "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }


class Deployment:
    """One stack; `program` may be exchanged between runs."""

    def __init__(  # noqa: PLR0913 all that makes two stacks differ
        self,
        folder: Path,
        environment: Mapping[str, str],
        config: Mapping[str, str],
        *,
        program: Callable[[], None] = lambda: None,
        project: str = "test",
        variables: Mapping[str, str] | None = None,
        backend: Backend | None = None,
    ) -> None:
        self.program = program
        self.output: list[str] = []
        self.folder = folder
        self.backend = backend or Folder(folder / "backend")
        self.variables = {
            **environment,
            **self.backend.variables,
            **cli_variables(folder, self.backend.url),
            **(variables or {}),
        }
        self.stack = auto.create_or_select_stack(
            stack_name="dev",
            project_name=project,
            program=lambda: self.program(),  # noqa: PLW0108 it may be exchanged between runs
            opts=auto.LocalWorkspaceOptions(
                env_vars=self.variables,
                pulumi_command=auto.PulumiCommand(str(_root_of(environment["PATH"]))),
                project_settings=auto.ProjectSettings(
                    name=project, runtime="python", backend=auto.ProjectBackend(url=self.backend.url)
                ),
            ),
        )
        for key, value in config.items():
            self.configure(key, value)

    def configure(self, key: str, value: str, *, secret: bool = False) -> None:
        self.stack.set_config(key, auto.ConfigValue(value, secret=secret or key.endswith("apiKey")))

    def set_variable(self, name: str, value: str) -> None:
        """Change the environment of the runs to come."""
        self.variables[name] = value
        self.stack.workspace.env_vars = self.variables

    def up(self, **options: Any) -> auto.UpResult:
        return self.stack.up(on_output=self.output.append, **options)

    def up_clean(self, **options: Any) -> auto.UpResult:
        """Up, and then what providers' acceptance tests ask: nothing left to change, nothing drifted."""
        result = self.up(**options)
        self.expect_clean()
        return result

    def expect_clean(self) -> None:
        self.stack.preview(on_output=self.output.append, expect_no_changes=True)
        self.stack.refresh(on_output=self.output.append, expect_no_changes=True)
        self.stack.preview(on_output=self.output.append, expect_no_changes=True)

    def preview(self, **options: Any) -> dict[str, int]:
        changes = self.stack.preview(on_output=self.output.append, **options).change_summary
        return {str(getattr(kind, "value", kind)): count for kind, count in changes.items()}

    def refresh(self, **options: Any) -> auto.RefreshResult:
        return self.stack.refresh(on_output=self.output.append, **options)

    def destroy(self) -> None:
        self.stack.destroy(on_output=self.output.append)

    def fails(self, operation: Callable[[], Any]) -> str:
        """Run what must fail; everything that it printed."""
        self.output.clear()
        try:
            operation()
        except auto.CommandError as error:
            return "".join(self.output) + str(error)
        raise AssertionError("it should have failed")

    def state_file(self) -> str:
        """The state as the backend holds it, secrets encrypted."""
        (key,) = [key for key in self.backend.keys(".pulumi/stacks/") if key.endswith("/dev.json")]
        return self.backend.read(key)

    def cli(self, *arguments: str) -> str:
        """What a command of the CLI prints, run as the stack's own runs are."""
        return self.stack._run_pulumi_cmd_sync(list(arguments)).stdout  # noqa: SLF001 for commands without a method

    def resources(self) -> dict[str, dict[str, Any]]:
        """The endpoints in state by name, secrets in plain text."""
        exported = self.cli("stack", "export", "--show-secrets", "--stack", "dev")
        resources = json.loads(exported)["deployment"].get("resources", [])
        return {
            resource["urn"].rpartition("::")[2]: _plain(resource)
            for resource in resources
            if resource["type"].endswith(":WebhookEndpoint")
        }


def _plain(value: Any) -> Any:
    """A value of a state with its secrets unwrapped."""
    if isinstance(value, dict):
        if "plaintext" in value:
            return json.loads(value["plaintext"])
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _root_of(path: str) -> Path:
    return Path(path.split(":", maxsplit=1)[0]).parent
