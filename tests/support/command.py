"""The command `pulumi-kinetic`, run as a user runs it in the folder of a stack."""

import subprocess
import sys

from support.stack import Deployment
from support.waiting import RUN_SECONDS

COMMAND = [sys.executable, "-c", "from pulumi_kinetic.cli.main import main; main()"]


def run_command(deployment: Deployment, *arguments: str, **variables: str) -> tuple[int, str, str]:
    """The exit code, and what it printed on stdout and stderr."""
    done = subprocess.run(  # noqa: S603
        [*COMMAND, *arguments],
        cwd=deployment.stack.workspace.work_dir,
        capture_output=True,
        text=True,
        env={**deployment.variables, "COLUMNS": "200", **variables},
        check=False,
        timeout=RUN_SECONDS,
    )
    return done.returncode, done.stdout, done.stderr
