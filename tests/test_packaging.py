"""The wheel as a user installs it."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

import pulumi_kinetic

ROOT = Path(__file__).resolve().parents[1]

# The question that Pulumi's Python language host asks of each distribution whose name begins with "pulumi-"
# (pulumi/pulumi, sdk/python/cmd/pulumi-language-python/main.go): a file beside the module that says whether the
# package belongs to a plugin. Without an answer the host looks for a plugin of that name, and `pulumi install` fails.
LOOK_UP = """
import importlib.metadata, importlib.util, json, os, sys
distribution = importlib.metadata.distribution("pulumi-kinetic")
spec = importlib.util.find_spec(distribution.metadata["Name"].replace("-", "_"))
print(json.dumps([os.path.join(folder, "pulumi-plugin.json") for folder in spec.submodule_search_locations]))
"""


def test_make_test_tests_the_installed_wheel_with_the_sources_out_of_sight() -> None:
    """`make check` tests the sources: there the path of the checkout is what it has to be."""
    tested = Path(pulumi_kinetic.__file__)
    commands = [shutil.which(command) for command in ("pulumi-kinetic", "pulumi-resource-kinetic")]
    assert [str(Path(str(command)).parent) for command in commands] == [str(Path(sys.executable).parent)] * 2
    if os.environ.get("KINETIC_TESTED") == "wheel":
        assert tested.is_relative_to(sysconfig.get_path("purelib"))
        assert not [path for path in sys.path if Path(path).resolve() == ROOT / "provider"]
    else:
        assert tested.is_relative_to(ROOT / "provider")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist of a checkout in which more lies about, and the wheel that is built from it."""
    checkout, folder = tmp_path_factory.mktemp("checkout"), tmp_path_factory.mktemp("built")
    for name in ("provider", "README.md", "LICENSE", "CHANGELOG.md", "pyproject.toml"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, checkout / name)
    for stray in ("venv", ".venv", "provider/venv", "provider/.venv", "provider/pulumi_kinetic/venv", "build", "sdks"):
        (checkout / stray / "lib").mkdir(parents=True)
        (checkout / stray / "lib" / "stray.py").write_text("")
    (checkout / ".gitignore").write_text((ROOT / ".gitignore").read_text())
    _run("-m", "build", "--no-isolation", "--outdir", str(folder), str(checkout))
    return folder


def test_the_sdist_holds_what_builds_the_wheel_and_no_more(built: Path) -> None:
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {name for name in names if not name.startswith("provider/pulumi_kinetic/")} == {
        "README.md", "LICENSE", "CHANGELOG.md", "pyproject.toml", ".gitignore", "PKG-INFO",
    }  # fmt: skip
    assert {name.removeprefix("provider/") for name in names if name.startswith("provider/")} == _tracked()


def test_the_wheel_holds_the_package_and_no_more(built: Path) -> None:
    (path,) = built.glob("*.whl")
    names = {name for name in zipfile.ZipFile(path).namelist() if ".dist-info/" not in name}
    assert names == _tracked()


def _tracked() -> set[str]:
    """The files of the package, by the checkout."""
    files = (path for path in (ROOT / "provider" / "pulumi_kinetic").rglob("*") if path.is_file())
    return {path.relative_to(ROOT / "provider").as_posix() for path in files if "__pycache__" not in path.parts}


@pytest.fixture(scope="session")
def installed_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the built wheel is installed in, without its dependencies."""
    built, installed = tmp_path_factory.mktemp("built"), tmp_path_factory.mktemp("installed")
    _run("-m", "build", "--wheel", "--no-isolation", "--outdir", str(built), str(ROOT))
    (wheel,) = built.glob("*.whl")
    _run("-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(installed), str(wheel))
    return installed


def test_the_python_language_host_takes_the_wheel_for_no_plugins_sdk(installed_wheel: Path) -> None:
    # -S and -I keep the checkout, which is installed for development, out of sight
    script = f"import sys; sys.path.insert(0, {str(installed_wheel)!r})\n{LOOK_UP}"
    (answer,) = json.loads(_run("-I", "-S", "-c", script))
    assert Path(answer).is_relative_to(installed_wheel)
    assert json.loads(Path(answer).read_text()) == {"resource": False}


def _run(*arguments: str) -> str:
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False, timeout=300)  # noqa: S603
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
