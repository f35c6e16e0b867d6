"""Each example folder as a user gets it: copied, and handed to the real CLI."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
NAMES = sorted(path.parent.name for path in EXAMPLES.glob("*/Pulumi.yaml"))


class Folder:
    """A copy of an example, with a backend of its own beside it."""

    def __init__(self, example: str, beside: Path, environment: dict[str, str]) -> None:
        self.path = beside / example
        shutil.copytree(EXAMPLES / example, self.path, ignore=shutil.ignore_patterns("node_modules", "sdks", ".venv"))
        backend = beside / "backend"
        backend.mkdir()
        self._environment = {
            **environment,
            "PULUMI_HOME": str(beside / "home"),
            "PULUMI_BACKEND_URL": f"file://{backend}",
            "PULUMI_CONFIG_PASSPHRASE": "correct horse battery staple",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        }

    def pulumi(self, *arguments: str, text: str = "") -> str:
        """What the command prints; a command that fails fails the test with its own words."""
        done = subprocess.run(  # noqa: S603
            ["pulumi", "--non-interactive", *arguments],  # noqa: S607 as on PATH
            cwd=self.path, env=self._environment, input=text, capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.mark.parametrize("example", NAMES)
def test_an_example_takes_a_stack_and_its_configuration(
    example: str, tmp_path: Path, engine_environment: dict[str, str]
) -> None:
    folder = Folder(example, tmp_path, engine_environment)
    folder.pulumi("stack", "init", "dev")
    folder.pulumi("config", "set", "--secret", "kinetic:apiKey", text="md_test_emulator")
    folder.pulumi("config", "set", "kinetic:baseUrl", "http://127.0.0.1:8787")
    shown = json.loads(folder.pulumi("config", "--json"))
    assert shown["kinetic:apiKey"]["secret"]
    assert "value" not in shown["kinetic:apiKey"]
    assert shown["kinetic:baseUrl"]["value"] == "http://127.0.0.1:8787"
    assert folder.pulumi("config", "get", "kinetic:apiKey").strip() == "md_test_emulator"


def test_every_example_is_a_project() -> None:
    assert {path.name for path in EXAMPLES.iterdir() if path.is_dir()} == set(NAMES)
