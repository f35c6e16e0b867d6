"""The layout's promises: which module may import which, and how big things may grow."""

import ast
from pathlib import Path

import pytest

import pulumi_kinetic

ROOT = Path(pulumi_kinetic.__file__).parent
ORDER = [
    "errors",
    "endpoint",
    "settings",
    "client",
    "journal",
    "lifecycle",
    "stack",
    "intent",
    "recover",
    "audit",
    "schema",
    "properties",
    "dynamic",
    "plugin",
    "cli",
]
MAY_IMPORT = {
    "pulumi": {"dynamic", "plugin"},
    "grpc": {"plugin"},
    "httpx": {"client"},
    "click": {"cli"},
    "fastapi": {"emulator/app"},
}
MODULES = sorted(ROOT.rglob("*.py"))
LONGEST_FUNCTION = 40
LONGEST_MODULE = 330
LONGEST_TEST_FILE = 300


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).with_suffix("").as_posix()


def imported(path: Path) -> set[str]:
    """Every module that a file imports, by its full name."""
    modules = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            modules |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return modules


def test_the_order_names_every_module() -> None:
    named = {*ORDER, "__init__"}
    assert {name_of(path) for path in MODULES if "emulator" not in name_of(path)} == named


@pytest.mark.parametrize("name", ORDER)
def test_a_module_imports_only_what_comes_before_it(name: str) -> None:
    own = {
        module.removeprefix("pulumi_kinetic.").split(".")[0]
        for module in imported(ROOT / f"{name}.py")
        if "kinetic." in module
    }
    later = set(ORDER[ORDER.index(name) :])
    assert own & later == set()


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_a_package_is_imported_in_its_room_only(package: str) -> None:
    users = {name_of(path) for path in MODULES if any(module.split(".")[0] == package for module in imported(path))}
    assert users == MAY_IMPORT[package]


def test_the_emulator_shares_nothing_with_the_rest() -> None:
    for path in (ROOT / "emulator").glob("*.py"):
        own = {module for module in imported(path) if module.startswith("pulumi_kinetic")}
        assert all(module.startswith("pulumi_kinetic.emulator") for module in own)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_functions_and_modules_stay_small(path: Path) -> None:
    tree = ast.parse(path.read_text())
    lengths = [
        (node.end_lineno or 0) - node.body[0].lineno + 1
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert max(lengths, default=0) <= LONGEST_FUNCTION
    assert len(path.read_text().splitlines()) <= LONGEST_MODULE


def test_test_files_stay_small() -> None:
    lengths = {path.name: len(path.read_text().splitlines()) for path in Path(__file__).parent.rglob("*.py")}
    assert {name: length for name, length in lengths.items() if length > LONGEST_TEST_FILE} == {}


def test_public_names_are_sorted_and_exist() -> None:
    assert pulumi_kinetic.__all__ == sorted(pulumi_kinetic.__all__)
    assert all(hasattr(pulumi_kinetic, name) for name in pulumi_kinetic.__all__)
