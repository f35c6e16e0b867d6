"""The pickled provider that every state of the dynamic door holds."""

import base64
import pickle
import pickletools
from collections.abc import Iterator

import pytest
from pulumi.runtime.proto import provider_pb2 as messages

from pulumi_kinetic import dynamic
from support.diff_cases import inputs
from support.doors import PROVIDER, DynamicDoor, plain, struct
from support.emulator import KEY, EmulatorClient


@pytest.fixture
def door(config: dict[str, str]) -> Iterator[DynamicDoor]:
    with DynamicDoor(config) as opened:
        yield opened


@pytest.fixture(scope="module")
def shared_door() -> Iterator[DynamicDoor]:
    """For what makes no request."""
    with DynamicDoor({"apiKey": KEY}) as opened:
        yield opened


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
