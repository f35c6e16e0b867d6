import pytest

from pulumi_kinetic import errors, lifecycle, values
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


def test_a_failed_patch_after_the_post_tells_what_exists(life: Lifecycle, emulator: EmulatorClient) -> None:
    emulator.faults({"method": "PATCH", "status": 400, "commit": False})
    with pytest.raises(errors.PartialCreateError) as raised:
        life.create(declared(status="disabled"))
    (truth,) = emulator.truth().values()
    assert raised.value.endpoint_id == truth["webhook_endpoint_id"]
    assert raised.value.state["signingSecret"] == truth["signing_secret"]
    assert raised.value.state["status"] == "enabled"
    assert truth["signing_secret"] not in str(raised.value)


def test_undo_deletes_what_exists_and_says_so(life: Lifecycle, emulator: EmulatorClient) -> None:
    emulator.faults({"method": "PATCH", "status": 400, "commit": False})
    with pytest.raises(errors.PartialCreateError) as raised:
        life.create(declared(status="disabled"))
    assert "It was deleted again: nothing is left behind" in str(life.undo(raised.value))
    assert emulator.truth() == {}


def test_an_undo_that_fails_says_what_is_left(life: Lifecycle, emulator: EmulatorClient) -> None:
    emulator.faults(
        {"method": "PATCH", "status": 400, "commit": False}, {"method": "DELETE", "status": 403, "commit": False}
    )
    with pytest.raises(errors.PartialCreateError) as raised:
        life.create(declared(status="disabled"))
    assert "Deleting it again failed as well" in str(life.undo(raised.value))
    assert len(emulator.truth()) == 1


def test_a_create_answered_without_its_secret_leaves_nothing(life: Lifecycle, emulator: EmulatorClient) -> None:
    emulator.faults({"method": "POST", "without_secret": True})
    with pytest.raises(errors.KineticError, match=r"holds no signing secret.*was deleted again"):
        life.create(declared())
    assert emulator.truth() == {}


def test_a_create_answered_without_its_secret_that_cannot_be_deleted_is_named(
    life: Lifecycle, emulator: EmulatorClient
) -> None:
    emulator.faults({"method": "POST", "without_secret": True}, {"method": "DELETE", "status": 403, "commit": False})
    with pytest.raises(errors.KineticError) as raised:
        life.create(declared())
    (left,) = emulator.truth()
    assert f"{left} is left behind without a secret" in str(raised.value)


def test_a_planned_create_knows_all_but_what_the_api_gives() -> None:
    inputs = declared(status="disabled")
    assert lifecycle.planned_create(inputs, "production") == {
        **inputs,
        "webhookEndpointId": values.UNKNOWN,
        "createdAt": values.UNKNOWN,
        "environment": "production",
        "signingSecret": values.UNKNOWN,
    }


@pytest.mark.parametrize("supplied", [{}, {"existingSigningSecret": "whsec_kept"}])
def test_a_planned_adoption_knows_id_and_the_supplied_secret_alone(supplied: dict[str, str]) -> None:
    planned = lifecycle.planned_create(declared(adopt="we_1", **supplied), "sandbox")
    assert planned["webhookEndpointId"] == "we_1"
    assert planned.get("signingSecret") == supplied.get("existingSigningSecret")
