"""The command `pulumi-kinetic`."""

import os
import signal
import threading
from pathlib import Path

import click


@click.group()
@click.version_option(package_name="pulumi-kinetic")
def main() -> None:
    """Tools around the Pulumi provider for Kinetic webhook endpoints."""


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


def _wait_for_end() -> None:
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    ended.wait()
