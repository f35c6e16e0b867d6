"""What lies under tests/states: both doors of each version, and nothing secret or of a machine."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from support.emulator import KEY
from support.recorded import BASE_URL, SECRET_URL, STATES, Recording, recordings
from support.sdk import RESOURCE_BY_DOOR
from support.secret_scan import hits
from support.stack import PASSPHRASE

SECRET_NAMES = {"apiKey", "kinetic:apiKey", "idempotencyKey", "signingSecret", "existingSigningSecret", "__provider"}
ENCRYPTED = {"ciphertext", "salt"}
# Every text that a state may have in clear: no user, host, path or port of a machine is among these.
PLAIN = re.compile(
    rf"""urn:pulumi:dev::recorded::[\w:/-]+(\$[\w:/-]+)*
    | pulumi:pulumi:Stack | pulumi:providers:[\w-]+
    | kinetic:index:WebhookEndpoint | pulumi-python:dynamic/kinetic:WebhookEndpoint
    | we_\w{{14}} | [0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}
    | https://example\.com/[\w-]+ | {re.escape(BASE_URL)}
    | packet\.created | judgment\.created | a\.first | enabled | disabled | sandbox
    | \d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z | v\d+\.\d+\.\d+ | [0-9a-f]{{64}} | 1b47061264138c4ac30d75fd1eb44270
    | passphrase | second | 1 | signingSecret""",
    re.VERBOSE,
)


def entries(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every value in a state, whole and in parts, with the name of the property that it stands in."""
    yield name, value
    if isinstance(value, dict):
        for key, item in value.items():
            yield from entries(item, key)
    if isinstance(value, list):
        for item in value:
            yield from entries(item, name)


def test_each_recorded_version_has_both_doors() -> None:
    doors_by_version: dict[str, set[str]] = {}
    for recording in recordings():
        doors_by_version.setdefault(recording.version, set()).add(recording.door)
    assert doors_by_version
    assert all(doors == set(RESOURCE_BY_DOOR) for doors in doors_by_version.values())


def test_every_file_belongs_to_a_recording() -> None:
    known = {path for recording in recordings() for path in (recording.state, recording.store)}
    assert set(STATES.iterdir()) == known


@pytest.mark.parametrize("recording", recordings(), ids=str)
def test_a_recorded_state_shows_no_secret(recording: Recording) -> None:
    secrets = {endpoint["signing_secret"] for endpoint in recording.endpoints.values()}
    assert hits({*secrets, KEY, SECRET_URL, PASSPHRASE}, {str(recording): recording.state.read_text()}) == []


@pytest.mark.parametrize("recording", recordings(), ids=str)
def test_every_secret_of_a_recorded_state_is_encrypted(recording: Recording) -> None:
    secrets = [(name, value) for name, value in entries(recording.resources) if name in SECRET_NAMES]
    assert {name for name, _ in secrets} >= {"idempotencyKey", "signingSecret", "existingSigningSecret"}
    assert [name for name, value in secrets if not (isinstance(value, dict) and "ciphertext" in value)] == []


@pytest.mark.parametrize("recording", recordings(), ids=str)
def test_a_recorded_state_has_no_trace_of_a_machine(recording: Recording) -> None:
    exported = json.loads(recording.state.read_text())
    texts = [value for name, value in entries(exported) if isinstance(value, str) and name not in ENCRYPTED]
    assert [text for text in texts if not PLAIN.fullmatch(text)] == []


@pytest.mark.parametrize("recording", recordings(), ids=str)
def test_the_recorded_api_has_endpoints_and_no_idempotency_keys(recording: Recording) -> None:
    assert set(json.loads(recording.store.read_text())) == {"endpoints"}
    ids = {resource["id"] for resource in recording.resources if resource["type"].endswith("WebhookEndpoint")}
    assert ids == set(recording.endpoints)
