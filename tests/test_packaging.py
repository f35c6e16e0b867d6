"""The sdist and the wheel as they are built, and the wheel as a user installs it."""

import json
import os
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

import pulumi_kinetic
from support.archives import BESIDE, ROOT, Archives, built, copied, run_python

PACKAGE = ROOT / "provider" / "pulumi_kinetic"
TYPES = {".py", ".json", ".md", ".typed", ".html", ".css", ".js", ".svg"}
STRAYS = [
    ".venv",
    "provider/venv",
    "provider/.venv",
    "provider/pulumi_kinetic/.venv",
    "provider/pulumi_kinetic/cli/venv",
]

# The question that Pulumi's Python language host asks of each distribution whose name begins with "pulumi-"
# (pulumi/pulumi, sdk/python/cmd/pulumi-language-python/main.go): a file beside the module that says whether the
# package belongs to a plugin. Without an answer the host looks for a plugin of that name, and `pulumi install` fails.
LOOK_UP = """
import importlib.metadata, importlib.util, json, os, sys
distribution = importlib.metadata.distribution("pulumi-kinetic")
spec = importlib.util.find_spec(distribution.metadata["Name"].replace("-", "_"))
print(json.dumps([os.path.join(folder, "pulumi-plugin.json") for folder in spec.submodule_search_locations]))
"""


@pytest.fixture(scope="session")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Archives:
    """The sdist, and the wheel that is built from it, as `make package` builds both."""
    folder = tmp_path_factory.mktemp("archives")
    return built(copied(folder / "tree"), folder / "dist")


def files_of_package() -> set[str]:
    files = {path.relative_to(PACKAGE.parent) for path in PACKAGE.rglob("*") if path.is_file()}
    return {
        path.as_posix() for path in files if path.suffix in TYPES and not {"__pycache__", ".venv"} & set(path.parts)
    }


def test_the_sdist_holds_what_a_build_needs_and_nothing_else(archives: Archives) -> None:
    with tarfile.open(archives.sdist) as opened:
        held = {name.partition("/")[2] for name in opened.getnames()}
    folder = {"provider/PulumiPlugin.yaml", "provider/__main__.py", "provider/requirements.txt"}
    assert held == {"PKG-INFO", *BESIDE, *folder, *(f"provider/{name}" for name in files_of_package())}


def test_the_wheel_holds_the_package_and_nothing_else(archives: Archives) -> None:
    with zipfile.ZipFile(archives.wheel) as opened:
        held = {name for name in opened.namelist() if ".dist-info/" not in name}
    assert held == files_of_package()


def test_a_build_is_reproducible_and_virtual_environments_do_not_get_in(archives: Archives, tmp_path: Path) -> None:
    """Those that `pulumi package add ./provider` and people leave; later, under another umask, without an sdist."""
    tree = copied(tmp_path / "tree")
    for stray in STRAYS:
        packages = tree / stray / "lib" / "python3" / "site-packages"
        packages.mkdir(parents=True)
        (tree / stray / "pyvenv.cfg").write_text("home = /usr/bin\n")
        (packages / "stray.py").write_text("")
    for path in tree.rglob("*.py"):
        path.chmod(0o600)
        os.utime(path, (1, 1))
    again = built(tree, tmp_path / "dist", "--sdist", "--wheel")
    assert again.wheel.read_bytes() == archives.wheel.read_bytes()
    assert again.sdist.read_bytes() == archives.sdist.read_bytes()


def test_git_ignores_virtual_environments_in_any_folder() -> None:
    names = [f"{folder}/pyvenv.cfg" for folder in [*STRAYS, "examples/quickstart/.venv", ".venv-wheel"]]
    ignored = subprocess.run(["git", "check-ignore", *names], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603, S607 as on PATH
    assert ignored.stdout.split() == names


@pytest.fixture(scope="session")
def installed_wheel(archives: Archives, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the built wheel is installed in, without its dependencies."""
    installed = tmp_path_factory.mktemp("installed")
    run_python(
        "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(installed), str(archives.wheel)
    )
    return installed


def test_the_python_language_host_takes_the_wheel_for_no_plugins_sdk(installed_wheel: Path) -> None:
    # -S and -I keep what is installed for the tests out of sight
    script = f"import sys; sys.path.insert(0, {str(installed_wheel)!r})\n{LOOK_UP}"
    (answer,) = json.loads(run_python("-I", "-S", "-c", script))
    assert Path(answer).is_relative_to(installed_wheel)
    assert json.loads(Path(answer).read_text()) == {"resource": False}


def test_what_is_tested_is_what_make_says(archives: Archives) -> None:
    """`make test` says the wheel, and then the sources are out of sight; all else is said to be on the sources."""
    venv = Path(os.environ.get("TESTED_VENV", sys.prefix))
    assert Path(sys.prefix) == venv
    package = Path(pulumi_kinetic.__file__).parent
    if venv.name == ".venv":
        assert package == PACKAGE
        return
    assert package == Path(sysconfig.get_path("purelib")) / "pulumi_kinetic"
    assert not [path for path in sys.path if Path(path).resolve().is_relative_to(PACKAGE.parent)]
    with zipfile.ZipFile(archives.wheel) as opened:
        names = [name for name in opened.namelist() if ".dist-info/" not in name]
        assert {name: opened.read(name) for name in names} == {
            name: (package.parent / name).read_bytes() for name in names
        }
