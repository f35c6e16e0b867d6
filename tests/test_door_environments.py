"""Provider processes in the environments of other people's machines."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

import pulumi_kinetic
from support.doors import Door, DynamicDoor, PluginDoor
from support.emulator import EmulatorClient

PACKAGE = Path(pulumi_kinetic.__file__).parent
NEWS = {"url": "https://bücher.example/ü", "enabledEvents": ["größe.geändert"], "status": "disabled"}


class Machine(NamedTuple):
    """Where a provider runs: its variables, and its folder."""

    variables: dict[str, str]
    folder: Path


def without_a_locale(folder: Path) -> Machine:
    """As in many containers: text is ASCII, unless a program says otherwise."""
    return Machine({"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}, folder)


def with_modules_of_our_names(folder: Path) -> Machine:
    """pulumi-terraform-bridge#2384: a program's own types.py was imported in place of another one."""
    for module in PACKAGE.glob("[a-z]*.py"):
        (folder / module.name).write_text("raise RuntimeError('the module of the program')")
    return Machine({}, folder)


def in_an_archive(folder: Path) -> Machine:
    """The package isn't unpacked."""
    with zipfile.ZipFile(folder / "packages.zip", "w") as archive:
        for module in PACKAGE.rglob("*.py"):
            archive.write(module, module.relative_to(PACKAGE.parent))
    return Machine({"PYTHONPATH": str(folder / "packages.zip")}, folder)


def optimized(folder: Path) -> Machine:
    """libretime#2874: without asserts and docstrings."""
    return Machine({"PYTHONOPTIMIZE": "2"}, folder)


def with_a_netrc(folder: Path) -> Machine:
    """psf/requests#3929, httpx#568: its password was sent in place of the key."""
    (folder / "netrc").write_text("machine 127.0.0.1 login a password b\ndefault login a password b\n")
    return Machine({"NETRC": str(folder / "netrc")}, folder)


@pytest.mark.parametrize("door", [DynamicDoor, PluginDoor])
@pytest.mark.parametrize(
    "machine", [without_a_locale, with_modules_of_our_names, in_an_archive, optimized, with_a_netrc]
)
def test_a_provider_works_on_any_machine(  # noqa: PLR0913, PLR0917 two kinds of cases
    machine: Callable[[Path], Machine],
    door: Callable[..., Door],
    config: dict[str, str],
    emulator: EmulatorClient,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = machine(tmp_path)
    monkeypatch.chdir(made.folder)
    with door(config, made.variables) as opened:
        inputs, failures = opened.check({}, NEWS)
        assert failures == []
        endpoint_id, state = opened.create(inputs)
        (truth,) = emulator.truth().values()
        assert (truth["url"], truth["enabled_events"], truth["status"]) == tuple(NEWS.values())
        assert opened.diff(endpoint_id, state, inputs)[0] is False
        opened.delete(endpoint_id, opened.read(endpoint_id, state, inputs)[1])
    assert emulator.truth() == {}
    assert opened.stderr == ""
