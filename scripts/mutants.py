"""Break every line of the core once and see the tests go red: `make mutants` (cosmic-ray, about half an hour).

Works on a copy. Prints, for each module, how many mutants were killed, and the survivors.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TESTS = {
    "endpoint": ("endpoint", "equal_not_identical"),
    "inputs": ("inputs", "equal_not_identical"),
    "lifecycle": ("lifecycle", "lifecycle_create", "lifecycle_adopt", "lifecycle_journal", "equal_not_identical"),
}
CONFIG = """\
[cosmic-ray]
module-path = "provider/pulumi_kinetic/{module}.py"
timeout = 40.0
excluded-modules = []
test-command = "{python} -m pytest -x -q -p no:cacheprovider -p no:xdist {tests}"
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
    tests = " ".join(f"tests/test_{subject}.py" for subject in TESTS[module])
    config = CONFIG.format(module=module, python=sys.executable, tests=tests)
    (copy / "mutants.toml").write_text(config)
    command = [sys.executable, "-m", "cosmic_ray.cli"]
    environment = {"PYTHONPATH": str(copy / "provider"), "PYTHONDONTWRITEBYTECODE": "1", "PATH": "/usr/bin:/bin"}
    for step in (["init", "mutants.toml", "session.sqlite"], ["exec", "mutants.toml", "session.sqlite"]):
        subprocess.run([*command, *step], cwd=copy, env=environment, check=True)
    report = [sys.executable, "-m", "cosmic_ray.tools.report", "--show-diff", "--surviving-only", "session.sqlite"]
    print(f"== {module}", flush=True)
    subprocess.run(report, cwd=copy, env=environment, check=True)


if __name__ == "__main__":
    main()
