"""Canaries in every place that a user fills, through every refusal, at both doors: nothing shows one.

Of a URL, a message shows scheme and host. The journal alone holds a key (Idempotency-Key) and a create's body.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2 as messages

from support.case_counter import count_cases
from support.doors import DOORS, PROVIDER_URN, URN, Door, DynamicDoor, PluginDoor, message, secret, struct
from support.echoing_api import EchoingApi
from support.secret_scan import hits, tells

KEY = "md_live_canarykey0123456789/+="
KEY_WITHOUT_PREFIX = "Canary-production/key+0123456789=="
URL = "https://h.example/services/T0/canaryPath99?token=canaryQuery99&x=1"
EVENT = "judgment.created"
IDEMPOTENCY_KEY = "canary00-1111-2222-3333-444455556666"
SIGNING_SECRET = "whsec_canarySigning0123"
SECRETS = {KEY, KEY_WITHOUT_PREFIX, IDEMPOTENCY_KEY, SIGNING_SECRET}
ROUNDS = 20

BROKEN: dict[str, Any] = {
    "url, user name": {"url": "https://canary:canary@h.example/"},
    "url, path": {"url": "ftp://h.example/canary/canary"},
    "url, query": {"url": "ftp://h.example/?canary"},
    "url, fragment": {"url": "https://h.example/#canary"},
    "url, port": {"url": "https://h.example:canary/"},
    "url, no scheme": {"url": "canary.example/canary"},
    "url, a token": {"url": "canary"},
    "url, spaces": {"url": "https://h.example/canary canary"},
    "url, a list": {"url": ["canary"]},
    "events, spaces": {"enabledEvents": ["canary "]},
    "events, mixed": {"enabledEvents": ["*", "canary"]},
    "events, text": {"enabledEvents": "canary"},
    "status": {"status": "canary"},
    "adopt": {"adopt": "canary/canary"},
    "existing secret, a mask": {"adopt": "we_1", "existingSigningSecret": "canary…"},
    "existing secret, alone": {"existingSigningSecret": "canary"},
    "another property": {"colour": "canary"},
}


def failures(door: Door, broken: dict[str, Any]) -> list[tuple[str, str]]:
    """The failures of a check in which all of the inputs are secret, as each door can know."""
    news: dict[str, Any] = {"url": "https://h.example", **broken}
    if isinstance(door, DynamicDoor):
        identity = {"stack": "dev", "resource": "urn", "is_preview": False, "secret_names": list(news)}
        return door.check({}, {**news, "idempotencyKey": json.dumps(identity)})[1]
    request = messages.CheckRequest(urn=URN, news=struct({name: secret(value) for name, value in news.items()}))
    return [(failure.property, failure.reason) for failure in door.stub.Check(request).failures]


@pytest.fixture(params=DOORS, ids=lambda door: door.__name__)
def door_of(request: pytest.FixtureRequest) -> type[DynamicDoor | PluginDoor]:
    door: type[DynamicDoor | PluginDoor] = request.param
    return door


@pytest.mark.parametrize("position", BROKEN)
def test_a_check_shows_no_canary_and_names_no_property_with_one(
    door_of: type[DynamicDoor | PluginDoor], position: str
) -> None:
    with door_of({"apiKey": "md_test_1"}) as door:
        said = failures(door, BROKEN[position])
    assert said != []
    assert [name for name, _ in said] == [""] * len(said)
    assert not any(tells(reason, "canary") for _, reason in said)
    count_cases("canaries in checks")


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("apiKey", "canary canary"),
        ("baseUrl", "https://canary:canary@h.example"),
        ("baseUrl", "ftp://h.example/canary"),
        ("baseUrl", "h.example/canary"),
        ("baseUrl", "https://h.example/?canary"),
    ],
)
def test_a_setting_shows_no_canary(door_of: type[DynamicDoor | PluginDoor], setting: str, value: str) -> None:
    config = {"apiKey": "md_test_1", setting: value}
    if door_of is DynamicDoor:
        with DynamicDoor(config) as door:
            said = str(door.check({}, {"url": "https://h.example"})[1])
    else:
        with PluginDoor({}, configure=False) as plugin:
            checked = plugin.stub.CheckConfig(messages.CheckRequest(urn=PROVIDER_URN, news=struct(config)))
            configure = messages.ConfigureRequest(urn=PROVIDER_URN, args=struct(config))
            said = str(checked.failures) + message(lambda: plugin.stub.Configure(configure))
    assert "kinetic:" in said
    assert not tells(said, "canary")


def operations(door: Door) -> list[Callable[[], object]]:
    state = {
        "url": URL,
        "enabledEvents": [EVENT],
        "status": "enabled",
        "webhookEndpointId": "we_1",
        "environment": "production",
        "signingSecret": SIGNING_SECRET,
        "idempotencyKey": IDEMPOTENCY_KEY,
    }
    inputs = {"url": URL, "enabledEvents": [EVENT], "status": "disabled", "idempotencyKey": IDEMPOTENCY_KEY}
    adopting = {**inputs, "adopt": "we_2", "existingSigningSecret": SIGNING_SECRET}
    return [
        lambda: door.create(inputs),
        lambda: door.create(adopting),
        lambda: door.read("we_1", state),
        lambda: door.update("we_1", state, {**inputs, "url": f"{URL}2"}),
        lambda: door.delete("we_1", state),
    ]


@pytest.mark.parametrize("key", [KEY, KEY_WITHOUT_PREFIX])
def test_a_server_that_repeats_all_makes_no_door_tell_a_canary(
    door_of: type[DynamicDoor | PluginDoor], key: str, tmp_path: Path
) -> None:
    said: list[str] = []
    with EchoingApi() as api:
        config = {"apiKey": key, "baseUrl": f"{api.url}/canaryBase99", "maxRetries": "0", "timeoutSeconds": "5"}
        with door_of(config, {"PULUMI_HOME": str(tmp_path)}) as door:
            for _ in range(ROUNDS):
                for operation in operations(door):
                    try:
                        operation()
                    except grpc.RpcError as error:
                        said.append(str(error.details()))
                    count_cases("answers that repeat canaries")
        assert api.answers >= ROUNDS * 4
    assert len(said) > ROUNDS * 4
    places = {"errors": "\n".join(said), "stderr": door.stderr}
    told = [line for text in places.values() for line in text.splitlines() if tells(line, "canary")]
    assert told == []
    assert hits(SECRETS, places) == []
    assert all(line.isprintable() for text in said for line in text.split("\n"))
    journal = {path.name: path.read_text() for path in tmp_path.rglob("*.json")}
    assert hits({key, SIGNING_SECRET}, journal) == []
    assert {path.stat().st_mode & 0o777 for path in tmp_path.rglob("*.json")} <= {0o600}
