"""The wheel as a user installs it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

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
