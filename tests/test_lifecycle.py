import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pulumi_kinetic import endpoint, errors, lifecycle
from pulumi_kinetic.client import Client
from pulumi_kinetic.journal import Journal
from pulumi_kinetic.lifecycle import Lifecycle
from support.case_counter import count_cases
from support.emulator import KEY, PRODUCTION_KEY, EmulatorClient

URL = "https://example.com/hooks"


@pytest.fixture
def warnings() -> list[str]:
    return []


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal")


@pytest.fixture
def life(api: Client, emulator: EmulatorClient, journal: Journal, warnings: list[str]) -> Lifecycle:
    made = Lifecycle(emulator.settings(), api, journal, warn=warnings.append)
    made.serves("shop", "dev")
    return made


def declared(**news: Any) -> dict[str, Any]:
    checked = endpoint.check({}, {"url": URL, **news}, environment="sandbox", new_key="key-1")
    assert checked.failures == []
    return checked.inputs


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
    assert [one["method"] for one in emulator.requests()] == ["POST"]


def test_create_for_all_events_sends_none(life: Lifecycle, emulator: EmulatorClient) -> None:
    _, state = life.create(declared())
    assert [one["body"] for one in emulator.requests()] == ['{"url":"https://example.com/hooks"}']
    assert "enabledEvents" not in state


