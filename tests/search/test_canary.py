"""Secrets appear nowhere, whatever goes wrong: searched for in all that a provider process prints and says."""

import random
from pathlib import Path
from typing import Any

import grpc

from support.case_counter import count_cases
from support.doors import DynamicDoor
from support.emulator import EmulatorClient
from support.secret_scan import hits

KEY = "md_test_CANARYkey0123456789/+="
RUNS = 1000
FAULTS: list[dict[str, Any]] = [
    {"drop": True},
    {"status": 500, "body": f"<html><title>{KEY}</title>", "content_type": "text/html"},
    {"status": 400, "commit": False, "body": f'{{"error": {{"message": "no such key: {KEY}"}}}}'},
    {"status": 401, "commit": False, "body": f"Bearer {KEY}", "content_type": "text/plain"},
    {"status": 422, "commit": False, "body": '{"message": "whsec_CANARYsecret01234567"}'},
    {"status": 200, "body": '{"webhook_endpoint_id": "we_1", "signing_secret": "whsec_CANARYsecret01234567"}'},
    {"status": 200, "body": '{"signing_secret": ["whsec_CANARYsecret01234567"], "url": 7}'},
    {"half_body": True, "stall_seconds": 0},
    {"status": 404, "commit": False, "body": "whsec_CANARYsecret01234567", "content_type": "text/html"},
    {"without_secret": True},
    {"status": 302, "headers": {"Location": f"https://elsewhere.example/?key={KEY}"}},
]


def test_faulted_runs_tell_no_secret(emulator: EmulatorClient, tmp_path: Path) -> None:
    emulator.keys(**{KEY: {}})
    emulator.http.headers["Authorization"] = f"Bearer {KEY}"
    chosen = random.Random(20261123)  # noqa: S311 a repeatable choice of faults
    config = {"apiKey": KEY, "baseUrl": emulator.url, "maxRetries": "0", "timeoutSeconds": "5"}
    secrets, said = {KEY, "whsec_CANARYsecret01234567"}, []
    with DynamicDoor(config, {"PULUMI_HOME": str(tmp_path)}) as door:
        for number in range(RUNS):
            inputs, _ = door.check({}, {"url": f"https://example.com/{number}", "status": "disabled"})
            secrets.add(inputs["idempotencyKey"])
            emulator.faults({"method": chosen.choice(["POST", "PATCH", "DELETE"]), **chosen.choice(FAULTS)})
            try:
                endpoint_id, state = door.create(inputs)
                secrets |= {state["signingSecret"]} if "signingSecret" in state else set()
                door.read(endpoint_id, state)
                door.update(endpoint_id, state, {**inputs, "status": "enabled"})
                door.delete(endpoint_id, state)
            except grpc.RpcError as error:
                said.append(str(error))
            count_cases("faulted runs searched for canaries")
    secrets |= {endpoint["signing_secret"] for endpoint in emulator.truth().values()}
    journal = {path.name: path.read_text() for path in tmp_path.rglob("*.json")}
    assert len(said) > RUNS / 4
    assert len(journal) > 0
    places = {"errors": "\n".join(said), "stderr": door.stderr, "emulator's log": str(emulator.requests())}
    assert hits(secrets, places) == []
    keys = {secret for secret in secrets if secret.count("-") == 4}
    assert hits(secrets - keys, journal) == []
    assert {path.stat().st_mode & 0o777 for path in tmp_path.rglob("*.json")} == {0o600}
