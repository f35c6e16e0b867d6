import base64
import pickle
import pickletools
import uuid
from collections.abc import Callable, Iterator

import grpc
import pulumi
import pytest

from cases import CASES, Case, inputs
from control import KEY, PRODUCTION_KEY, READ_ONLY_KEY, Emulator
from door import PROVIDER, DynamicDoor
from pulumi_kinetic import dynamic
from pulumi_kinetic.endpoint import UNKNOWN

NEWS = {"url": "https://example.com/hooks", "enabledEvents": ["b", "a"], "idempotencyKey": ""}


@pytest.fixture
def config(emulator: Emulator) -> dict[str, str]:
    return {"apiKey": KEY, "baseUrl": emulator.url, "timeoutSeconds": "5", "maxRetries": "1"}


@pytest.fixture
def door(config: dict[str, str]) -> Iterator[DynamicDoor]:
    with DynamicDoor(config) as opened:
        yield opened


@pytest.fixture(scope="module")
def shared_door() -> Iterator[DynamicDoor]:
    """For what makes no request."""
    with DynamicDoor({"apiKey": KEY}) as opened:
        yield opened


def message(call: Callable[[], object]) -> str:
    with pytest.raises(grpc.RpcError) as raised:
        call()
    return str(raised.value.details())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_diff_agrees_with_the_table(shared_door: DynamicDoor, case: Case) -> None:
    state = {**inputs(case.declared_before), "signingSecret": "s", "environment": "sandbox"}
    assert shared_door.diff("we_1", state, inputs(case.declared_now)) == (bool(case.differing), [])


def test_a_whole_life(door: DynamicDoor, emulator: Emulator) -> None:
    checked, failures = door.check({}, NEWS)
    assert failures == []
    assert uuid.UUID(checked["idempotencyKey"]).version == 4
    endpoint_id, state = door.create(checked)
    truth = emulator.truth()[endpoint_id]
    assert state["signingSecret"] == truth["signing_secret"]
    assert door.read(endpoint_id, state) == (endpoint_id, state, checked)
    later, _ = door.check(checked, {**NEWS, "status": "disabled"})
    assert later["idempotencyKey"] == checked["idempotencyKey"]
    assert door.diff(endpoint_id, state, later) == (True, [])
    state = door.update(endpoint_id, state, later)
    assert (state["signingSecret"], state["status"]) == (truth["signing_secret"], "disabled")
    assert door.diff(endpoint_id, state, later) == (False, [])
    door.delete(endpoint_id, state)
    assert emulator.truth() == {}
    assert door.read(endpoint_id, state) == ("", {}, {})


def test_the_second_check_of_a_replacement_brings_a_new_key(shared_door: DynamicDoor) -> None:
    first, _ = shared_door.check({}, NEWS)
    second, _ = shared_door.check({}, NEWS)
    assert first["idempotencyKey"] != second["idempotencyKey"]


def test_drift_is_shown_in_the_inputs_too(door: DynamicDoor, emulator: Emulator) -> None:
    checked, _ = door.check({}, NEWS)
    endpoint_id, state = door.create(checked)
    emulator.edit(endpoint_id, status="disabled")
    assert door.read(endpoint_id, state) == (
        endpoint_id,
        {**state, "status": "disabled"},
        {**checked, "status": "disabled"},
    )


def test_unknown_values_pass_check_and_count_as_changed(shared_door: DynamicDoor) -> None:
    state = {**inputs({}), "signingSecret": "s", "environment": "sandbox"}
    checked, failures = shared_door.check(inputs({}), {**NEWS, "url": UNKNOWN, "enabledEvents": ["a", UNKNOWN]})
    assert (failures, checked["url"]) == ([], UNKNOWN)
    assert shared_door.diff("we_1", state, checked) == (True, [])


def test_mistakes_are_reported_together_and_each_names_its_property(shared_door: DynamicDoor) -> None:
    _, failures = shared_door.check({}, {"url": "https://u:hunter2@a.example", "enabledEvents": [], "status": "paused"})
    assert [property_name for property_name, _ in failures] == ["", "enabledEvents", "status"]
    assert failures[0][1].startswith("url must not hold a user name or password")
    assert "hunter2" not in str(failures)


