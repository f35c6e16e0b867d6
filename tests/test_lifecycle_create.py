from typing import Any

import pytest

from pulumi_kinetic import endpoint, values
from pulumi_kinetic.account import account_of
from pulumi_kinetic.lifecycle import Lifecycle
from support.declarations import URL, declared
from support.emulator import EmulatorClient


def test_create_is_one_request_and_captures_the_secret(life: Lifecycle, emulator: EmulatorClient) -> None:
    endpoint_id, state = life.create(declared(enabledEvents=["b", "a"]))
    (truth,) = emulator.truth().values()
    assert state == {
        "url": URL,
        "enabledEvents": ["b", "a"],
        "status": "enabled",
        "idempotencyKey": "key-1",
        "webhookEndpointId": endpoint_id,
        "createdAt": truth["created_at"],
        "environment": "sandbox",
        "account": str(account_of(emulator.settings())),
        "signingSecret": truth["signing_secret"],
    }
    assert [request["method"] for request in emulator.requests()] == ["POST"]


def test_create_for_all_events_sends_none(life: Lifecycle, emulator: EmulatorClient) -> None:
    _, state = life.create(declared())
    assert [request["body"] for request in emulator.requests()] == ['{"url":"https://example.com/hooks"}']
    assert "enabledEvents" not in state


def test_disabled_at_creation_is_a_post_and_a_patch(life: Lifecycle, emulator: EmulatorClient) -> None:
    endpoint_id, state = life.create(declared(status="disabled"))
    assert [(request["method"], request["body"]) for request in emulator.requests()] == [
        ("POST", '{"url":"https://example.com/hooks"}'),
        ("PATCH", '{"status":"disabled"}'),
    ]
    assert emulator.truth()[endpoint_id]["status"] == state["status"] == "disabled"
    assert state["signingSecret"] == emulator.truth()[endpoint_id]["signing_secret"]


def test_a_failed_patch_after_the_post_returns_what_exists_and_warns(
    life: Lifecycle, emulator: EmulatorClient, warnings: list[str]
) -> None:
    """An error would drop the state, and a deletion could hit what a later run manages."""
    emulator.faults({"method": "PATCH", "status": 400, "commit": False})
    news = declared(status="disabled")
    endpoint_id, state = life.create(news)
    (truth,) = emulator.truth().values()
    assert endpoint_id == truth["webhook_endpoint_id"]
    assert (state["signingSecret"], state["status"]) == (truth["signing_secret"], "enabled")
    assert warnings[0].startswith(f"{endpoint_id} was created, but isn't as declared yet: could not update")
    assert truth["signing_secret"] not in warnings[0]
    assert life.diff(endpoint_id, state, news) == ["status"]
    assert life.update(endpoint_id, state, news)["status"] == emulator.truth()[endpoint_id]["status"] == "disabled"


def test_a_create_answered_without_its_secret_returns_what_exists_and_warns(
    life: Lifecycle, emulator: EmulatorClient, warnings: list[str]
) -> None:
    emulator.faults({"method": "POST", "without_secret": True})
    endpoint_id, state = life.create(declared())
    assert list(emulator.truth()) == [endpoint_id]
    assert "signingSecret" not in state
    assert warnings[0].startswith(f"{endpoint_id} was created, but the API answered without its signing secret")
    assert "rotate" in warnings[0]


@pytest.mark.parametrize("script", [[{"method": "PATCH", "status": 500}], [{"method": "POST", "without_secret": True}]])
def test_nothing_in_a_create_deletes(
    life: Lifecycle, emulator: EmulatorClient, waits: list[float], script: list[dict[str, Any]]
) -> None:
    emulator.faults(*({**fault, "times": 9} for fault in script))
    life.create(declared(status="disabled"))
    assert emulator.requests("DELETE") == []
    assert len(waits) < 5


def test_a_planned_create_knows_all_but_what_the_api_gives() -> None:
    inputs = declared(status="disabled")
    assert endpoint.planned_create(inputs, "production") == {
        **inputs,
        "webhookEndpointId": values.UNKNOWN,
        "createdAt": values.UNKNOWN,
        "environment": "production",
        "signingSecret": values.UNKNOWN,
    }


@pytest.mark.parametrize("supplied", [{}, {"existingSigningSecret": "whsec_kept"}])
def test_a_planned_adoption_knows_id_and_the_supplied_secret_alone(supplied: dict[str, str]) -> None:
    planned = endpoint.planned_create(declared(adopt="we_1", **supplied), "sandbox")
    assert planned["webhookEndpointId"] == "we_1"
    assert planned.get("signingSecret") == supplied.get("existingSigningSecret")
