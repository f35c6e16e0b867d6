"""Every process of a run, at both doors, runs the package that is tested and no other copy of it."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import pulumi_kinetic
from support.programs import Program
from support.stack import Deployment

# Python runs this at the start of each process that finds it first on PYTHONPATH.
WATCH = """
import os, sys

def note(event, arguments):
    if event == "open" and isinstance(arguments[0], str) and "/pulumi_kinetic/" in arguments[0]:
        if arguments[0].endswith((".py", ".pyc")):
            log = os.open({log!r}, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
            os.write(log, arguments[0].encode() + b"\\n")
            os.close(log)

sys.addaudithook(note)
"""


@pytest.mark.parametrize("door", ["dynamic", "plugin"])
def test_the_engine_runs_the_package_that_is_tested(
    door: str, deploy: Callable[..., Deployment], tmp_path: Path
) -> None:
    opened = watched(tmp_path)
    deployment = deploy(Program(door), variables={"PYTHONPATH": str(tmp_path / "watch")})
    deployment.up_clean()
    assert opened() == {str(Path(pulumi_kinetic.__file__).parent)}


def test_the_command_is_the_package_that_is_tested(tmp_path: Path, engine_environment: dict[str, str]) -> None:
    opened = watched(tmp_path)
    command = shutil.which("pulumi-kinetic", path=engine_environment["PATH"])
    assert command
    variables = {**engine_environment, "PYTHONPATH": str(tmp_path / "watch")}
    subprocess.run([command, "schema"], env=variables, stdout=subprocess.DEVNULL, check=True)  # noqa: S603
    assert opened() == {str(Path(pulumi_kinetic.__file__).parent)}


def watched(folder: Path) -> Callable[[], set[str]]:
    """What tells which copies of the package were opened by processes that ran with `watch` first on PYTHONPATH."""
    log = folder / "opened"
    (folder / "watch").mkdir()
    (folder / "watch" / "sitecustomize.py").write_text(WATCH.format(log=str(log)))

    def opened() -> set[str]:
        return {path[: path.index("/pulumi_kinetic/")] + "/pulumi_kinetic" for path in log.read_text().splitlines()}

    return opened
