from collections.abc import Callable
from typing import Any

import pytest

from pulumi_kinetic import endpoint, errors
from pulumi_kinetic.account import account_of
from pulumi_kinetic.client import Client
from pulumi_kinetic.journal import Journal
from pulumi_kinetic.lifecycle import Lifecycle
from support.declarations import URL, declared
from support.emulator import KEY, PRODUCTION_KEY, EmulatorClient


def test_read_carries_the_secret_over_and_keeps_the_declared_form(life: Lifecycle, emulator: EmulatorClient) -> None:
    endpoint_id, state = life.create(declared(url="https://EXAMPLE.com", enabledEvents=["b", "a", "b"]))
    emulator.assume(event_order="sorted", extra_fields=True)
    assert life.read(endpoint_id, state) == state


@pytest.mark.parametrize("all_events", ["star", "null", "absent"])
def test_read_keeps_omitted_events_omitted(life: Lifecycle, emulator: EmulatorClient, all_events: str) -> None:
    emulator.assume(all_events=all_events)
    endpoint_id, state = life.create(declared())
    assert life.read(endpoint_id, state) == state
    assert "enabledEvents" not in state


@pytest.mark.parametrize(
    ("field", "edited", "name"),
    [
        ("url", "https://a.example/", "url"),
        ("enabled_events", ["x"], "enabledEvents"),
        ("status", "disabled", "status"),
    ],
)
def test_read_shows_an_edit_in_that_property_alone(
    life: Lifecycle, emulator: EmulatorClient, field: str, edited: Any, name: str
) -> None:
    endpoint_id, state = life.create(declared())
    emulator.edit(endpoint_id, **{field: edited})
    assert life.read(endpoint_id, state) == {**state, name: edited}


def test_read_of_a_deleted_endpoint_is_none(life: Lifecycle, emulator: EmulatorClient) -> None:
    endpoint_id, state = life.create(declared())
    emulator.remove(endpoint_id)
    assert life.read(endpoint_id, state) is None


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_read_never_takes_another_error_for_a_deletion(life: Lifecycle, emulator: EmulatorClient, status: int) -> None:
    endpoint_id, state = life.create(declared())
    emulator.faults({"method": "GET", "status": status, "commit": False, "times": 9, "body": "<html>"})
    with pytest.raises(errors.ApiError):
        life.read(endpoint_id, state)


@pytest.mark.parametrize(
    ("changed", "body"),
    [
        ({"url": "https://example.com/new"}, '{"url":"https://example.com/new"}'),
        ({"enabledEvents": ["b"]}, '{"enabled_events":["b"]}'),
        ({"enabledEvents": None}, '{"enabled_events":["*"]}'),
        ({"status": "disabled"}, '{"status":"disabled"}'),
    ],
)
def test_update_is_one_patch_of_what_changed(
    life: Lifecycle, emulator: EmulatorClient, changed: dict[str, Any], body: str
) -> None:
    endpoint_id, state = life.create(declared(enabledEvents=["a"]))
    emulator.clear_log()
    after = life.update(endpoint_id, state, declared(**{"enabledEvents": ["a"], **changed}))
    assert [(request["method"], request["body"]) for request in emulator.requests()] == [("PATCH", body)]
    kept: tuple[str, ...] = ("webhookEndpointId", "signingSecret", "createdAt", "environment", "idempotencyKey")
    assert {name: after.get(name) for name in kept} == {name: state.get(name) for name in kept}
    assert life.diff(endpoint_id, after, declared(**{"enabledEvents": ["a"], **changed})) == []


def test_update_of_an_endpoint_deleted_by_hand_says_what_to_do(life: Lifecycle, emulator: EmulatorClient) -> None:
    endpoint_id, state = life.create(declared())
    emulator.remove(endpoint_id)
    with pytest.raises(
        errors.NotFoundError, match=r"request id req_\w+\)\nIt was deleted outside Pulumi: run `pulumi up --refresh`"
    ):
        life.update(endpoint_id, state, declared(status="disabled"))


def test_update_to_an_equal_meaning_sends_nothing_and_takes_the_new_form(
    life: Lifecycle, emulator: EmulatorClient
) -> None:
    endpoint_id, state = life.create(declared(enabledEvents=["a", "b"]))
    emulator.clear_log()
    after = life.update(endpoint_id, state, declared(enabledEvents=["b", "a"]))
    assert after == {**state, "enabledEvents": ["b", "a"]}
    assert emulator.requests() == []


