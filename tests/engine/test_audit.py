"""`pulumi-kinetic audit` beside a stack of the real engine."""

import json
import subprocess
import sys
from pathlib import Path

from support.crash import Crash
from support.emulator import EmulatorClient
from support.waiting import RUN_SECONDS


def audit(crash: Crash, *arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-c", "from pulumi_kinetic.cli import main; main()", "audit", *arguments]
    folder = crash.deployment.stack.workspace.work_dir
    done = subprocess.run(  # noqa: S603
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        env=crash.deployment.variables,
        check=False,
        timeout=RUN_SECONDS,
    )
    return done.returncode, done.stdout + done.stderr


def test_audit_lists_what_no_stack_manages(crash: Crash, emulator: EmulatorClient, tmp_path: Path) -> None:
    crash.deployment.up()
    assert audit(crash, "--stack", "dev") == (0, "Every endpoint is managed.\n")
    (made,) = emulator.seed(1)
    code, shown = audit(crash, "--stack", "dev")
    assert code == 3
    assert shown.split() == [made, "enabled", emulator.truth()[made]["created_at"], "https://example.com/seed/0"]
    exported = tmp_path / "export.json"
    exported.write_text(crash.deployment.cli("stack", "export", "--stack", "dev"))
    code, shown = audit(crash, "--stack", "dev", "--export", str(exported), "--json")
    assert [endpoint["webhook_endpoint_id"] for endpoint in json.loads(shown)] == [made]
    assert "signing_secret" not in shown


def test_audit_of_a_file_that_is_no_export_says_so(crash: Crash, tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text("[]")
    code, shown = audit(crash, "--export", str(tmp_path / "other.json"))
    assert code == 1
    assert shown.endswith("other.json is not what `pulumi stack export` writes\n")
