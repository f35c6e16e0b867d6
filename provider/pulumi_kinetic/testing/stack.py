"""A program of a test as a stack of the real engine, on a file backend of its own."""

import os
import shutil
import sysconfig
from collections.abc import Callable, Mapping
from pathlib import Path

from pulumi import automation

from pulumi_kinetic.errors import StackError

_PASSPHRASE = "of a test"  # noqa: S105 it protects nothing but made-up secrets


class Stacks:
    """Runs programs through the Automation API as the stack `dev` of a project, with all files in one folder.

    Args:
        folder: Where state, workspace and configuration go; made where there is none.

    Raises:
        StackError: There is no `pulumi` on PATH.
    """

    def __init__(self, folder: Path) -> None:
        if shutil.which("pulumi") is None:
            raise StackError(
                "there is no `pulumi` on PATH, so no stack can be run",
                advice="Install the Pulumi CLI (https://www.pulumi.com/docs/iac/download-install/), or leave the tests "
                "that need it out: `pytest --deselect …`.",
            )
        self._folder = folder

    def __call__(
        self, program: Callable[[], None], config: Mapping[str, str] | None = None, *, project: str = "test"
    ) -> automation.Stack:
        """Make the stack, or take the one that an earlier call has made, whose resources the program then changes.

        Args:
            program: The Pulumi program, as a function.
            config: Stack configuration: `{"url": …}` for the project's own, `{"shop:url": …}` for another namespace. A
                secret is set by the stack's `set_config`.
            project: The project's name, which `pulumi.Config()` takes for its namespace.

        Returns: Pulumi's own object: `up`, `preview`, `refresh`, `destroy`, `outputs`, `set_config` and so on.
        """
        backend, workspace = self._folder / "backend", self._folder / project
        for folder in (backend, workspace):
            folder.mkdir(parents=True, exist_ok=True)
        url = f"file://{backend}"
        variables = {
            # the engine starts the provider by the first Python on PATH, which has to be the one of the tests
            "PATH": os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]]),
            "PULUMI_BACKEND_URL": url,
            "PULUMI_CONFIG_PASSPHRASE": _PASSPHRASE,
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        }
        settings = automation.ProjectSettings(
            name=project, runtime="python", backend=automation.ProjectBackend(url=url)
        )
        stack = automation.create_or_select_stack(
            stack_name="dev",
            project_name=project,
            program=program,
            opts=automation.LocalWorkspaceOptions(
                work_dir=str(workspace), env_vars=variables, project_settings=settings
            ),
        )
        for key, value in (config or {}).items():
            stack.set_config(key, automation.ConfigValue(value))
        return stack
