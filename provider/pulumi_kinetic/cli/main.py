"""The command `pulumi-kinetic`."""

import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from pulumi_kinetic import errors, settings
from pulumi_kinetic import schema as describing
from pulumi_kinetic.cli import audit as auditing
from pulumi_kinetic.cli.recover import Options, Recovery, Report
from pulumi_kinetic.cli.stack import Stack
from pulumi_kinetic.client import Client
from pulumi_kinetic.journal import Journal, default_folder

LEFT_FOR_A_PERSON = 3
Folder = click.Path(path_type=Path, exists=True, file_okay=False)
File = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group()
@click.version_option(package_name="pulumi-kinetic")
def main() -> None:
    """Tools around the Pulumi provider for Kinetic webhook endpoints."""


@main.command()
@click.option("--stack", "name", required=True, help="The stack to bring back together.")
@click.option("--cwd", type=Folder, default=Path(), help="The project's folder.")
@click.option("--yes", is_flag=True, help="Delete lost endpoints without asking.")
@click.option("--unlock", is_flag=True, help="Lift the stack's lock even if its holder may live.")
@click.option("--json", "as_json", is_flag=True, help="Say it in JSON.")
def recover(name: str, cwd: Path, *, yes: bool, unlock: bool, as_json: bool) -> None:
    """Bring a stack and the API together again after a run that was killed.

    Run it before `pulumi up`; it does nothing when nothing is open. Exit codes: 0 all is whole, 1 it failed, 2 it was
    called wrongly, 3 something is left for a person.
    """
    options = Options(confirm=(lambda _: True) if yes else _confirm, unlock=unlock)
    with _told():
        report = Recovery(Stack(name, cwd), Journal(default_folder()), options, os.environ).run()
    click.echo(_json_of(report) if as_json else _text_of(report))
    sys.exit(0 if report.is_whole else LEFT_FOR_A_PERSON)


@main.command()
@click.option("--stack", "names", multiple=True, help="A stack that manages endpoints; may be given again.")
@click.option("--export", "exports", type=File, multiple=True, help="A file written by `pulumi stack export`.")
@click.option("--cwd", type=Folder, default=Path(), help="The project's folder.")
@click.option("--json", "as_json", is_flag=True, help="Say it in JSON.")
def audit(names: tuple[str, ...], exports: tuple[Path, ...], cwd: Path, *, as_json: bool) -> None:
    """List the endpoints of the environment that none of the given stacks manages.

    Exit codes: 0 there are none, 1 it failed, 2 it was called wrongly, 3 there are some.
    """
    with _told():
        stacks = [Stack(name, cwd) for name in names]
        states = [*(stack.export(show_secrets=False) for stack in stacks), *map(auditing.exported, exports)]
        config: Callable[[str], Any] = stacks[0].config() if stacks else lambda _: None
        api = Client(settings.load(config, os.environ))
        found = auditing.unmanaged(api, states)
        api.close()
    click.echo(auditing.as_json(found) if as_json else auditing.as_table(found) or "Every endpoint is managed.")
    sys.exit(LEFT_FOR_A_PERSON if found else 0)


@main.command()
def schema() -> None:
    """Print the schema of the packaged plugin (schema.json)."""
    click.echo(describing.as_json(), nl=False)


@main.command()
@click.option("--port", default=8787, show_default=True, help="Port on loopback; 0 takes any free one.")
@click.option("--state", type=click.Path(path_type=Path, dir_okay=False), help="File that keeps the state.")
def emulator(port: int, state: Path | None) -> None:
    """Serve an emulated Kinetic API, for trying and testing without a key."""
    try:
        from pulumi_kinetic.emulator.server import Server  # noqa: PLC0415 an extra that not everyone installs
    except ImportError as error:
        raise click.ClickException(
            f"the emulator needs more packages ({error.name} is missing): pip install 'pulumi-kinetic[emulator]'"
        ) from None
    try:
        server = Server(port, state)
    except OSError as error:
        raise click.ClickException(f"can't listen on port {port}: {os.strerror(error.errno or 0)}") from None
    with server:
        click.echo(f"Kinetic API, emulated, at {server.url}")
        click.echo(
            "Keys: md_test_emulator, md_test_readonly (read only), md_live_emulator (production). Ctrl-C ends it."
        )
        _wait_for_end()


@contextmanager
def _told() -> Iterator[None]:
    """Errors of the package as one message."""
    try:
        yield
    except errors.KineticError as error:
        raise click.ClickException(str(error)) from None


def _confirm(question: str) -> bool:
    return click.confirm(question, err=True)


def _text_of(report: Report) -> str:
    backup = [f"The state before: {report.backup}"] if report.backup else []
    lines = [*report.notes, *map(str, report.findings), *backup]
    return "\n".join(lines or ["Nothing is open."])


def _json_of(report: Report) -> str:
    shown = {
        "whole": report.is_whole,
        "findings": [asdict(finding) for finding in report.findings],
        "notes": report.notes,
        "backup": str(report.backup) if report.backup else None,
    }
    return json.dumps(shown, indent=2)


def _wait_for_end() -> None:
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    ended.wait()
