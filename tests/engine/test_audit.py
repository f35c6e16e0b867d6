"""`pulumi-kinetic audit` beside a stack of the real engine."""

import json
from collections.abc import Callable
from pathlib import Path

from support.crash import Crash
from support.emulator import EmulatorClient

Audit = Callable[..., tuple[int, str]]


def test_audit_lists_what_no_stack_manages(
    crash: Crash, emulator: EmulatorClient, audit: Audit, tmp_path: Path
) -> None:
    crash.deployment.up()
    assert audit("--stack", "dev") == (0, "Every endpoint is managed.\n")
    (made,) = emulator.seed(1)
    code, shown = audit("--stack", "dev")
    assert code == 3
    assert shown.splitlines()[0].split() == ["ID", "STATUS", "CREATED", "URL"]
    assert shown.splitlines()[1].split() == [
        made,
        "enabled",
        emulator.truth()[made]["created_at"],
        "https://example.com/seed/0",
    ]
    exported = tmp_path / "export.json"
    exported.write_text(crash.deployment.cli("stack", "export", "--stack", "dev"))
    code, shown = audit("--stack", "dev", "--export", str(exported), "--json")
    assert [endpoint["webhook_endpoint_id"] for endpoint in json.loads(shown)] == [made]
    assert "signing_secret" not in shown


def test_audit_of_a_file_that_is_no_export_says_so(audit: Audit, tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text("[]")
    code, shown = audit("--export", str(tmp_path / "other.json"))
    assert code == 1
    assert shown.endswith("other.json isn't what `pulumi stack export` writes\n")
