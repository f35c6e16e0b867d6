"""The commands, their options, and what they print. Each imports what it needs when it runs."""

import io
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import click

from pulumi_kinetic import errors

if TYPE_CHECKING:
    from pulumi_kinetic.cli.recover import Report

UNMANAGED_ENDPOINTS = 3
NEEDS_A_DECISION = 7
_EMPTY_STACK = "--stack is empty: name a stack, or leave the option out for the selected one"
_CLICKS_OWN = (click.ClickException, click.Abort, click.exceptions.Exit)
Folder = click.Path(path_type=Path, exists=True, file_okay=False)
File = click.Path(path_type=Path, exists=True, dir_okay=False)
P = ParamSpec("P")
T = TypeVar("T")


def friendly_errors(operation: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Make a command end with exit code 1 and one message where it fails, whatever fails."""

    def decorate(command: Callable[P, T]) -> Callable[P, T]:
        guarded = errors.user_facing(operation, passing=_CLICKS_OWN)(command)

        @wraps(command)
        def run(*args: P.args, **kwargs: P.kwargs) -> T:
            try:
                return guarded(*args, **kwargs)
            except errors.KineticError as error:
                raise click.ClickException(str(error)) from None

        return run

    return decorate


@click.group()
@click.version_option(package_name="pulumi-kinetic")
def main() -> None:
    """Tools around the Pulumi provider for Kinetic webhook endpoints."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal shows escaped what it can't show
            stream.reconfigure(errors="backslashreplace")


@main.command()
@click.option("-s", "--stack", "name", help="The stack; the selected one by default.")
@click.option("-C", "--cwd", type=Folder, default=Path(), help="A folder of the project.")
@click.option("--unlock", is_flag=True, help="Remove the stack's lock first: only if nothing else can hold the stack.")
@click.option("--list", "only_list", is_flag=True, help="List the interrupted creates, and change nothing.")
@click.option("--forget", metavar="URN", help="Never continue the interrupted create of this resource.")
@click.option("-j", "--json", "as_json", is_flag=True, help="Print the report as JSON.")
@friendly_errors("recover the stack")
def recover(  # noqa: PLR0913 one argument for each option
    name: str | None, cwd: Path, *, unlock: bool, only_list: bool, forget: str | None, as_json: bool
) -> None:
    """Prepare a stack for the `pulumi up` that continues what an interrupted run has begun.

    Run it before and after `pulumi up`, on any machine: it is a no-op if nothing is pending. It makes no request to the
    API and deletes nothing. Exit codes: 0 `pulumi up` may follow, 1 it failed, 2 wrong usage, 7 something needs your
    decision.
    """
    from pulumi_kinetic.cli.recover import Recovery  # noqa: PLC0415 see the module's docstring
    from pulumi_kinetic.cli.stack import Stack  # noqa: PLC0415
    from pulumi_kinetic.journal import Journal, default_folder  # noqa: PLC0415

    if name == "":
        raise click.UsageError(_EMPTY_STACK)
    if sum([unlock, only_list, forget is not None]) > 1 or forget == "":
        raise click.UsageError("--unlock, --list and --forget URN are three commands: give one of them, whole")
    recovery = Recovery(Stack(name, cwd), Journal(default_folder(cwd.resolve())), os.environ)
    if forget:  # noqa: SIM108 three commands in one
        report = recovery.forget(forget)
    else:
        report = recovery.only_list() if only_list else recovery.run(unlock=unlock)
    click.echo(json.dumps(asdict(report), indent=2) if as_json else _text_of(report))
    sys.exit(NEEDS_A_DECISION if report.needs_a_decision else 0)


@main.command()
@click.option(
    "-s",
    "--stack",
    "names",
    multiple=True,
    help="A stack that manages endpoints; may be given again. The selected one by default, without --export.",
)
@click.option("--export", "exports", type=File, multiple=True, help="A file written by `pulumi stack export`.")
@click.option("-C", "--cwd", type=Folder, default=Path(), help="A folder of the project.")
@click.option("-j", "--json", "as_json", is_flag=True, help="Print the list as JSON.")
@friendly_errors("audit the environment")
def audit(names: tuple[str, ...], exports: tuple[Path, ...], cwd: Path, *, as_json: bool) -> None:
    """List the endpoints of the API key's environment that none of the given stacks manages.

    The key and the base URL are the first stack's, or those of KINETIC_API_KEY and KINETIC_BASE_URL.

    Exit codes: 0 there are none, 1 it failed, 2 wrong usage, 3 there are some.
    """
    from pulumi_kinetic import settings  # noqa: PLC0415 see the module's docstring
    from pulumi_kinetic.cli import audit as auditing  # noqa: PLC0415
    from pulumi_kinetic.cli.stack import Stack  # noqa: PLC0415
    from pulumi_kinetic.client import Client  # noqa: PLC0415

    if "" in names:
        raise click.UsageError(_EMPTY_STACK)
    stacks = [Stack(name, cwd) for name in names] if names or exports else [Stack(None, cwd)]
    states = [*(stack.export(show_secrets=False) for stack in stacks), *map(auditing.read_export, exports)]
    loaded = settings.load(stacks[0].config() if stacks else lambda _: None, os.environ)
    if loaded.warning:
        click.echo(f"Warning: {loaded.warning}", err=True)
    api = Client(loaded)
    try:
        endpoints = auditing.unmanaged(api, states, skipped=partial(click.echo, err=True))
    finally:
        api.close()
    table = auditing.as_table(endpoints) if endpoints else "Every endpoint is managed."
    click.echo(auditing.as_json(endpoints) if as_json else table)
    sys.exit(UNMANAGED_ENDPOINTS if endpoints else 0)


@main.command()
@friendly_errors("print the schema")
def schema() -> None:
    """Print the schema of the packaged plugin (schema.json)."""
    from pulumi_kinetic import schema as plugin_schema  # noqa: PLC0415 see the module's docstring

    click.echo(plugin_schema.as_json(), nl=False)


@main.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8787,
    show_default=True,
    help="Port on loopback; 0 takes any free one.",
)
@click.option("--state", type=click.Path(path_type=Path, dir_okay=False), help="File that keeps the state.")
@click.option(
    "--allow-host",
    "names",
    metavar="NAME",
    multiple=True,
    help="Serve the network, too, under this host name, as a container does. Whoever reaches it may read all.",
)
@friendly_errors("serve the emulated API")
def emulator(port: int, state: Path | None, names: tuple[str, ...]) -> None:
    """Serve an emulated Kinetic API, for trying and testing without a key."""
    try:
        from pulumi_kinetic.emulator.guard import host_name  # noqa: PLC0415 an extra that not everyone installs
        from pulumi_kinetic.emulator.server import Server  # noqa: PLC0415 an extra that not everyone installs
        from pulumi_kinetic.emulator.state_file import StateFileError  # noqa: PLC0415
    except ImportError as error:
        raise click.ClickException(
            f"the emulator needs more packages ({error.name} is missing): install pulumi-kinetic[emulator]"
        ) from None
    for name in names:
        if host_name(name) != name.lower():
            raise click.BadParameter(f"{name!r} is not a host name (without a port)", param_hint="--allow-host")
    try:
        server = Server(port, state, {name.lower() for name in names})
    except StateFileError as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"can't listen on port {port}: {os.strerror(error.errno or 0)}") from None
    with server:
        click.echo(f"Kinetic API, emulated, at {server.url}")
        click.echo(
            "Keys: md_test_emulator, md_test_readonly (read only), md_live_emulator (production), md_test_second "
            "(another organization). Ctrl-C ends it."
        )
        if names:
            click.echo("Warning: whoever reaches this machine's port may read and change all of it.", err=True)
        _wait_for_signal()


def _text_of(report: "Report") -> str:
    interrupted = [f"interrupted: {create}" for create in report.interrupted]
    if not all(create.advice for create in report.interrupted):
        interrupted.append("The next `pulumi up` continues what the program still declares.")
    return "\n".join([*report.notes, *interrupted, *report.problems] or ["Nothing to recover."])


def _wait_for_signal() -> None:
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: ended.set())
    ended.wait()
