"""The main job, told as it happens: create, change, drift, heal, destroy, by the real engine.

On the emulator by default; on a real API where KINETIC_API_KEY and KINETIC_BASE_URL say so.
"""

import os
import runpy
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pulumi import automation as auto

import engine
from pulumi_kinetic import settings
from pulumi_kinetic.client import Client
from pulumi_kinetic.emulator.server import Server

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "quickstart"


def main() -> None:
    """Run the story; exit code 1 where a step doesn't do what it says."""
    with _target() as variables, tempfile.TemporaryDirectory() as folder:
        stack = _stack(folder, variables)
        api = Client(settings.load(lambda _: None, variables))
        try:
            _story(stack, api)
        finally:
            stack.destroy()
            api.close()
    _say("Done: nothing is left behind.")


def _story(stack: auto.Stack, api: Client) -> None:
    _say("1. pulumi up: creates the endpoint that examples/quickstart declares")
    created = stack.up().outputs
    for name, output in created.items():
        _say(f"     {name}: {'[secret]' if output.secret else output.value}")
    endpoint_id = created["endpoint_id"].value
    _expect(api.get(endpoint_id).status == "enabled", "the API has it")

    _say("2. pulumi up with another url and status: one PATCH, the same id, the same secret")
    stack.set_config("url", auto.ConfigValue("https://example.com/md/webhooks/v2"))
    stack.set_config("status", auto.ConfigValue("disabled"))
    changed = stack.up().outputs
    _expect(changed["endpoint_id"].value == endpoint_id, "the id is the same")
    _expect(changed["signing_secret"].value == created["signing_secret"].value, "the secret is the same")

    _say("3. Somebody enables the endpoint behind Pulumi's back; pulumi preview --refresh --diff shows exactly that:")
    api.update(endpoint_id, {"status": "enabled"})
    drift = [line.strip() for line in stack.preview(refresh=True, diff=True).stdout.splitlines() if "~ status" in line]
    for line in drift:
        _say(f"     {line}")
    _expect(len(drift) > 0, "the drift is seen")

    _say("4. pulumi up --refresh heals it, and a preview has nothing more to do")
    stack.up(refresh=True)
    stack.preview(expect_no_changes=True)
    _expect(api.get(endpoint_id).status == "disabled", "the API has what the program says")

    _say("5. pulumi destroy deletes the endpoint")
    stack.destroy()
    _expect(endpoint_id not in {found.webhook_endpoint_id for found in api.list()}, "the API has it no more")


@contextmanager
def _target() -> Iterator[dict[str, str]]:
    """The environment that names the API: the user's, or a new emulator's."""
    if os.environ.get("KINETIC_API_KEY") and os.environ.get("KINETIC_BASE_URL"):
        _say(f"Against {os.environ['KINETIC_BASE_URL']}, as KINETIC_BASE_URL says.")
        yield engine.environment()
        return
    with Server() as server:
        _say(f"Against an emulated Kinetic API at {server.url}.")
        yield {**engine.environment(), "KINETIC_API_KEY": "md_test_emulator", "KINETIC_BASE_URL": server.url}


def _stack(folder: str, variables: dict[str, str]) -> auto.Stack:
    backend = Path(folder) / "state"
    backend.mkdir()
    cli = shutil.which("pulumi", path=variables["PATH"])
    if cli is None:
        sys.exit("the engine is not on PATH")
    home = {"PULUMI_HOME": f"{folder}/home", "PULUMI_CONFIG_PASSPHRASE": "demo", "PULUMI_SKIP_UPDATE_CHECK": "true"}
    return auto.create_or_select_stack(
        stack_name="demo",
        project_name="quickstart",
        program=lambda: _run(EXAMPLE / "__main__.py"),
        opts=auto.LocalWorkspaceOptions(
            env_vars={**variables, **home},
            pulumi_command=auto.PulumiCommand(str(Path(cli).parent.parent)),
            project_settings=auto.ProjectSettings(
                "quickstart", "python", backend=auto.ProjectBackend(f"file://{backend}")
            ),
        ),
    )


def _run(program: Path) -> None:
    runpy.run_path(str(program))


def _expect(seen: bool, what: str) -> None:  # noqa: FBT001 a condition, as in assert
    if not seen:
        sys.exit(f"   NOT SEEN: {what}")
    _say(f"     seen: {what}")


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()