def test_missing_settings_are_reported_by_check_beside_the_inputs_mistakes() -> None:
    with DynamicDoor({"timeoutSeconds": "soon"}, {"KINETIC_API_KEY": ""}) as door:
        _, failures = door.check({}, {**NEWS, "status": "paused"})
        assert [reason.split()[0] for _, reason in failures] == ["the", "kinetic:timeoutSeconds", "must"]
        assert "the API key is missing" in message(lambda: door.create(NEWS))


def test_the_key_comes_from_the_environment_too(emulator: Emulator) -> None:
    variables = {"KINETIC_API_KEY": KEY, "KINETIC_BASE_URL": emulator.url}
    with DynamicDoor({}, variables) as door:
        assert door.create(door.check({}, NEWS)[0])[0] in emulator.truth()


def test_an_error_ends_in_one_line_that_says_it_all(config: dict[str, str], emulator: Emulator) -> None:
    with DynamicDoor({**config, "apiKey": READ_ONLY_KEY}) as door:
        text = message(lambda: door.create(inputs({})))
    last_line = text.strip().splitlines()[-1]
    assert last_line.endswith(
        ': could not create a webhook endpoint for "https://example.com/hooks": the API key lacks the scope '
        "webhook_endpoints:write (403). The server says: forbidden; the API key lacks the scope "
        f"webhook_endpoints:write (request id {emulator.requests()[-1]['request_id']})"
    )
    assert "client.py" not in text
    assert len(text.splitlines()) < 12
    assert emulator.truth() == {}


def test_a_defect_is_told_without_its_values(config: dict[str, str]) -> None:
    with DynamicDoor(config) as door:
        text = message(lambda: door.create({"url": "https://a.example/SECRET"}))
    assert "could not create the endpoint: unexpected KeyError in _post, line" in text
    assert "SECRET" not in text


def test_a_half_made_endpoint_is_deleted_again(door: DynamicDoor, emulator: Emulator) -> None:
    emulator.faults({"method": "PATCH", "status": 400, "commit": False})
    text = message(lambda: door.create(inputs({"status": "disabled"})))
    assert "It was deleted again: nothing is left behind" in text
    assert emulator.truth() == {}


def test_the_other_environments_state_is_refused(config: dict[str, str], emulator: Emulator) -> None:
    state = {**inputs({}), "environment": "sandbox"}
    with DynamicDoor({**config, "apiKey": PRODUCTION_KEY}) as door:
        assert "belongs to the sandbox environment" in message(lambda: door.diff("we_1", state, inputs({})))
    assert emulator.requests() == []


def test_adoption_warns_on_stderr_where_the_engine_shows_it(config: dict[str, str], emulator: Emulator) -> None:
    (made,) = emulator.seed(1)
    with DynamicDoor(config) as door:
        door.create(inputs({"adopt": made}))
    assert f"warning: {made} is adopted without its signing secret" in door.stderr


def test_a_replacement_that_still_adopts_is_refused(door: DynamicDoor, emulator: Emulator) -> None:
    (made,) = emulator.seed(1)
    adopted = inputs({"adopt": made})
    door.check(adopted, adopted)
    news, _ = door.check({}, adopted)
    assert "remove `adopt` first" in message(lambda: door.create(news))
    assert list(emulator.truth()) == [made]


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
    assert shared_door.diff("we_1", state, inputs({}), saved_by=saved_by) == (False, [])


# -- the look-ups, in the program's process ----------------------------------------------------------------


@pytest.fixture
def stack_config(emulator: Emulator) -> Iterator[None]:
    pulumi.runtime.set_all_config({"kinetic:apiKey": KEY, "kinetic:baseUrl": emulator.url})
    yield
    pulumi.runtime.set_all_config({})


@pytest.mark.usefixtures("stack_config")
def test_get_looks_up_one_endpoint_without_its_secret(emulator: Emulator) -> None:
    (made,) = emulator.seed(1)
    found = dynamic.get_webhook_endpoint(made)
    assert found.webhook_endpoint_id == made
    assert found.url == "https://example.com/seed/0"
    assert emulator.truth()[made]["signing_secret"] not in repr(found)


@pytest.mark.usefixtures("stack_config")
def test_list_looks_up_all_endpoints(emulator: Emulator) -> None:
    made = emulator.seed(120)
    found = dynamic.list_webhook_endpoints()
    assert {one.webhook_endpoint_id for one in found} == set(made)
