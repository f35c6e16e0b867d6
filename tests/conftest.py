"""What most tests stand on: an emulator over real HTTP, and a client of it."""

import gc
import itertools
import os
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

import engine
from pulumi_kinetic.client import Client
from pulumi_kinetic.journal import Journal
from pulumi_kinetic.lifecycle import Lifecycle
from pulumi_kinetic.process import Parent
from pulumi_kinetic.retries import Pace
from pulumi_kinetic.testing import Emulator
from support.case_counter import COUNTS
from support.declarations import ADDRESS
from support.doors import PluginDoor
from support.emulator import KEY, EmulatorClient
from support.pulumi_stub import Cli
from support.runs import Run
from support.stack import Deployment

# The fixtures of the testing kit are what users get, and what these tests stand on. "pytester" tests them.
pytest_plugins = ["pytester", "pulumi_kinetic.testing.fixtures"]


@pytest.fixture(scope="session", autouse=True)
def _home_of_the_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """For what is set up once for many tests: nothing goes into the home of who runs the tests."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PULUMI_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The journal of creates goes into a folder of the test's own."""
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home-of-the-test"))


@pytest.fixture
def emulator(kinetic_emulator: Emulator) -> Iterator[EmulatorClient]:
    with EmulatorClient(kinetic_emulator.url) as control:
        yield control


@pytest.fixture
def api(emulator: EmulatorClient) -> Iterator[Client]:
    connected = Client(emulator.settings())
    yield connected
    connected.close()


@pytest.fixture
def api_with(emulator: EmulatorClient) -> Iterator[Callable[..., Client]]:
    opened: list[Client] = []

    def connect(**changed: object) -> Client:
        opened.append(Client(emulator.settings(**changed)))
        return opened[-1]

    yield connect
    for client in opened:
        client.close()


@pytest.fixture
def config(emulator: EmulatorClient) -> dict[str, str]:
    """The stack configuration of a door."""
    return {"apiKey": KEY, "baseUrl": emulator.url, "timeoutSeconds": "5", "maxRetries": "1"}


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Retries don't sleep; the waits they would have made."""
    made: list[float] = []

    def turn(pace: Pace, deadline: float) -> bool:
        wait = pace._next - time.monotonic()  # noqa: SLF001 the wait that it would make
        pace._next = 0.0  # noqa: SLF001
        if wait > 0:
            made.append(wait)
        return time.monotonic() + wait < deadline

    monkeypatch.setattr("pulumi_kinetic.client.time.sleep", made.append)
    monkeypatch.setattr(Pace, "wait_for_turn", turn)
    return made


@pytest.fixture
def warnings() -> list[str]:
    return []


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal")


@pytest.fixture
def life(api: Client, emulator: EmulatorClient, journal: Journal, warnings: list[str]) -> Lifecycle:
    made = Lifecycle(emulator.settings(), api, journal, warn=warnings.append)
    made.check({}, {"url": "https://example.com"}, ADDRESS)
    return made


@pytest.fixture
def plugin_door(config: dict[str, str]) -> Iterator[PluginDoor]:
    with PluginDoor(config) as opened:
        yield opened


@pytest.fixture(scope="module")
def shared_plugin_door() -> Iterator[PluginDoor]:
    """For what makes no request."""
    with PluginDoor({"apiKey": KEY}) as opened:
        yield opened


@pytest.fixture
def journal_folder(tmp_path: Path) -> Path:
    return tmp_path / "journal"


@pytest.fixture
def run(
    emulator: EmulatorClient,
    api_with: Callable[..., Client],
    journal_folder: Path,
    warnings: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Run:
    """Begin a run: a provider process of its own, with what it finds on the disk."""
    numbers = itertools.count()

    def begin(**settings: Any) -> Lifecycle:
        monkeypatch.setattr(Parent, "run", f"run {next(numbers)}")
        return Lifecycle(
            emulator.settings(**settings), api_with(**settings), Journal(journal_folder), warn=warnings.append
        )

    return begin


@pytest.fixture(scope="session")
def engine_environment() -> dict[str, str]:
    """A machine that can't have the engine fails here; nothing is skipped."""
    return engine.environment()


@pytest.fixture
def deploy(
    tmp_path: Path, emulator: EmulatorClient, engine_environment: dict[str, str]
) -> Iterator[Callable[..., Deployment]]:
    """Start a stack of the real engine for a program."""

    def start(program: Callable[[], None], config: dict[str, str] | None = None, **options: Any) -> Deployment:
        given = {"apiKey": KEY, "baseUrl": emulator.url, "timeoutSeconds": "5", "maxRetries": "1", **(config or {})}
        settings = {f"kinetic:{key}": value for key, value in given.items()}
        return Deployment(tmp_path, engine_environment, settings, program=program, **options)

    yield start
    gc.collect()  # what the SDK left behind goes now, not in a later test


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Put a `pulumi` on PATH that is a shell script."""

    def write(script: str) -> None:
        path = tmp_path / "bin" / "pulumi"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        monkeypatch.setenv("PATH", f"{path.parent}{os.pathsep}{os.environ['PATH']}")

    return write


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish() -> None:
    """The SDK's leaked coroutines, collected while a plugin imports its last modules, crash CPython 3.11's parser."""
    gc.disable()


TOTAL: Counter[str] = Counter()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(call: pytest.CallInfo[None]) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test's report carries its count: also from a worker of pytest-xdist to the process that prints."""
    report = yield
    if call.when == "call":
        report.user_properties.append(("cases", dict(COUNTS)))
        COUNTS.clear()
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    for name, value in report.user_properties if report.when == "call" else []:
        if name == "cases" and isinstance(value, dict):
            TOTAL.update(value)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many cases the searches ran."""
    for search, number in sorted(TOTAL.items()):
        terminalreporter.write_line(f"cases run, {search}: {number}")