def test_delete_removes_it(life: Lifecycle, emulator: EmulatorClient) -> None:
    endpoint_id, state = life.create(declared())
    life.delete(endpoint_id, state)
    assert emulator.truth() == {}


def test_deleting_what_is_gone_is_done(life: Lifecycle, emulator: EmulatorClient) -> None:
    endpoint_id, state = life.create(declared())
    emulator.remove(endpoint_id)
    life.delete(endpoint_id, state)
    assert emulator.truth() == {}
    assert [request["status"] for request in emulator.requests("DELETE")] == [404]


def test_a_delete_cut_off_and_repeated_is_done(life: Lifecycle, emulator: EmulatorClient, waits: list[float]) -> None:
    endpoint_id, state = life.create(declared())
    emulator.faults({"method": "DELETE", "drop": True})
    life.delete(endpoint_id, state)
    assert (emulator.truth(), len(waits)) == ({}, 1)


def test_delete_does_not_take_a_proxys_404_for_done(life: Lifecycle, emulator: EmulatorClient) -> None:
    endpoint_id, state = life.create(declared())
    emulator.faults({"method": "DELETE", "status": 404, "commit": False, "body": "<html>"})
    with pytest.raises(errors.UnreadableAnswerError):
        life.delete(endpoint_id, state)
    assert list(emulator.truth()) == [endpoint_id]


@pytest.mark.parametrize("operation", ["diff", "read", "update", "delete"])
@pytest.mark.parametrize(
    ("key", "environment", "other"), [(KEY, "sandbox", "production"), (PRODUCTION_KEY, "production", "sandbox")]
)
def test_the_other_environments_state_is_refused_before_any_request(  # noqa: PLR0913 two environments, four operations
    emulator: EmulatorClient,
    api_with: Callable[..., Client],
    journal: Journal,
    operation: str,
    *,
    key: str,
    environment: str,
    other: str,
) -> None:
    life = Lifecycle(emulator.settings(api_key=key), api_with(api_key=key), journal, warn=print)
    endpoint_id, state = life.create(declared())
    assert state["environment"] == environment
    emulator.clear_log()
    arguments = {"diff": 2, "update": 2}.get(operation, 1) * [{**state, "environment": other}]
    with pytest.raises(errors.EnvironmentMismatchError, match=rf"belongs to the {other} .* key is of {environment}"):
        getattr(life, operation)(endpoint_id, *arguments)
    assert emulator.requests() == []
    getattr(life, operation)(endpoint_id, *[state] * len(arguments))


def test_diff_makes_no_request(life: Lifecycle, emulator: EmulatorClient) -> None:
    assert life.diff("we_1", {"url": URL, "signingSecret": "s"}, declared(status="disabled")) == ["status"]
    assert emulator.requests() == []


def test_inputs_of_a_state_are_what_was_declared(life: Lifecycle, emulator: EmulatorClient) -> None:
    (made,) = emulator.seed(1)
    news = declared(adopt=made, existingSigningSecret="whsec_mine", enabledEvents=["a"], status="disabled")
    assert endpoint.inputs_of(life.create(news)[1]) == news


def test_a_planned_update_is_what_the_update_leads_to(life: Lifecycle, emulator: EmulatorClient) -> None:
    endpoint_id, state = life.create(declared())
    news = declared(status="disabled", enabledEvents=["a"])
    emulator.clear_log()
    planned = endpoint.planned_update(state, news)
    assert emulator.requests() == []
    assert life.update(endpoint_id, state, news) == planned


def test_an_import_is_as_the_server_has_it_without_its_secret(life: Lifecycle, emulator: EmulatorClient) -> None:
    (made,) = emulator.seed(1)
    truth = emulator.truth()[made]
    assert life.read(made, {}) == {
        "url": truth["url"],
        "enabledEvents": truth["enabled_events"],
        "status": "enabled",
        "webhookEndpointId": made,
        "createdAt": truth["created_at"],
        "environment": "sandbox",
        "account": str(account_of(emulator.settings())),
    }


def test_a_read_with_a_key_that_is_not_known_any_more_says_where_it_came_from(
    life: Lifecycle, emulator: EmulatorClient
) -> None:
    endpoint_id, state = life.create(declared())
    emulator.keys(md_test_new={})
    for call in (life.read, life.delete):
        with pytest.raises(errors.UnauthorizedError, match=r"\(request id .*\)\n`pulumi refresh` and `pulumi destroy`"):
            call(endpoint_id, state)
