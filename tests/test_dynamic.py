import base64
import pickle
import pickletools
from collections.abc import Iterator

import pulumi
import pytest
from pulumi.runtime.proto import provider_pb2 as messages

from pulumi_kinetic import dynamic
from support.diff_cases import inputs
from support.doors import PROVIDER, DynamicDoor, message, plain, struct
from support.emulator import KEY, EmulatorClient

NEWS = {"url": "https://example.com/hooks", "enabledEvents": ["b", "a"], "idempotencyKey": ""}


@pytest.fixture
def door(config: dict[str, str]) -> Iterator[DynamicDoor]:
    with DynamicDoor(config) as opened:
        yield opened


@pytest.fixture(scope="module")
def shared_door() -> Iterator[DynamicDoor]:
    """For what makes no request."""
    with DynamicDoor({"apiKey": KEY}) as opened:
        yield opened


def test_missing_settings_are_reported_by_check_beside_the_inputs_mistakes() -> None:
    with DynamicDoor({"timeoutSeconds": "soon"}, {"KINETIC_API_KEY": ""}) as door:
        _, failures = door.check({}, {**NEWS, "status": "paused"})
        assert [reason.split()[0] for _, reason in failures] == ["the", "kinetic:timeoutSeconds", "must"]
        assert "the API key is missing" in message(lambda: door.create(NEWS))


def test_a_half_made_endpoint_is_deleted_again(door: DynamicDoor, emulator: EmulatorClient) -> None:
    emulator.faults({"method": "PATCH", "status": 400, "commit": False})
    text = message(lambda: door.create(inputs({"status": "disabled"})))
    assert "It was deleted again: nothing is left behind" in text
    assert emulator.truth() == {}


def test_adoption_warns_on_stderr_where_the_engine_shows_it(config: dict[str, str], emulator: EmulatorClient) -> None:
    (made,) = emulator.seed(1)
    with DynamicDoor(config) as door:
        door.create(inputs({"adopt": made}))
    assert f"warning: {made} is adopted without its signing secret" in door.stderr


# -- the pickle in the state -------------------------------------------------------------------------------


def test_the_pickle_is_small_and_holds_no_dict() -> None:
    opcodes = [opcode.name for opcode, _, _ in pickletools.genops(base64.b64decode(PROVIDER))]
    assert len(PROVIDER) < 500
    assert not {"EMPTY_DICT", "DICT", "SETITEM", "SETITEMS", "BUILD"} & set(opcodes)


def test_the_pickle_names_the_class_and_nothing_else() -> None:
    strings = {
        argument for _, argument, _ in pickletools.genops(base64.b64decode(PROVIDER)) if isinstance(argument, str)
    }
    assert strings == {"pulumi_kinetic.dynamic", "KineticProvider"}


def test_the_pickle_is_the_same_bytes_in_every_release() -> None:
    """A resource's state holds it: another form would show as a change of every resource."""
    assert PROVIDER == "gASVMQAAAAAAAACMFnB1bHVtaV9raW5ldGljLmR5bmFtaWOUjA9LaW5ldGljUHJvdmlkZXKUk5QpgZQu"


@pytest.mark.parametrize("protocol", [2, 5])
def test_a_pickle_of_another_python_is_no_change(shared_door: DynamicDoor, protocol: int) -> None:
    saved_by = base64.b64encode(pickle.dumps(dynamic.KineticProvider(), protocol)).decode()
    assert saved_by != PROVIDER
    state = {**inputs({}), "signingSecret": "s", "environment": "sandbox"}
    assert shared_door.diff("we_1", {**state, "__provider": saved_by}, inputs({})) == (False, [])


def test_a_state_that_the_plugin_saved_is_changed_once_and_updated_without_a_request(
    door: DynamicDoor, emulator: EmulatorClient
) -> None:
    endpoint_id, state = door.create(inputs({}))
    emulator.clear_log()
    news = door.sent(inputs({}))
    answer = door.stub.Diff(messages.DiffRequest(id=endpoint_id, olds=struct(state), news=news))
    assert (answer.changes, list(answer.replaces)) == (messages.DiffResponse.DIFF_SOME, [])
    updated = door.stub.Update(messages.UpdateRequest(id=endpoint_id, olds=struct(state), news=news)).properties
    assert plain(updated) == state
    assert updated["__provider"] == PROVIDER
    assert emulator.requests() == []


# -- the look-ups, in the program's process ----------------------------------------------------------------


@pytest.fixture
def stack_config(emulator: EmulatorClient) -> Iterator[None]:
    pulumi.runtime.set_all_config({"kinetic:apiKey": KEY, "kinetic:baseUrl": emulator.url})
    yield
    pulumi.runtime.set_all_config({})


@pytest.mark.usefixtures("stack_config")
def test_get_looks_up_one_endpoint_without_its_secret(emulator: EmulatorClient) -> None:
    (made,) = emulator.seed(1)
    found = dynamic.get_webhook_endpoint(made)
    assert found.webhook_endpoint_id == made
    assert found.url == "https://example.com/seed/0"
    assert emulator.truth()[made]["signing_secret"] not in repr(found)


@pytest.mark.usefixtures("stack_config")
def test_list_looks_up_all_endpoints(emulator: EmulatorClient) -> None:
    made = emulator.seed(120)
    found = dynamic.list_webhook_endpoints()
    assert {one.webhook_endpoint_id for one in found} == set(made)