def test_disabled_at_creation_is_a_post_and_a_patch(life: Lifecycle, emulator: EmulatorClient) -> None:
    endpoint_id, state = life.create(declared(status="disabled"))
    assert [(one["method"], one["body"]) for one in emulator.requests()] == [
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
    life: Lifecycle, emulator: EmulatorClient, field: str, edited: object, name: str
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
    assert [(one["method"], one["body"]) for one in emulator.requests()] == [("PATCH", body)]
    kept = ("webhookEndpointId", "signingSecret", "createdAt", "environment", "idempotencyKey")
    assert [after[name] for name in kept] == [state[name] for name in kept]
    assert life.diff(endpoint_id, after, declared(**{"enabledEvents": ["a"], **changed})) == []


def test_update_of_an_endpoint_deleted_by_hand_says_what_to_do(life: Lifecycle, emulator: EmulatorClient) -> None:
    endpoint_id, state = life.create(declared())
    emulator.remove(endpoint_id)
    with pytest.raises(
        errors.NotFoundError, match=r"request id req_\w+\). It was deleted .* run `pulumi up --refresh`"
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
    same = {**state, "environment": "".join(list(environment))}  # equal, but another object, as from a state
    getattr(life, operation)(endpoint_id, *[same] * len(arguments))


def test_diff_makes_no_request(life: Lifecycle, emulator: EmulatorClient) -> None:
    assert life.diff("we_1", {"url": URL, "signingSecret": "s"}, declared(status="disabled")) == ["status"]
    assert emulator.requests() == []


# -- adoption ----------------------------------------------------------------------------------------------


def test_adopt_takes_over_without_a_post_and_changes_only_what_differs(
    life: Lifecycle, emulator: EmulatorClient
) -> None:
    (made,) = emulator.seed(1)
    emulator.edit(made, enabled_events=["a", "b"])
    emulator.clear_log()
    news = declared(adopt=made, url="https://EXAMPLE.com:443/seed/0", enabledEvents=["b", "a"], status="disabled")
    endpoint_id, state = life.create(news)
    assert endpoint_id == state["webhookEndpointId"] == made
    assert [(one["method"], one["body"]) for one in emulator.requests()] == [
        ("GET", ""),
        ("PATCH", '{"status":"disabled"}'),
    ]
    assert life.diff(made, state, news) == []


def test_adopt_of_an_equal_endpoint_changes_nothing(life: Lifecycle, emulator: EmulatorClient) -> None:
    (made,) = emulator.seed(1)
    emulator.clear_log()
    life.create(declared(adopt=made, url="https://example.com/seed/0"))
    assert [one["method"] for one in emulator.requests()] == ["GET"]


def test_adopt_for_all_events_widens_an_endpoint_for_some(life: Lifecycle, emulator: EmulatorClient) -> None:
    (made,) = emulator.seed(1)
    emulator.edit(made, enabled_events=["a"])
    news = declared(adopt=made, url="https://example.com/seed/0")
    _, state = life.create(news)
    assert emulator.truth()[made]["enabled_events"] == ["*"]
    assert life.diff(made, state, news) == []


def test_adopt_with_the_secret_has_it(life: Lifecycle, emulator: EmulatorClient, warnings: list[str]) -> None:
    (made,) = emulator.seed(1)
    secret = emulator.truth()[made]["signing_secret"]
    _, state = life.create(declared(adopt=made, existingSigningSecret=secret))
    assert (state["signingSecret"], warnings) == (secret, [])
    assert all(secret not in one["body"] for one in emulator.requests())


def test_adopt_without_the_secret_says_once_what_that_means(
    life: Lifecycle, emulator: EmulatorClient, warnings: list[str]
) -> None:
    (made,) = emulator.seed(1)
    news = declared(adopt=made)
    _, state = life.create(news)
    assert "signingSecret" not in state
    assert len(warnings) == 1
    assert "`signing_secret` is None" in warnings[0]
    assert "rotate" in warnings[0]
    life.read(made, state)
    life.update(made, state, {**news, "status": "disabled"})
    assert len(warnings) == 1


def test_a_secret_supplied_later_becomes_known_without_a_request(life: Lifecycle, emulator: EmulatorClient) -> None:
    (made,) = emulator.seed(1)
    news = declared(adopt=made, url="https://example.com/seed/0")
    _, state = life.create(news)
    emulator.clear_log()
    later = {**news, "existingSigningSecret": "whsec_mine"}
    assert life.diff(made, state, later) == ["existingSigningSecret"]
    after = life.update(made, state, later)
    assert (after["signingSecret"], emulator.requests()) == ("whsec_mine", [])
    assert life.diff(made, after, later) == []


def test_adopt_of_what_is_not_there_says_where_it_was_looked_for(life: Lifecycle, emulator: EmulatorClient) -> None:
    (elsewhere,) = emulator.seed(1, "production")
    for missing in ("we_none", elsewhere):
        with pytest.raises(errors.AdoptionError, match=f"{missing} can't be adopted: .* which is of sandbox"):
            life.create(declared(adopt=missing))
    assert [one["method"] for one in emulator.requests()] == ["GET", "GET"]


def test_an_endpoint_is_adopted_once_in_a_program(life: Lifecycle, emulator: EmulatorClient) -> None:
    (made,) = emulator.seed(1)
    life.create(declared(adopt=made))
    with pytest.raises(errors.AdoptionError, match="manages it already"):
        life.create(declared(adopt=made))


def test_a_managed_endpoint_is_not_adopted_again(life: Lifecycle) -> None:
    endpoint_id, state = life.create(declared())
    life.diff(endpoint_id, state, declared())
    with pytest.raises(errors.AdoptionError, match="manages it already"):
        life.create(declared(adopt=endpoint_id))


def test_a_failed_adoption_can_be_tried_again(life: Lifecycle, emulator: EmulatorClient) -> None:
    (made,) = emulator.seed(1)
    emulator.faults({"method": "GET", "status": 403, "commit": False})
    with pytest.raises(errors.ForbiddenError):
        life.create(declared(adopt=made))
    assert life.create(declared(adopt=made))[0] == made


def test_an_endpoint_that_moves_to_another_resource_is_not_deleted_under_its_old_name(
    life: Lifecycle, emulator: EmulatorClient, warnings: list[str]
) -> None:
    (made,) = emulator.seed(1)
    _, state = life.create(declared(adopt=made))
    life.delete(made, state)
    assert list(emulator.truth()) == [made]
    assert warnings[-1].startswith(f"{made} is not deleted: this run has adopted it")


def test_inputs_of_a_state_are_what_was_declared(life: Lifecycle, emulator: EmulatorClient) -> None:
    (made,) = emulator.seed(1)
    news = declared(adopt=made, existingSigningSecret="whsec_mine", enabledEvents=["a"], status="disabled")
    assert lifecycle.inputs_of(life.create(news)[1]) == news


# -- the journal -------------------------------------------------------------------------------------------


def test_a_create_is_in_the_journal_before_its_request_leaves(
    life: Lifecycle, emulator: EmulatorClient, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []
    begin = Journal.begin

    def look(*arguments: Any, **named: Any) -> Any:
        made = begin(*arguments, **named)
        seen.append((list(journal.records()), emulator.requests()))
        return made

    monkeypatch.setattr(Journal, "begin", look)
    life.create(declared())
    (((record,), requests),) = seen
    assert requests == []
    assert (record.idempotency_key, record.body) == ("key-1", '{"url":"https://example.com/hooks"}')
    assert (record.environment, record.project, record.stack) == ("sandbox", "shop", "dev")


def test_an_answered_create_is_noted_by_id_and_goes_once_the_engine_has_it(life: Lifecycle, journal: Journal) -> None:
    endpoint_id, state = life.create(declared())
    (record,) = journal.records()
    assert (record.endpoint_id, record.idempotency_key) == (endpoint_id, None)
    journal.forget_delivered()
    assert list(journal.records()) == []
    assert life.diff(endpoint_id, state, declared()) == []


@pytest.mark.parametrize("fault", [{"status": 400}, {"status": 401}, {"status": 403}, {"status": 422}])
def test_a_refused_create_leaves_no_record(
    life: Lifecycle, emulator: EmulatorClient, journal: Journal, fault: dict[str, Any]
) -> None:
    emulator.faults({"method": "POST", "commit": False, **fault})
    with pytest.raises(errors.ApiError) as raised:
        life.create(declared())
    assert list(journal.records()) == []
    assert "is not known" not in str(raised.value)


@pytest.mark.parametrize(
    "script",
    [
        [{"status": 500, "times": 9}],
        [{"drop": True, "times": 9}],
        [{"status": 200, "body": "<html>", "times": 9}],
        [{"status": 404, "body": "<html>"}],
        [{"drop": True}, {"status": 401, "commit": False}],
    ],
)
def test_a_create_of_unknown_end_stays_in_the_journal(
    life: Lifecycle, emulator: EmulatorClient, journal: Journal, waits: list[float], script: list[dict[str, Any]]
) -> None:
    emulator.faults(*({"method": "POST", **fault} for fault in script))
    with pytest.raises(errors.ApiError, match=r"Whether it was created is not known. Run `pulumi-kinetic recover"):
        life.create(declared())
    (record,) = journal.records()
    assert (record.idempotency_key, record.is_under_way) == ("key-1", False)
    assert len(waits) < 3


def test_what_was_deleted_again_leaves_no_record(life: Lifecycle, emulator: EmulatorClient, journal: Journal) -> None:
    emulator.faults({"method": "PATCH", "status": 400, "commit": False}, {"method": "POST", "without_secret": True})
    with pytest.raises(errors.KineticError):
        life.create(declared())
    with pytest.raises(errors.PartialCreateError) as raised:
        life.create({**declared(status="disabled"), "idempotencyKey": "key-2"})
    life.undo(raised.value)
    assert list(journal.records()) == []


def test_what_could_not_be_deleted_again_stays_in_the_journal(
    life: Lifecycle, emulator: EmulatorClient, journal: Journal
) -> None:
    emulator.faults(
        {"method": "PATCH", "status": 400, "commit": False}, {"method": "DELETE", "status": 400, "commit": False}
    )
    with pytest.raises(errors.PartialCreateError) as raised:
        life.create(declared(status="disabled"))
    assert "pulumi-kinetic recover" in str(life.undo(raised.value))
    assert [(record.idempotency_key, record.is_under_way) for record in journal.records()] == [("key-1", False)]


def test_a_half_made_endpoint_that_is_handed_over_is_answered(
    life: Lifecycle, emulator: EmulatorClient, journal: Journal
) -> None:
    emulator.faults({"method": "PATCH", "status": 400, "commit": False})
    with pytest.raises(errors.PartialCreateError) as raised:
        life.create(declared(status="disabled"))
    (record,) = journal.records()
    assert record.endpoint_id is None
    life.hand_over(raised.value)
    (record,) = journal.records()
    assert (record.endpoint_id, record.idempotency_key) == (raised.value.endpoint_id, None)
    assert len(emulator.truth()) == 1


def test_the_journal_names_whose_create_it_is(api: Client, emulator: EmulatorClient, journal: Journal) -> None:
    life = Lifecycle(emulator.settings(), api, journal, warn=print, provider="urn:of:provider")
    life.serves("shop", "dev")
    life.serves("shop", "")  # a check that isn't told the stack leaves it as it was
    life.create(declared())
    (record,) = journal.records()
    assert (record.project, record.stack, record.provider) == ("shop", "dev", "urn:of:provider")


# -- previews, imports and look-ups ------------------------------------------------------------------------


def test_a_planned_create_knows_all_but_what_the_api_gives() -> None:
    inputs = declared(status="disabled")
    assert lifecycle.planned_create(inputs, "production") == {
        **inputs,
        "webhookEndpointId": endpoint.UNKNOWN,
        "createdAt": endpoint.UNKNOWN,
        "environment": "production",
        "signingSecret": endpoint.UNKNOWN,
    }


@pytest.mark.parametrize("supplied", [{}, {"existingSigningSecret": "whsec_kept"}])
def test_a_planned_adoption_knows_id_and_the_supplied_secret_alone(supplied: dict[str, str]) -> None:
    planned = lifecycle.planned_create(declared(adopt="we_1", **supplied), "sandbox")
    assert planned["webhookEndpointId"] == "we_1"
    assert planned.get("signingSecret") == supplied.get("existingSigningSecret")


def test_a_planned_update_is_what_the_update_leads_to(life: Lifecycle, emulator: EmulatorClient) -> None:
    endpoint_id, state = life.create(declared())
    news = {**declared(status="disabled", enabledEvents=["a"]), "idempotencyKey": state["idempotencyKey"]}
    emulator.clear_log()
    planned = lifecycle.planned_update(state, news)
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
    }


def test_a_read_with_a_key_that_is_not_known_any_more_says_where_it_came_from(
    life: Lifecycle, emulator: EmulatorClient
) -> None:
    endpoint_id, state = life.create(declared())
    emulator.keys(md_test_new={})
    with pytest.raises(errors.UnauthorizedError, match=r"\(request id .*\)\. If the key was changed since the last"):
        life.read(endpoint_id, state)


def test_a_look_up_tells_everything_but_the_secret(life: Lifecycle, emulator: EmulatorClient) -> None:
    (made,) = emulator.seed(1)
    truth = emulator.truth()[made]
    told = {
        "webhookEndpointId": made,
        "url": truth["url"],
        "enabledEvents": truth["enabled_events"],
        "status": truth["status"],
        "createdAt": truth["created_at"],
    }
    assert life.look_up(made) == told
    assert list(life.look_up_all()) == [told]


def test_a_look_up_of_all_goes_on_after_one(life: Lifecycle, emulator: EmulatorClient) -> None:
    emulator.seed(3)
    first, *others = [one["webhookEndpointId"] for one in life.look_up_all()]
    assert [one["webhookEndpointId"] for one in life.look_up_all(after=first)] == others


def test_without_a_journal_nothing_is_sent(api: Client, emulator: EmulatorClient, tmp_path: Path) -> None:
    (tmp_path / "journal").write_text("in the way")
    life = Lifecycle(emulator.settings(), api, Journal(tmp_path / "journal"), warn=print)
    with pytest.raises(errors.JournalError, match="can't write the journal"):
        life.create(declared())
    assert emulator.requests() == []


# -- no ordinary update changes the secret ------------------------------------------------------------------

EVERY_INPUT = [
    declared(**dict(zip(("url", "enabledEvents", "status"), values, strict=True)))
    for values in itertools.product(
        ["https://example.com/a", "https://example.com/b"], [None, ["a"], ["b", "a"]], ["enabled", "disabled"]
    )
]
EVERY_EXTRA: list[dict[str, Any]] = [{}, {"adopt": "we_other"}, {"existingSigningSecret": "whsec_other"}]


def test_no_update_between_any_two_inputs_changes_id_or_secret(life: Lifecycle, emulator: EmulatorClient) -> None:
    endpoint_id, state = life.create(EVERY_INPUT[0])
    secret = emulator.truth()[endpoint_id]["signing_secret"]
    inputs = EVERY_INPUT[0]
    for before, after in itertools.product(EVERY_INPUT, repeat=2):
        for news, extra in ((before, {}), *((after, extra) for extra in EVERY_EXTRA)):
            inputs = endpoint.check(inputs, {**news, **extra}, environment="sandbox", new_key="another").inputs
            life.diff(endpoint_id, state, inputs)
            state = life.update(endpoint_id, state, inputs)
            assert (state["webhookEndpointId"], state["signingSecret"]) == (endpoint_id, secret)
            count_cases("pairs of inputs, updated")
    assert [one["method"] for one in emulator.requests("POST", "DELETE")] == ["POST"]
    assert emulator.truth()[endpoint_id]["signing_secret"] == secret
