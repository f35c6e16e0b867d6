import pytest
from pulumi.runtime.proto import provider_pb2 as messages

from pulumi_kinetic.values import UNKNOWN
from support.diff_cases import CASES, Case, inputs
from support.doors import URN, PluginDoor, message, plain, secret, struct
from support.emulator import READ_ONLY_KEY, EmulatorClient

STATE = {**inputs({}), "signingSecret": "s", "environment": "sandbox"}
STATE = {**inputs({}), "signingSecret": "s", "environment": "sandbox"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_diff_names_each_property_of_the_table(shared_plugin_door: PluginDoor, case: Case) -> None:
    state = {**inputs(case.declared_before), "signingSecret": "s", "environment": "sandbox"}
    changed = shared_plugin_door.differing("we_1", state, inputs(case.declared_now))
    assert list(changed) == case.differing


def test_a_diff_says_in_which_way_a_property_changed(shared_plugin_door: PluginDoor) -> None:
    all_events = {name: value for name, value in STATE.items() if name != "enabledEvents"}
    assert shared_plugin_door.differing("we_1", all_events, inputs({})) == {"enabledEvents": "ADD"}
    assert shared_plugin_door.differing("we_1", STATE, inputs({"enabledEvents": None})) == {"enabledEvents": "DELETE"}
    assert shared_plugin_door.differing("we_1", STATE, inputs({"status": "disabled"})) == {"status": "UPDATE"}


def test_a_state_of_the_dynamic_door_is_no_change(shared_plugin_door: PluginDoor) -> None:
    assert shared_plugin_door.differing("we_1", {**STATE, "__provider": "gASV"}, inputs({})) == {}


def test_what_came_as_a_secret_goes_back_as_one(plugin_door: PluginDoor) -> None:
    news = struct({"url": secret("https://example.com/token"), "enabledEvents": [secret("a"), "b"]})
    checked = plugin_door.stub.Check(messages.CheckRequest(urn=URN, news=news)).inputs
    created = plugin_door.stub.Create(messages.CreateRequest(urn=URN, properties=checked))
    for bag in (plain(checked), plain(created.properties)):
        assert bag["url"] == secret("https://example.com/token")
        assert bag["enabledEvents"] == secret(["a", "b"])
        assert bag["status"] == "enabled"
    request = messages.ReadRequest(urn=URN, id=created.id, properties=created.properties)
    read = plugin_door.stub.Read(request)
    assert plain(read.properties) == plain(created.properties)
    assert plain(read.inputs) == plain(checked)


def test_what_became_a_secret_since_the_last_update_is_not_refreshed_into_the_open(plugin_door: PluginDoor) -> None:
    endpoint_id, state = plugin_door.create(inputs({}))
    declared = struct({**inputs({}), "url": secret(state["url"])})
    request = messages.ReadRequest(urn=URN, id=endpoint_id, properties=plugin_door.sent(state), inputs=declared)
    read = plugin_door.stub.Read(request)
    assert plain(read.inputs)["url"] == plain(read.properties)["url"] == secret(state["url"])


def test_a_secret_that_is_not_known_yet_stays_secret_and_unknown(shared_plugin_door: PluginDoor) -> None:
    checked = shared_plugin_door.stub.Check(messages.CheckRequest(urn=URN, news=struct({"url": secret(UNKNOWN)})))
    assert plain(checked.inputs)["url"] == secret(UNKNOWN)


def test_an_update_plan_s_run_has_the_key_of_its_preview_and_no_other_run_has(shared_plugin_door: PluginDoor) -> None:
    def key(seed: bytes, urn: str = URN) -> str:
        request = messages.CheckRequest(urn=urn, news=shared_plugin_door.sent(inputs({})), randomSeed=seed)
        return str(shared_plugin_door.received(shared_plugin_door.stub.Check(request).inputs)["idempotencyKey"])

    assert key(b"seed of the plan") == key(b"seed of the plan")
    others = [key(b"another run's"), key(b"seed of the plan", f"{URN}-2"), key(b""), key(b"")]
    assert len({key(b"seed of the plan"), *others}) == 5


def test_a_previewed_create_sends_nothing_and_knows_what_can_be_known(
    plugin_door: PluginDoor, emulator: EmulatorClient
) -> None:
    request = messages.CreateRequest(urn=URN, properties=plugin_door.sent(inputs({"url": UNKNOWN})), preview=True)
    answer = plugin_door.stub.Create(request)
    assert answer.id == ""
    assert plugin_door.received(answer.properties) == {
        **inputs({"url": UNKNOWN}),
        "webhookEndpointId": UNKNOWN,
        "createdAt": UNKNOWN,
        "environment": "sandbox",
        "signingSecret": UNKNOWN,
    }
    assert emulator.requests() == []


def test_a_previewed_adoption_knows_the_id_and_no_secret(shared_plugin_door: PluginDoor) -> None:
    request = messages.CreateRequest(
        urn=URN, properties=shared_plugin_door.sent(inputs({"adopt": "we_1"})), preview=True
    )
    planned = shared_plugin_door.received(shared_plugin_door.stub.Create(request).properties)
    assert planned["webhookEndpointId"] == "we_1"
    assert planned["signingSecret"] is None


def test_a_previewed_update_sends_nothing_and_keeps_what_only_the_api_knows(
    plugin_door: PluginDoor, emulator: EmulatorClient
) -> None:
    news = inputs({"status": "disabled"})
    request = messages.UpdateRequest(
        id="we_1", urn=URN, olds=plugin_door.sent(STATE), news=plugin_door.sent(news), preview=True
    )
    assert plugin_door.received(plugin_door.stub.Update(request).properties) == {**STATE, "status": "disabled"}
    assert emulator.requests() == []


def test_an_import_reads_everything_but_the_secret(plugin_door: PluginDoor, emulator: EmulatorClient) -> None:
    (made,) = emulator.seed(1)
    endpoint_id, state, imported = plugin_door.read(made, {})
    truth = emulator.truth()[made]
    assert endpoint_id == made
    assert imported == {
        "url": truth["url"], "enabledEvents": truth["enabled_events"], "status": truth["status"],
    }  # fmt: skip
    assert state["signingSecret"] is None
    checked, failures = plugin_door.check(imported, imported)
    assert failures == []
    assert plugin_door.diff(made, state, checked) == (False, [])


def test_an_import_takes_the_secret_that_is_supplied(plugin_door: PluginDoor, emulator: EmulatorClient) -> None:
    (made,) = emulator.seed(1)
    _, state, imported = plugin_door.read(made, {})
    checked, failures = plugin_door.check(imported, {**imported, "existingSigningSecret": "whsec_kept"})
    assert failures == []
    assert plugin_door.differing(made, state, checked) == {"existingSigningSecret": "ADD"}
    emulator.clear_log()
    state = plugin_door.update(made, state, checked)
    assert state["signingSecret"] == "whsec_kept"
    assert emulator.requests() == []
    assert plugin_door.diff(made, state, checked) == (False, [])


def test_an_import_of_what_is_not_there_has_no_id(plugin_door: PluginDoor) -> None:
    assert plugin_door.read("we_none", {}) == ("", {}, {})


def test_an_error_has_no_traceback(config: dict[str, str]) -> None:
    with PluginDoor({**config, "apiKey": READ_ONLY_KEY}) as door:
        error = message(lambda: door.create(inputs({})))
    assert error.startswith("could not create a webhook endpoint for")
    assert error.splitlines()[1:] == ["Use a key that has it. Nothing was created."]


def test_adoption_warns_where_the_user_sees_it(config: dict[str, str], emulator: EmulatorClient) -> None:
    (made,) = emulator.seed(1)
    with PluginDoor(config) as door:
        door.create(inputs({"adopt": made}))
    assert f"{made} is adopted without its signing secret" in door.stderr
