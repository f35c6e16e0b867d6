"""Which files the emulator takes for its state. What holds something else is named, and not touched."""

import json
from pathlib import Path

import pytest

from pulumi_kinetic.emulator.server import Server
from pulumi_kinetic.emulator.state_file import StateFileError
from support.emulator import EmulatorClient

ENDPOINT = {
    "webhook_endpoint_id": "we_1",
    "url": "https://a.example",
    "enabled_events": ["*"],
    "created_at": "2026-06-12T18:40:00Z",
    "signing_secret": "whsec_1",
    "environment": "sandbox",
}
FOREIGN = [
    b"not json",
    b"[]",
    b"null",
    b'"text"',
    b'{"name": "package", "version": "1.0.0"}',
    b'{"endpoints": {}, "of_a_future_version": {}}',
    b'{"endpoints": []}',
    json.dumps({"endpoints": {"we_1": {**ENDPOINT, "of_a_future_version": 1}}}).encode(),
    json.dumps({"endpoints": {"we_1": {**ENDPOINT, "environment": "staging"}}}).encode(),
    b'{"endpoints": {',
    b"[" * 200_000,
    b"\xff\xfe",
    b"\x00" * 10,
]


@pytest.mark.parametrize("content", FOREIGN, ids=lambda content: repr(content[:40]))
def test_a_file_with_something_else_is_named_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "package.json"
    path.write_bytes(content)
    path.chmod(0o644)
    with pytest.raises(StateFileError, match=r"package\.json") as refused:
        Server(state=path)
    assert path.read_bytes() == content
    assert path.stat().st_mode & 0o777 == 0o644
    assert "whsec_1" not in str(refused.value)


def test_an_endpoint_of_an_older_version_is_of_the_first_organization(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text(json.dumps({"endpoints": {"we_1": ENDPOINT}}))
    with Server(state=path) as server, EmulatorClient(server.url) as emulator:
        assert emulator.http.get("/v1/webhook_endpoints/we_1").status_code == 200
        assert emulator.truth()["we_1"]["organization"] == "first"


def test_an_empty_file_is_a_new_state(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.touch()
    with Server(state=path) as server, EmulatorClient(server.url) as emulator:
        assert emulator.truth() == {}


def test_a_create_that_was_cut_off_does_not_block_its_key_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "state.json"

    def create(emulator: EmulatorClient) -> int:
        body = {"url": "https://a.example"}
        return emulator.http.post("/v1/webhook_endpoints", json=body, headers={"Idempotency-Key": "k"}).status_code

    with Server(state=path) as server, EmulatorClient(server.url) as emulator:
        create(emulator)
        state = json.loads(path.read_text())
    for record in state["remembered"].values():
        record["endpoint"] = None
    path.write_text(json.dumps({**state, "endpoints": {}}))
    with Server(state=path) as server, EmulatorClient(server.url) as emulator:
        assert [create(emulator), create(emulator)] == [201, 201]
        assert len(emulator.truth()) == 1
