"""The layout's promises: which module may import which, and how big things may grow."""

import ast
from pathlib import Path

import pytest

import pulumi_kinetic

ROOT = Path(pulumi_kinetic.__file__).parent
PROVIDER = [
    "errors",
    "values",
    "address",
    "process",
    "spellings",
    "redact",
    "settings",
    "account",
    "endpoint",
    "inputs",
    "answers",
    "state",
    "refusals",
    "request",
    "network",
    "transport",
    "retries",
    "client",
    "presence",
    "snapshot",
    "record",
    "notes",
    "journal",
    "claims",
    "creation",
    "lifecycle",
    "schema",
    "engine_log",
    "lookups",
    "arguments",
    "identity",
    "dynamic",
    "rotating",
    "plugin_process",
    "plugin",
]
MAY_IMPORT = {
    "pulumi": {
        "arguments",
        "dynamic",
        "engine_log",
        "identity",
        "lookups",
        "plugin",
        "plugin_process",
        "rotating",
        "testing/mocks",
        "testing/stack",
    },
    "grpc": {"engine_log", "plugin", "plugin_process"},
    "httpx": {"answers", "client", "refusals", "transport", "testing/control"},
    "httpcore": {"network", "transport"},
    "click": {"cli/main"},
    "rich": {"cli/output"},
    "pytest": {"testing/fixtures"},
    "fastapi": {"emulator/app", "emulator/control", "emulator/dependencies", "emulator/page/__init__"},
}
MODULES = sorted(ROOT.rglob("*.py"))
LONGEST_FUNCTION = 40
LONGEST_MODULE = 300
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


def own_imports(path: Path) -> set[str]:
    """The modules of this package that a file imports: `client`, `cli/stack`, `emulator/store`."""
    own = {name.removeprefix("pulumi_kinetic.") for name in imported(path) if name.startswith("pulumi_kinetic.")}
    return {name_of(module) for module in MODULES if name_of(module).replace("/", ".") in own}


def test_every_module_has_a_place_in_the_layout() -> None:
    flat = {name_of(path) for path in MODULES if "/" not in name_of(path)}
    assert flat == {*PROVIDER, "__init__"}
    assert {name_of(path).split("/")[0] for path in MODULES} - flat == {"cli", "emulator", "testing"}


@pytest.mark.parametrize("name", PROVIDER)
def test_a_module_of_the_provider_imports_only_what_comes_before_it(name: str) -> None:
    assert own_imports(ROOT / f"{name}.py") <= {*PROVIDER[: PROVIDER.index(name)], "__init__"}


@pytest.mark.parametrize("room", ["cli/", "testing/"])
def test_nothing_imports_the_command_or_the_testing_kit(room: str) -> None:
    users = {name_of(path) for path in MODULES if any(name.startswith(room) for name in own_imports(path))}
    assert users
    assert all(name.startswith(room) for name in users)


def test_the_testing_kit_is_imported_without_the_packages_of_its_extra() -> None:
    """The emulator's modules that it needs from the start; the rest it imports when it starts one."""
    kit = [path for path in MODULES if name_of(path).startswith("testing/")]
    used = {name for path in kit for name in own_imports(path) if name.startswith("emulator/")}
    assert used == {
        "emulator/assumptions",
        "emulator/faults",
        "emulator/records",
        "emulator/request_log",
        "emulator/server",
    }


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_a_package_is_imported_in_its_room_only(package: str) -> None:
    users = {name_of(path) for path in MODULES if any(module.split(".")[0] == package for module in imported(path))}
    assert users == MAY_IMPORT[package]


def test_the_emulator_shares_nothing_with_the_rest() -> None:
    for path in (ROOT / "emulator").glob("*.py"):
        assert all(name.startswith("emulator/") for name in own_imports(path))


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
