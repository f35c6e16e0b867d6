import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import errors_pb2, status_pb2  # noqa: F401 errors_pb2 registers what details may hold
from pulumi.runtime.proto import provider_pb2 as messages

from pulumi_kinetic import schema
from pulumi_kinetic.endpoint import UNKNOWN
from pulumi_kinetic.journal import Journal, default_folder, is_running
from support.diff_cases import CASES, Case, inputs
from support.doors import PROVIDER_URN, URN, Door, PluginDoor, failure, message, plain, secret, struct
from support.emulator import KEY, PRODUCTION_KEY, READ_ONLY_KEY, EmulatorClient

STATE = {**inputs({}), "signingSecret": "s", "environment": "sandbox"}


@pytest.fixture
def door(config: dict[str, str]) -> Iterator[PluginDoor]:
    with PluginDoor(config) as opened:
        yield opened


@pytest.fixture(scope="module")
def shared_door() -> Iterator[PluginDoor]:
    """For what makes no request."""
    with PluginDoor({"apiKey": KEY}) as opened:
        yield opened


def open_records() -> list[Any]:
    return list(Journal(default_folder()).records())


# -- diffs -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_diff_names_each_property_of_the_table(shared_door: PluginDoor, case: Case) -> None:
    state = {**inputs(case.declared_before), "signingSecret": "s", "environment": "sandbox"}
    found = shared_door.differing("we_1", state, inputs(case.declared_now))
    assert list(found) == case.differing


def test_a_diff_says_in_which_way_a_property_changed(shared_door: PluginDoor) -> None:
    all_events = {name: value for name, value in STATE.items() if name != "enabledEvents"}
    assert shared_door.differing("we_1", all_events, inputs({})) == {"enabledEvents": "ADD"}
    assert shared_door.differing("we_1", STATE, inputs({"enabledEvents": None})) == {"enabledEvents": "DELETE"}
    assert shared_door.differing("we_1", STATE, inputs({"status": "disabled"})) == {"status": "UPDATE"}


def test_a_state_of_the_dynamic_door_is_no_change(shared_door: PluginDoor) -> None:
    assert shared_door.differing("we_1", {**STATE, "__provider": "gASV"}, inputs({})) == {}


# -- secrets -----------------------------------------------------------------------------------------------


def test_what_came_as_a_secret_goes_back_as_one(door: PluginDoor) -> None:
    news = struct({"url": secret("https://example.com/token"), "enabledEvents": [secret("a"), "b"]})
    checked = door.stub.Check(messages.CheckRequest(urn=URN, news=news)).inputs
    created = door.stub.Create(messages.CreateRequest(urn=URN, properties=checked))
    for bag in (plain(checked), plain(created.properties)):
        assert bag["url"] == secret("https://example.com/token")
        assert bag["enabledEvents"] == secret(["a", "b"])
        assert bag["status"] == "enabled"
    request = messages.ReadRequest(urn=URN, id=created.id, properties=created.properties)
    read = door.stub.Read(request)
    assert plain(read.properties) == plain(created.properties)
    assert plain(read.inputs) == plain(checked)


def test_what_became_a_secret_since_the_last_update_is_not_refreshed_into_the_open(door: PluginDoor) -> None:
    endpoint_id, state = door.create(inputs({}))
    declared = struct({**inputs({}), "url": secret(state["url"])})
    request = messages.ReadRequest(urn=URN, id=endpoint_id, properties=door.sent(state), inputs=declared)
    read = door.stub.Read(request)
    assert plain(read.inputs)["url"] == plain(read.properties)["url"] == secret(state["url"])


def test_a_secret_that_is_not_known_yet_stays_secret_and_unknown(shared_door: PluginDoor) -> None:
    checked = shared_door.stub.Check(messages.CheckRequest(urn=URN, news=struct({"url": secret(UNKNOWN)})))
    assert plain(checked.inputs)["url"] == secret(UNKNOWN)


