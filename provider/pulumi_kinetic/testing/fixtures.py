"""Fixtures for pytest, for `pytest_plugins = ["pulumi_kinetic.testing.fixtures"]` in a conftest.py.

`kinetic_emulator`, `kinetic_env` and `kinetic_stack`. See docs/guides/test.md.
"""

import gc
import os
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from pulumi_kinetic import lookups
from pulumi_kinetic.errors import KineticError
from pulumi_kinetic.settings import SOURCES
from pulumi_kinetic.testing.control import Emulator, emulator
from pulumi_kinetic.testing.stack import Stacks


@pytest.fixture(scope="session")
def kinetic_server() -> Iterator[Emulator]:
    """The server of `kinetic_emulator`, for fixtures that live longer than a test. It isn't reset."""
    with ExitStack() as stack:
        try:
            running = stack.enter_context(emulator())
        except KineticError as error:
            pytest.fail(str(error), pytrace=False)
        yield running


@pytest.fixture
def kinetic_emulator(kinetic_server: Emulator) -> Emulator:
    """The emulated Kinetic API: one server for all tests, which is new for each."""
    kinetic_server.reset()
    return kinetic_server


@pytest.fixture
def kinetic_env(kinetic_emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Point everything of this package at the emulator, by environment variables, with a PULUMI_HOME of the test's own.

    The journal of creates is in that folder. Plugins of other packages are those of the user, who has them already.
    """
    home = tmp_path / "kinetic" / "home"
    home.mkdir(parents=True)
    if plugins := _users_plugins():
        (home / "plugins").symlink_to(plugins, target_is_directory=True)
    monkeypatch.setenv("PULUMI_HOME", str(home))
    monkeypatch.setenv(str(SOURCES["api_key"].variable), kinetic_emulator.api_key)
    monkeypatch.setenv(str(SOURCES["base_url"].variable), kinetic_emulator.url)
    # mocks that an earlier test has set stay set
    monkeypatch.setattr(lookups, "open_reader", lookups.client_of_the_stack)


@pytest.fixture
def kinetic_stack(kinetic_env: None, tmp_path: Path) -> Iterator[Stacks]:  # noqa: ARG001 the variables that it sets
    """Run a program as a stack of the real engine, against the emulator: `kinetic_stack(program).up()`."""
    try:
        stacks = Stacks(tmp_path / "kinetic")
    except KineticError as error:
        pytest.fail(str(error), pytrace=False)
    yield stacks
    gc.collect()  # what the SDK leaves behind of a run that failed is reported here, not in a later test


def _users_plugins() -> Path | None:
    """Where the CLI keeps the plugins that it has installed for this user; None where there are none."""
    with suppress(RuntimeError):  # nothing tells where the home is
        home = os.environ.get("PULUMI_HOME")
        plugins = (Path(home) if home else Path.home() / ".pulumi") / "plugins"
        return plugins.resolve() if plugins.is_dir() else None
    return None
