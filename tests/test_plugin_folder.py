"""`provider/__main__.py`, which starts the plugin of a checkout and of the unpacked archive."""

import subprocess
import sys
from pathlib import Path

MAIN = Path(__file__).resolve().parent.parent / "provider" / "__main__.py"
OLD = "import runpy, sys; sys.version_info = (3, 9, 7); runpy.run_path(sys.argv[1], run_name='__main__')"


def refused(*command: str) -> str:
    # -I and -S: neither the package beside the file nor what is installed for the tests is in sight
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-I", "-S", *command], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout) == (1, "")
    return done.stderr


def test_a_python_that_is_too_old_is_named() -> None:
    said = refused("-c", OLD, str(MAIN))
    assert said.startswith(f"pulumi-resource-kinetic needs Python 3.10 or newer, and {sys.executable} is ")
    assert len(said.splitlines()) == 1


def test_packages_that_are_missing_are_named_without_a_traceback() -> None:
    said = refused(str(MAIN))
    assert said == (
        "pulumi-resource-kinetic can't start, so nothing was changed: No module named 'pulumi_kinetic', with "
        f"{sys.executable} ({sys.version.split()[0]}). Its packages are incomplete: install the plugin again, with "
        "--reinstall\n"
    )