# -- previews ----------------------------------------------------------------------------------------------


def test_a_previewed_create_sends_nothing_and_knows_what_can_be_known(
    door: PluginDoor, emulator: EmulatorClient
) -> None:
    request = messages.CreateRequest(urn=URN, properties=door.sent(inputs({"url": UNKNOWN})), preview=True)
    answer = door.stub.Create(request)
    assert answer.id == ""
    assert door.received(answer.properties) == {
        **inputs({"url": UNKNOWN}),
        "webhookEndpointId": UNKNOWN,
        "createdAt": UNKNOWN,
        "environment": "sandbox",
        "signingSecret": UNKNOWN,
    }
    assert emulator.requests() == []


def test_a_previewed_adoption_knows_the_id_and_no_secret(shared_door: PluginDoor) -> None:
    request = messages.CreateRequest(urn=URN, properties=shared_door.sent(inputs({"adopt": "we_1"})), preview=True)
    planned = shared_door.received(shared_door.stub.Create(request).properties)
    assert planned["webhookEndpointId"] == "we_1"
    assert "signingSecret" not in planned


def test_a_previewed_update_sends_nothing_and_keeps_what_only_the_api_knows(
    door: PluginDoor, emulator: EmulatorClient
) -> None:
    news = inputs({"status": "disabled"})
    request = messages.UpdateRequest(id="we_1", urn=URN, olds=door.sent(STATE), news=door.sent(news), preview=True)
    assert door.received(door.stub.Update(request).properties) == {**STATE, "status": "disabled"}
    assert emulator.requests() == []


# -- import ------------------------------------------------------------------------------------------------


def test_an_import_reads_everything_but_the_secret(door: PluginDoor, emulator: EmulatorClient) -> None:
    (made,) = emulator.seed(1)
    endpoint_id, state, imported = door.read(made, {})
    truth = emulator.truth()[made]
    assert endpoint_id == made
    assert imported == {
        "url": truth["url"], "enabledEvents": truth["enabled_events"], "status": truth["status"],
    }  # fmt: skip
    assert "signingSecret" not in state
    checked, failures = door.check(imported, imported)
    assert failures == []
    assert door.diff(made, state, checked) == (False, [])


def test_an_import_takes_the_secret_that_is_supplied(door: PluginDoor, emulator: EmulatorClient) -> None:
    (made,) = emulator.seed(1)
    _, state, imported = door.read(made, {})
    checked, failures = door.check(imported, {**imported, "existingSigningSecret": "whsec_kept"})
    assert failures == []
    assert door.differing(made, state, checked) == {"existingSigningSecret": "ADD"}
    emulator.clear_log()
    state = door.update(made, state, checked)
    assert state["signingSecret"] == "whsec_kept"
    assert emulator.requests() == []
    assert door.diff(made, state, checked) == (False, [])


def test_an_import_of_what_is_not_there_has_no_id(door: PluginDoor) -> None:
    assert door.read("we_none", {}) == ("", {}, {})


# -- init-failed -------------------------------------------------------------------------------------------


def test_a_half_made_endpoint_is_handed_over_with_its_secret(door: PluginDoor, emulator: EmulatorClient) -> None:
    emulator.faults({"method": "PATCH", "status": 400, "commit": False})
    declared = inputs({"status": "disabled"})
    error = failure(lambda: door.create(declared))
    (made,) = emulator.truth().values()
    packed = next(one.value for one in error.trailing_metadata() if one.key == "grpc-status-details-bin")
    status = status_pb2.Status.FromString(bytes(packed))
    detail = messages.ErrorResourceInitFailed()
    assert status.details[0].Unpack(detail)
    state = door.received(detail.properties)
    assert detail.id == made["webhook_endpoint_id"]
    assert (state["signingSecret"], state["status"]) == (made["signing_secret"], "enabled")
    assert "It is kept, with its secret: the next `pulumi up` completes it" in detail.reasons[0]
    assert door.update(detail.id, state, declared)["status"] == "disabled"
    assert emulator.truth()[detail.id]["status"] == "disabled"
    assert [one.endpoint_id for one in open_records() if one.endpoint_id == detail.id] == [detail.id]


