"""Break every line of the core once and see the tests go red: `make mutants` (cosmic-ray, about half an hour).

Works on a copy. Sees the tests pass on the unbroken code first: tests that fail anyway would count every mutant as
killed. Prints, for each module, how many mutants were killed, and the survivors.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EQUAL = "test_equal_not_identical.py"
TESTS = {
    "endpoint": ("test_endpoint.py", f"{EQUAL}::test_an_equal_unknown_is_unknown"),
    "inputs": ("test_inputs.py", f"{EQUAL}::test_check_leaves_an_equal_unknown_alone"),
    "lifecycle": (
        "test_lifecycle.py",
        "test_lifecycle_create.py",
        "test_lifecycle_adopt.py",
        "test_creation.py",
        "test_creation_replacements.py",
        EQUAL,
    ),
}
PURE = {"endpoint", "inputs"}
"""The modules whose tests use no fixture: without conftest.py, which imports the SDK, a run takes half a second."""
CONFIG = """\
[cosmic-ray]
module-path = "provider/pulumi_kinetic/{module}.py"
timeout = 40.0
excluded-modules = []
test-command = "{python} -m pytest -x -q -p no:cacheprovider {options} {tests}"
[cosmic-ray.distributor]
name = "local"
"""


def main() -> None:
    """Run cosmic-ray for each module named on the command line, or for all."""
    for module in sys.argv[1:] or TESTS:
        with tempfile.TemporaryDirectory() as folder:
            _mutate(module, Path(folder) / "copy")


def _mutate(module: str, copy: Path) -> None:
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".venv", ".engine", ".git", ".hypothesis"))
    config = CONFIG.format(
        module=module,
        python=sys.executable,
        options="--noconftest" if module in PURE else "",
        tests=" ".join(f"tests/{test}" for test in TESTS[module]),
    )
    (copy / "mutants.toml").write_text(config)
    command = [sys.executable, "-m", "cosmic_ray.cli"]
    environment = {
        "PYTHONPATH": str(copy / "provider"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # no mutant is about them, and importing them takes seconds
        "PATH": "/usr/bin:/bin",
    }
    session = "session.sqlite"
    for step in (["baseline", "mutants.toml"], ["init", "mutants.toml", session], ["exec", "mutants.toml", session]):
        subprocess.run([*command, *step], cwd=copy, env=environment, check=True)
    report = [sys.executable, "-m", "cosmic_ray.tools.report", "--show-diff", "--surviving-only", session]
    print(f"== {module}", flush=True)
    subprocess.run(report, cwd=copy, env=environment, check=True)


if __name__ == "__main__":
    main()
