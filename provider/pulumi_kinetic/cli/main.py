"""The commands, their options, and what they print. Each imports what it needs when it runs."""

import io
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Collection
from dataclasses import asdict
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import click

from pulumi_kinetic import errors
from pulumi_kinetic.cli import exit_codes

if TYPE_CHECKING:
    from pulumi_kinetic.emulator.server import Server

FORMATS = ("text", "markdown", "json", "github", "gitlab")
_EMPTY_STACK = "--stack is empty: name a stack, or leave the option out for the selected one"
_EMULATED = """\
Kinetic API, emulated, at {url}
Open that address in a browser to see and change what it has.
Keys: md_test_emulator, md_test_readonly (read only), md_live_emulator (production), md_test_second (another \
organization). Ctrl-C ends it."""
_CLICKS_OWN = (click.ClickException, click.Abort, click.exceptions.Exit)
Folder = click.Path(path_type=Path, exists=True, file_okay=False)
NewFile = click.Path(path_type=Path, dir_okay=False)
File = click.Path(path_type=Path, exists=True, dir_okay=False)
_PORT = click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8787,
    show_default=True,
    help="Port on loopback; 0 takes any free one.",
)
P = ParamSpec("P")
T = TypeVar("T")


def friendly_errors(operation: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Make a command that fails end with one message on stderr, and the exit code of the kind of error."""

    def decorate(command: Callable[P, T]) -> Callable[P, T]:
        guarded = errors.user_facing(operation, passing=_CLICKS_OWN)(command)

        @wraps(command)
        def run(*args: P.args, **kwargs: P.kwargs) -> T:
            try:
                return guarded(*args, **kwargs)
            except errors.KineticError as error:
                click.echo(f"Error: {error}", err=True)
                sys.exit(exit_codes.of(error))

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
    from pulumi_kinetic.cli import output  # noqa: PLC0415 see the module's docstring
    from pulumi_kinetic.cli.recover import Recovery  # noqa: PLC0415
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
    click.echo(output.as_json(asdict(report)) if as_json else output.text_of_recover(report))
    sys.exit(exit_codes.NOT_AS_DECLARED if report.needs_a_decision else 0)


@main.command()
@click.option("-s", "--stack", "names", multiple=True, help="A stack; may be given again. The selected one by default.")
@click.option("-C", "--cwd", type=Folder, default=Path(), help="A folder of the project.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="What to print.")
@click.option("-j", "--json", "form", flag_value="json", help="The same as --format json.")
@click.option("--unmanaged", is_flag=True, help="Endpoints that none of the stacks has count as a difference, too.")
@click.option("--ignore", "ignored", metavar="ID", multiple=True, help="Don't report this endpoint as unmanaged.")
@click.option("--import-file", "target", type=NewFile, help="Write what `pulumi import --file` takes.")
@click.option("--secrets", "secrets_file", type=File, help="Their signing secrets, for --import-file: JSON, by id.")
@friendly_errors("compare the stack with the API")
def drift(  # noqa: PLR0913 one argument for each option
    names: tuple[str, ...],
    cwd: Path,
    form: str,
    *,
    unmanaged: bool,
    ignored: tuple[str, ...],
    target: Path | None,
    secrets_file: Path | None,
) -> None:
    """Compare what stacks declare with what the API has: what was changed, what is missing, what no stack manages.

    It runs no program and takes no lock; an API key that may read is enough. Exit codes: 0 as declared, 1 it failed,
    2 configuration or wrong usage, 3 the API key was refused, 7 not as declared.
    """
    from pulumi_kinetic.cli import import_file, output, pipeline  # noqa: PLC0415 see the module's docstring
    from pulumi_kinetic.cli.drift import find_drift  # noqa: PLC0415
    from pulumi_kinetic.cli.stack import Stack  # noqa: PLC0415

    if "" in names:
        raise click.UsageError(_EMPTY_STACK)
    if secrets_file and not target:
        raise click.UsageError("--secrets goes with --import-file")
    secrets = import_file.read_secrets(secrets_file) if secrets_file else {}
    stacks = [Stack(name, cwd) for name in dict.fromkeys(names)] or [Stack(None, cwd)]
    with output.counting("endpoint") as progress:
        report = find_drift(
            stacks, os.environ, unmanaged=unmanaged, ignored=ignored, whole_environment=bool(target), progress=progress
        )
    if target:
        import_file.write(import_file.import_file(report.unmanaged, secrets, report.names), target)
    if form == "text":
        output.console().print(output.text_of_drift(report))
    else:
        click.echo(pipeline.drift_as(form, report, cwd, os.environ))
    sys.exit(0 if report.is_as_declared else exit_codes.NOT_AS_DECLARED)


@main.command()
@click.option("-s", "--stack", "name", help="The stack; the selected one by default.")
@click.option("-C", "--cwd", type=Folder, default=Path(), help="A folder of the project.")
@click.option("-j", "--json", "as_json", is_flag=True, help="Print the report as JSON.")
@friendly_errors("look at the set-up")
def doctor(name: str | None, cwd: Path, *, as_json: bool) -> None:
    """Look at the set-up: settings, API, programs, stack and journal; and say what to do about what is wrong.

    It changes nothing, sends nothing but a GET, and shows no secret. Exit codes: 0 no check has failed, 1 one has, 2
    wrong usage.
    """
    from pulumi_kinetic.cli import output  # noqa: PLC0415 see the module's docstring
    from pulumi_kinetic.cli.check import has_failed  # noqa: PLC0415
    from pulumi_kinetic.cli.doctor import examine  # noqa: PLC0415
    from pulumi_kinetic.cli.stack import Stack  # noqa: PLC0415

    if name == "":
        raise click.UsageError(_EMPTY_STACK)
    checks = examine(Stack(name, cwd), os.environ)
    failed = has_failed(checks)
    if as_json:
        click.echo(output.as_json({"failed": failed, "checks": [asdict(check) for check in checks]}))
    else:
        output.console().print(output.text_of_checks(checks))
    sys.exit(exit_codes.FAILED if failed else 0)


@main.group()
def plugin() -> None:
    """The packaged plugin, which the engine starts for every language but Python's dynamic provider."""


@plugin.command()
@click.option("-j", "--json", "as_json", is_flag=True, help="Print the report as JSON.")
@friendly_errors("install the plugin")
def install(*, as_json: bool) -> None:
    """Let the engine find this installation's plugin by name.

    The Pulumi CLI puts a file that starts it into its plugin folder, in PULUMI_HOME. Exit codes: 0 it is there, 1 it
    failed, 2 wrong usage.
    """
    from pulumi_kinetic.cli import output, plugins  # noqa: PLC0415 see the module's docstring

    done = plugins.install(Path(), os.environ)
    click.echo(output.as_json(asdict(done)) if as_json else output.text_of_installation(done))


@main.command()
@friendly_errors("print the schema")
def schema() -> None:
    """Print the schema of the packaged plugin (schema.json)."""
    from pulumi_kinetic import schema as plugin_schema  # noqa: PLC0415 see the module's docstring

    click.echo(plugin_schema.as_json(), nl=False)


@main.command()
@_PORT
@click.option("--state", type=click.Path(path_type=Path, dir_okay=False), help="File that keeps the state.")
@click.option(
    "--allow-host",
    "names",
    metavar="NAME",
    multiple=True,
    help="Serve the network, too, under this host name, as a container does. Whoever reaches it may read all.",
)
@click.option("-j", "--json", "as_json", is_flag=True, help="Print the URL as JSON.")
@friendly_errors("serve the emulated API")
def emulator(port: int, state: Path | None, names: tuple[str, ...], *, as_json: bool) -> None:
    """Serve an emulated Kinetic API, for trying and testing without a key; with a page that shows and changes it."""
    server = _emulator_server(port, state, names)
    ended = _end_signal()
    with server:
        click.echo(json.dumps({"url": server.url}) if as_json else _EMULATED.format(url=server.url))
        if names:
            click.echo("Warning: whoever reaches this machine's port may read and change all of it.", err=True)
        ended.wait()


@main.command()
@_PORT
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), help="A new folder; a temporary one else.")
@friendly_errors("show the demonstration")
def demo(port: int, folder: Path | None) -> None:
    """Serve an emulated Kinetic API and deploy a small stack to it, to see drift in five minutes.

    All that it writes is in one folder, which it names and leaves.
    """
    from pulumi_kinetic.cli import demo as demonstration  # noqa: PLC0415 see the module's docstring

    prepared = demonstration.prepare(folder)
    try:
        server = _emulator_server(port, prepared.state, ())
    except click.ClickException:
        if folder is None:
            prepared.folder.rmdir()
        raise
    ended = _end_signal()
    with server:
        click.echo(f"Kinetic API, emulated, with its page: {server.url}")
        demonstration.create_outside(server.url)
        click.echo(f"Deploying a stack of two endpoints from {prepared.folder} …")
        try:
            prepared.deploy(server.url)
        except errors.StackError as error:
            click.echo(f"It can't be deployed: {error}\nThe emulator and its page work all the same. Ctrl-C ends them.")
        else:
            click.echo(demonstration.next_steps(prepared, server.url))
        ended.wait()
    click.echo(demonstration.what_is_left(prepared, server.url))


def _emulator_server(port: int, state: Path | None, names: Collection[str]) -> "Server":
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
        return Server(port, state, {name.lower() for name in names})
    except StateFileError as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"can't listen on port {port}: {os.strerror(error.errno or 0)}") from None


def _end_signal() -> threading.Event:
    """Return what is set when the process is told to end."""
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: ended.set())
    return ended
