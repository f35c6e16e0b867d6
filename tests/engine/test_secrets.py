"""Secrets appear nowhere but encrypted: searched for in all that runs of the real engine leave and print."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.crash import Crash
from support.emulator import EmulatorClient
from support.instants import COMMITTED
from support.sdk import RESOURCE_BY_DOOR
from support.secret_scan import hits
from support.stack import PASSPHRASE, Deployment

KEY = "md_test_CANARYkey0123456789"
SUPPLIED = "whsec_CANARYsupplied0123456789"


def left_in(folder: Path) -> dict[str, str]:
    """Every file that the runs left, state, backups and journal among them.

    But for what a killed provider has half written beside a record, in the one place outside a state that has keys.
    """
    files = [path for path in folder.rglob("*") if path.is_file() and not path.match("kinetic/journal/.*.json.*")]
    return {str(path): path.read_text(errors="replace") for path in files}


def without_the_engines_own_rpc_log(text: str) -> str:
    """At -v=9 the engine logs each property that crosses to or from a provider, decrypted: no provider can help it."""
    return "\n".join(line for line in text.splitlines() if "arshaling property for RPC[" not in line)


@pytest.mark.parametrize("door", RESOURCE_BY_DOOR)
def test_runs_leave_and_print_no_secret(
    deploy: Callable[..., Deployment], emulator: EmulatorClient, tmp_path: Path, door: str
) -> None:
    emulator.keys(**{KEY: {}})
    emulator.http.headers["Authorization"] = f"Bearer {KEY}"
    (adopted,) = emulator.seed(1)
    crash = Crash(deploy(lambda: None, {"apiKey": KEY}), emulator, door)
    deployment = crash.deployment
    secrets = {KEY, SUPPLIED, PASSPHRASE}
    printed: list[str] = []
    loud: dict[str, Any] = {"log_verbosity": 9, "log_to_std_err": True, "debug": True, "on_error": printed.append}

    def program() -> None:
        crash.program()
        RESOURCE_BY_DOOR[door](
            "adopted", url="https://example.com/seed/0", adopt=adopted, existing_signing_secret=SUPPLIED
        )

    def note() -> None:
        for resource in deployment.resources().values():
            secrets.update({resource["outputs"]["signingSecret"], resource["inputs"]["idempotencyKey"]})

    deployment.program = program
    deployment.up(**loud)
    note()
    deployment.refresh(**loud)
    note()
    crash.declared["steady"]["status"] = "disabled"
    emulator.faults({"method": "PATCH", "status": 500, "body": f"{KEY} {SUPPLIED}", "times": 9})
    printed.append(deployment.fails(lambda: deployment.up(**loud)))
    emulator.faults()
    for victim in ("both", "provider"):
        crash.kill(COMMITTED, victim)
        truth = emulator.truth().values()
        secrets |= {endpoint["signing_secret"] for endpoint in truth if endpoint["webhook_endpoint_id"] != adopted}
        journal = {path.name: path.read_text() for path in crash.journal.glob("*.json")}
        assert journal
        assert hits({secret for secret in secrets if secret.startswith(("md_", "whsec_"))}, journal) == []
        printed.append(str(crash.recover(*["--unlock"] * (victim == "both"))))
        note()
    crash.end_providers()
    deployment.up(**loud)
    note()
    assert len(secrets) > 7
    assert hits(secrets, left_in(tmp_path)) == []
    places = {"printed": "\n".join(deployment.output), "engine's log, emulator's log": str(emulator.requests())}
    assert hits(secrets, places) == []
    assert hits(secrets, {"recover, -v=9": without_the_engines_own_rpc_log("\n".join(printed))}) == []
