import json
from datetime import datetime, timezone
from typing import Any

import pytest

from pulumi_kinetic.answers import RemoteEndpoint
from pulumi_kinetic.cli.interrupted import InterruptedCreate, interrupted_creates
from pulumi_kinetic.journal import Record, digest
from pulumi_kinetic.process import Process

EXPLICIT = "urn:pulumi:dev::shop::pulumi:providers:kinetic::prod"
INPUTS = {"url": "https://a.example", "status": "enabled", "idempotencyKey": {"plaintext": '"key"'}}


def pending(inputs: dict[str, Any], provider: str = "", kind: str = "creating") -> dict[str, Any]:
    resource = {
        "type": "kinetic:index:WebhookEndpoint",
        "urn": "urn:pulumi:dev::shop::kinetic:index:WebhookEndpoint::orders",
        "inputs": inputs,
        "provider": f"{provider}::0b9c",
    }
    return {"type": kind, "resource": resource}


def record(key: str, provider: str = "") -> Record:
    return Record(
        mark=digest(key), idempotency_key=key, body='{"url":"https://b.example"}', environment="sandbox",
        at=datetime.now(timezone.utc), process=Process.current(), provider=provider,
    )  # fmt: skip


def state(*operations: dict[str, Any]) -> dict[str, Any]:
    return {"deployment": {"pending_operations": list(operations)}}


def test_what_the_state_has_is_joined_with_its_record() -> None:
    """The record has the bytes that were sent."""
    (intent,) = interrupted_creates(state(pending(INPUTS)), [record("key")])
    assert (intent.name, intent.key, intent.body) == ("orders", "key", b'{"url":"https://b.example"}')
    assert intent.record == record("key").model_copy(update={"at": intent.record.at if intent.record else None})
    assert intent.inputs["idempotencyKey"] == "key"


def test_what_the_state_has_forgotten_is_known_from_the_journal() -> None:
    remembered, forgotten = interrupted_creates(state(pending(INPUTS)), [record("other")])
    assert remembered.record is None
    assert (forgotten.name, forgotten.key, forgotten.inputs) == ('"https://b.example"', "other", {})


def test_updates_and_deletes_are_no_creates() -> None:
    assert (
        list(interrupted_creates(state(pending(INPUTS, kind="updating"), pending(INPUTS, kind="deleting")), [])) == []
    )


def test_an_adoption_has_no_key() -> None:
    (intent,) = interrupted_creates(state(pending({**INPUTS, "adopt": "we_1"})), [])
    assert intent.key is None


@pytest.mark.parametrize(
    ("provider", "named"),
    [
        (EXPLICIT, EXPLICIT),
        ("urn:pulumi:dev::shop::pulumi:providers:kinetic::default", ""),
        ("urn:pulumi:dev::shop::pulumi:providers:kinetic::default_0_1_0", ""),
        ("urn:pulumi:dev::shop::pulumi:providers:pulumi-python::default", ""),
        (f"{EXPLICIT}uction_default", f"{EXPLICIT}uction_default"),
        ("", ""),
    ],
)  # fmt: skip
def test_its_provider_is_named_where_the_program_made_it(provider: str, named: str) -> None:
    (remembered,) = interrupted_creates(state(pending(INPUTS, provider)), [])
    (forgotten,) = interrupted_creates(state(), [record("key", provider)])
    assert remembered.provider == forgotten.provider == named


def test_candidates_mean_the_same_and_are_nobodys() -> None:
    def listed(name: str, url: str, events: list[str] | None = None) -> RemoteEndpoint:
        return RemoteEndpoint(webhook_endpoint_id=name, url=url, enabled_events=events, status="disabled")

    listing = [
        listed("we_it", "https://A.example:443/", ["*"]),
        listed("we_managed", "https://a.example/"),
        listed("we_other_url", "https://b.example"),
        listed("we_other_events", "https://a.example", ["a"]),
    ]
    intent = InterruptedCreate(json.dumps({"url": "https://a.example"}).encode(), "key")
    by_id = {endpoint.webhook_endpoint_id: endpoint for endpoint in listing}
    assert [endpoint.webhook_endpoint_id for endpoint in intent.candidates({"we_managed"}, by_id)] == ["we_it"]