# -- configuration -----------------------------------------------------------------------------------------


def configured(door: PluginDoor, news: Mapping[str, Any]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    answer = door.stub.CheckConfig(messages.CheckRequest(urn=PROVIDER_URN, news=struct(news)))
    return plain(answer.inputs), [(one.property, one.reason) for one in answer.failures]


def test_a_configuration_is_checked_whole_and_its_key_is_secret() -> None:
    with PluginDoor({}, {"KINETIC_API_KEY": ""}, configure=False) as door:
        news, failures = configured(door, {"apiKey": "md_test_x y", "timeoutSeconds": "soon", "version": "0.1.0"})
        assert news["apiKey"] == secret("md_test_x y")
        assert [name for name, _ in failures] == ["", ""]
        assert [reason.split()[0] for _, reason in failures] == ["kinetic:apiKey", "kinetic:timeoutSeconds"]
        assert "md_test_x" not in str(failures)
        assert "the API key is missing" in configured(door, {})[1][0][1]
        assert configured(door, {"apiKey": KEY}) == ({"apiKey": secret(KEY)}, [])


def test_a_configuration_that_is_not_known_yet_passes() -> None:
    with PluginDoor({}, {"KINETIC_API_KEY": ""}, configure=False) as door:
        assert configured(door, {"apiKey": UNKNOWN, "timeoutSeconds": "5"})[1] == []


def test_a_wrong_configuration_is_told_where_it_was_not_checked() -> None:
    with PluginDoor({}, {"KINETIC_API_KEY": ""}, configure=False) as door:
        told = message(lambda: door.stub.Configure(messages.ConfigureRequest(urn=PROVIDER_URN)))
    assert "the API key is missing" in told


@pytest.mark.parametrize(
    ("news", "changed"),
    [({"apiKey": "md_test_other"}, []), ({"baseUrl": "https://b.example"}, ["baseUrl"]), ({"version": "0.2.0"}, [])],
)
def test_no_change_of_the_configuration_replaces(
    shared_door: PluginDoor, news: dict[str, str], changed: list[str]
) -> None:
    olds = {"apiKey": KEY, "baseUrl": "https://a.example"}
    request = messages.DiffRequest(urn=PROVIDER_URN, old_inputs=struct(olds), news=struct({**olds, **news}))
    answer = shared_door.stub.DiffConfig(request)
    expected = messages.DiffResponse.DIFF_SOME if changed else messages.DiffResponse.DIFF_NONE
    assert (answer.changes, list(answer.diffs), list(answer.replaces)) == (expected, changed, [])


def test_the_journal_names_the_stack_and_the_provider(door: PluginDoor, emulator: EmulatorClient) -> None:
    emulator.faults({"method": "POST", "drop": True, "times": 2})
    checked, _ = door.check({}, inputs({}))
    assert "pulumi-kinetic recover" in message(lambda: door.create(checked))
    record = open_records()[-1]
    assert (record.project, record.stack, record.provider) == ("shop", "dev", PROVIDER_URN)


# -- functions and lists -----------------------------------------------------------------------------------


def invoke(door: PluginDoor, token: str, **args: Any) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    answer = door.stub.Invoke(messages.InvokeRequest(tok=token, args=struct(args)))
    return plain(getattr(answer, "return")), [(one.property, one.reason) for one in answer.failures]


def test_a_look_up_tells_everything_but_the_secret(door: PluginDoor, emulator: EmulatorClient) -> None:
    (made,) = emulator.seed(1)
    found, failures = invoke(door, schema.GET, webhookEndpointId=made)
    assert failures == []
    assert set(found) == set(schema.schema()["functions"][schema.GET]["outputs"]["properties"])
    assert found["webhookEndpointId"] == made


def test_a_look_up_without_an_id_is_told(door: PluginDoor) -> None:
    assert invoke(door, schema.GET)[1] == [("webhookEndpointId", "is required")]


def test_a_look_up_of_what_is_not_there_is_an_error(door: PluginDoor) -> None:
    told = message(lambda: invoke(door, schema.GET, webhookEndpointId="we_none"))
    assert "could not read webhook endpoint we_none: no such endpoint" in told


def test_all_endpoints_can_be_looked_up(door: PluginDoor, emulator: EmulatorClient) -> None:
    made = emulator.seed(120)
    found, _ = invoke(door, schema.LIST)
    assert {one["webhookEndpointId"] for one in found["webhookEndpoints"]} == set(made)


def listed(door: PluginDoor, **request: Any) -> tuple[list[str], str]:
    answers = list(door.stub.List(messages.ListRequest(token="kinetic:index:WebhookEndpoint", **request)))
    token = answers.pop().continuation.continuation_token if answers[-1].HasField("continuation") else ""
    return [one.result.id for one in answers], token


def test_a_list_names_every_endpoint(door: PluginDoor, emulator: EmulatorClient) -> None:
    made = emulator.seed(120)
    ids, token = listed(door)
    assert (sorted(ids), token) == (sorted(made), "")


@pytest.mark.parametrize(("limit", "expected"), [(0, 7), (5, 5), (6, 6), (9, 7)])
def test_a_list_is_continued_up_to_its_limit(
    door: PluginDoor, emulator: EmulatorClient, limit: int, expected: int
) -> None:
    emulator.seed(7)
    ids, token = listed(door, limit=limit, page_size=3)
    while token:
        page, token = listed(door, limit=limit, page_size=3, continuation_token=token)
        assert 0 < len(page) <= 3
        ids += page
    assert len(set(ids)) == len(ids) == expected


def test_a_list_can_not_be_queried(door: PluginDoor) -> None:
    assert "can't be queried" in message(lambda: listed(door, query=struct({"url": "https://a.example"})))


# -- the process -------------------------------------------------------------------------------------------


def test_the_plugin_tells_its_version_and_schema(shared_door: PluginDoor) -> None:
    assert shared_door.stub.GetPluginInfo(empty_pb2.Empty()).version == metadata.version("pulumi-kinetic")
    assert shared_door.stub.GetSchema(messages.GetSchemaRequest()).schema == schema.as_json()


def test_an_error_is_one_line_without_a_traceback(config: dict[str, str]) -> None:
    with PluginDoor({**config, "apiKey": READ_ONLY_KEY}) as door:
        told = message(lambda: door.create(inputs({})))
    assert told.startswith("could not create a webhook endpoint for")
    assert len(told.splitlines()) == 1


def test_what_needs_a_configuration_says_so() -> None:
    with PluginDoor({}, configure=False) as door:
        assert "not configured yet" in message(lambda: door.create(inputs({})))


def test_two_providers_see_two_environments(config: dict[str, str], emulator: EmulatorClient) -> None:
    with PluginDoor(config) as sandbox, PluginDoor({**config, "apiKey": PRODUCTION_KEY}) as production:
        assert sandbox.create(inputs({}))[1]["environment"] == "sandbox"
        assert production.create(inputs({"idempotencyKey": "other"}))[1]["environment"] == "production"
    assert sorted(one["environment"] for one in emulator.truth().values()) == ["production", "sandbox"]


def test_many_calls_are_under_way_at_once(door: PluginDoor, emulator: EmulatorClient) -> None:
    """More than the dynamic server's 4, and than a thread pool's usual number: none waits for another."""
    count = 40
    made = emulator.seed(count)
    emulator.faults({"method": "GET", "delay_seconds": 4, "times": count})
    calls = [door.stub.Read.future(messages.ReadRequest(id=one, urn=URN)) for one in made]
    while len(emulator.requests("GET")) < count:
        assert not any(call.done() for call in calls)
    assert [call.result().id for call in calls] == made


def test_a_cancelled_run_finishes_what_it_began_and_begins_nothing(door: PluginDoor, emulator: EmulatorClient) -> None:
    emulator.faults({"method": "POST", "delay_seconds": 1})
    under_way = door.stub.Create.future(messages.CreateRequest(urn=URN, properties=door.sent(inputs({}))))
    while not emulator.requests("POST"):
        time.sleep(0.01)
    door.stub.Cancel(empty_pb2.Empty())
    other = inputs({"idempotencyKey": "other"})
    assert "the run was cancelled: nothing was sent" in message(lambda: door.create(other))
    assert under_way.result().id in emulator.truth()
    assert len(emulator.truth()) == 1


def test_a_create_outlives_the_signal_that_ends_a_whole_machine(door: PluginDoor, emulator: EmulatorClient) -> None:
    emulator.faults({"method": "POST", "delay_seconds": 1})
    under_way = door.stub.Create.future(messages.CreateRequest(urn=URN, properties=door.sent(inputs({}))))
    while not emulator.requests("POST"):
        time.sleep(0.01)
    door.process.send_signal(signal.SIGTERM)
    assert under_way.result().id in emulator.truth()


def test_adoption_warns_where_the_user_sees_it(config: dict[str, str], emulator: EmulatorClient) -> None:
    (made,) = emulator.seed(1)
    with PluginDoor(config) as door:
        door.create(inputs({"adopt": made}))
    assert f"{made} is adopted without its signing secret" in door.stderr


def test_a_peaceful_end_forgets_the_answered_creates(config: dict[str, str]) -> None:
    with PluginDoor(config) as door:
        made, _ = door.create(inputs({"idempotencyKey": "peaceful"}))
        assert made in [one.endpoint_id for one in open_records()]
        door.process.send_signal(signal.SIGINT)
        assert door.process.wait(20) == 0
    assert made not in [one.endpoint_id for one in open_records()]


def test_the_plugin_runs_from_a_checkout() -> None:
    """As the engine runs the folder of provider/PulumiPlugin.yaml."""
    folder = Path(__file__).resolve().parent.parent / "provider"
    assert (folder / "PulumiPlugin.yaml").read_text() == "runtime: python\n"
    with Door([sys.executable, str(folder)]) as door:
        assert door.stub.GetSchema(messages.GetSchemaRequest()).schema == schema.as_json()


ORPHAN = """
import subprocess, sys
plugin = subprocess.Popen([sys.argv[1]], stdout=subprocess.PIPE, text=True)
print(plugin.stdout.readline().strip(), plugin.pid, flush=True)
sys.stdin.read()
"""


def test_a_plugin_whose_engine_was_killed_finishes_ends_and_keeps_its_record(
    config: dict[str, str], emulator: EmulatorClient
) -> None:
    program = str(Path(sys.executable).with_name("pulumi-resource-kinetic"))
    engine = subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", ORPHAN, program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert engine.stdout
    port, plugin = map(int, engine.stdout.readline().split())
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = PluginDoor.stub_of(channel)
        stub.Configure(messages.ConfigureRequest(urn=PROVIDER_URN, args=struct(config)))
        emulator.faults({"method": "POST", "delay_after_seconds": 2})
        declared = {**inputs({"idempotencyKey": "orphan"}), "idempotencyKey": "orphan"}
        call = stub.Create.future(messages.CreateRequest(urn=URN, properties=struct(declared)))
        while not emulator.truth():
            time.sleep(0.01)
        engine.kill()
        engine.communicate()
        assert isinstance(call.exception(), grpc.RpcError)
    while is_running(plugin):
        time.sleep(0.05)
    (made,) = emulator.truth()
    assert made in [one.endpoint_id for one in open_records()]
