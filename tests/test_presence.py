"""Nothing leaves the state but on the word of an API that proves itself, and of the state's own account."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import pytest

from pulumi_kinetic import errors, presence
from pulumi_kinetic.emulator.request_log import LogEntry
from pulumi_kinetic.emulator.server import Server
from pulumi_kinetic.endpoint import State
from pulumi_kinetic.lifecycle import Lifecycle
from support.accounts import OTHER_KEY, READER_KEY, ROTATED_KEY, two_organizations
from support.declarations import declared
from support.emulator import EmulatorClient
from support.runs import Run
from support.waiting import wait_until

GATEWAY = {"status": 404, "commit": False, "times": 99, "body": '{"error": {"code": "not_found"}}'}
Operation = Callable[[Lifecycle, str, State], object]
OPERATIONS: dict[str, Operation] = {
    "read": lambda life, endpoint_id, state: life.read(endpoint_id, state),
    "update": lambda life, endpoint_id, state: life.update(endpoint_id, state, declared(status="disabled")),
    "delete": lambda life, endpoint_id, state: life.delete(endpoint_id, state),
}


@pytest.fixture(autouse=True)
def _organizations(emulator: EmulatorClient) -> None:
    two_organizations(emulator)


@pytest.fixture
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "WAIT_SECONDS", 0.0)


@pytest.fixture
def made(run: Run) -> list[tuple[str, State]]:
    """What an earlier run has made: three endpoints."""
    life = run()
    return [life.create(declared(idempotencyKey=f"key-{number}")) for number in range(3)]


def listings(emulator: EmulatorClient) -> list[LogEntry]:
    return [request for request in emulator.requests("GET") if request["path"] == "/v1/webhook_endpoints"]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_gateway_that_answers_not_found_to_all_proves_nothing(
    life: Lifecycle, emulator: EmulatorClient, operation: str
) -> None:
    endpoint_id, state = life.create(declared())
    emulator.faults(GATEWAY)
    with pytest.raises(errors.UnreadableAnswerError, match=r"not_found.*list webhook endpoints.*\nNothing was changed"):
        OPERATIONS[operation](life, endpoint_id, state)
    assert list(emulator.truth()) == [endpoint_id]


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize(
    "collection",
    [
        {"status": 200, "body": '{"data": []}'},
        {"status": 200, "body": "[]"},
        {"status": 200, "body": "<html>", "content_type": "text/html"},
        {"status": 403},
        {"status": 401},
    ],
    ids=str,
)
def test_a_collection_that_does_not_answer_as_documented_proves_nothing(
    life: Lifecycle, emulator: EmulatorClient, collection: dict[str, Any], operation: str
) -> None:
    endpoint_id, state = life.create(declared())
    emulator.remove(endpoint_id)
    passed = 1 if operation == "read" else 0  # the read of the endpoint itself
    emulator.faults({"method": "GET", "skip": passed, "commit": False, "times": 9, **collection})
    with pytest.raises(errors.UnreadableAnswerError, match="isn't taken as a deletion"):
        OPERATIONS[operation](life, endpoint_id, state)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_gateway_that_carries_the_collection_alone_proves_nothing(
    life: Lifecycle, emulator: EmulatorClient, operation: str
) -> None:
    endpoint_id, state = life.create(declared())
    emulator.faults({**GATEWAY, "path": f"/v1/webhook_endpoints/{endpoint_id}"})
    with pytest.raises(errors.UnreadableAnswerError, match=f"the API lists {endpoint_id}, but answers not_found"):
        OPERATIONS[operation](life, endpoint_id, state)
    assert list(emulator.truth()) == [endpoint_id]


def test_the_proof_is_made_once_a_run(run: Run, made: list[tuple[str, State]], emulator: EmulatorClient) -> None:
    for endpoint_id, _ in made[1:]:
        emulator.remove(endpoint_id)
    emulator.clear_log()
    life = run()
    with ThreadPoolExecutor() as pool:
        read = list(pool.map(lambda endpoint: life.read(*endpoint), made))
    assert [state is None for state in read] == [False, True, True]
    assert len(listings(emulator)) == 1


@pytest.mark.usefixtures("_no_waits")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_key_of_another_organization_deletes_nothing(
    run: Run, made: list[tuple[str, State]], emulator: EmulatorClient, operation: str
) -> None:
    life = run(api_key=OTHER_KEY)
    life.create(declared())  # what this run creates there proves nothing
    for endpoint_id, state in made:
        with pytest.raises(errors.AccountMismatchError) as raised:
            OPERATIONS[operation](life, endpoint_id, state)
        assert f"doesn't exist at {emulator.url} with this API key (404); the state has it from there" in str(
            raised.value
        )
        assert "with another API key" in str(raised.value)
        assert "`pulumi state delete URN`" in str(raised.value)
        assert OTHER_KEY not in str(raised.value)
    assert {endpoint_id for endpoint_id, _ in made} < set(emulator.truth())


@pytest.mark.usefixtures("_no_waits")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_another_base_url_deletes_nothing_and_both_are_named(
    run: Run, made: list[tuple[str, State]], emulator: EmulatorClient, operation: str
) -> None:
    with Server() as elsewhere:
        life = run(base_url=elsewhere.url)
        with pytest.raises(
            errors.AccountMismatchError, match=f"at {elsewhere.url} .* the state has it from {emulator.url}"
        ):
            OPERATIONS[operation](life, *made[0])


def test_the_only_endpoint_deleted_by_hand_is_gone_under_the_states_own_key(
    life: Lifecycle, emulator: EmulatorClient
) -> None:
    endpoint_id, state = life.create(declared())
    emulator.remove(endpoint_id)
    assert life.read(endpoint_id, state) is None
    life.delete(endpoint_id, state)
    with pytest.raises(errors.NotFoundError, match="It was deleted outside Pulumi"):
        life.update(endpoint_id, state, declared(status="disabled"))


@pytest.mark.usefixtures("_no_waits")
@pytest.mark.parametrize("key", [ROTATED_KEY, READER_KEY])
def test_under_a_rotated_key_a_miss_counts_once_another_endpoint_was_found(
    run: Run, made: list[tuple[str, State]], emulator: EmulatorClient, key: str
) -> None:
    emulator.remove(made[0][0])
    life = run(api_key=key)
    with pytest.raises(errors.AccountMismatchError):
        life.read(*made[0])
    assert life.read(*made[1]) is not None
    assert life.read(*made[0]) is None


def test_another_endpoint_that_is_found_a_moment_later_counts_too(
    run: Run, made: list[tuple[str, State]], emulator: EmulatorClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "WAIT_SECONDS", 60.0)
    emulator.remove(made[0][0])
    emulator.clear_log()
    life = run(api_key=ROTATED_KEY)
    with ThreadPoolExecutor() as pool:
        missing = pool.submit(life.read, *made[0])
        waiting = life._presence  # noqa: SLF001 nothing that can be asked shows that it waits
        wait_until(lambda: waiting._judge_by is not None, "the miss to wait for another endpoint")  # noqa: SLF001
        assert life.read(*made[1]) is not None
        assert missing.result(timeout=50) is None


@pytest.mark.usefixtures("_no_waits")
def test_another_endpoint_of_the_state_that_is_listed_counts_too(
    run: Run, made: list[tuple[str, State]], emulator: EmulatorClient
) -> None:
    emulator.remove(made[0][0])
    life = run(api_key=ROTATED_KEY)
    life.diff(*made[1], declared(idempotencyKey="key-1"))
    life.delete(*made[0])


def test_an_endpoint_found_under_a_new_key_brings_its_account_up_to_date(
    run: Run, made: list[tuple[str, State]], emulator: EmulatorClient
) -> None:
    endpoint_id, state = made[0]
    after = run(api_key=ROTATED_KEY).read(endpoint_id, state)
    assert after is not None
    assert {**after, "account": ""} == {**state, "account": ""}
    assert after["account"] != state["account"]
    emulator.remove(endpoint_id)
    assert run(api_key=ROTATED_KEY).read(endpoint_id, after) is None


def test_an_update_under_a_new_key_brings_the_account_up_to_date_too(
    run: Run, made: list[tuple[str, State]], emulator: EmulatorClient
) -> None:
    endpoint_id, state = made[0]
    after = run(api_key=ROTATED_KEY).update(endpoint_id, state, declared(status="disabled"))
    emulator.remove(endpoint_id)
    assert run(api_key=ROTATED_KEY).read(endpoint_id, after) is None


@pytest.mark.usefixtures("_no_waits")
def test_what_a_wrong_key_has_made_is_no_proof_that_the_rest_is_gone(
    run: Run, made: list[tuple[str, State]], emulator: EmulatorClient
) -> None:
    there, there_state = run(api_key=OTHER_KEY).create(declared(idempotencyKey="key-9"))
    life = run(api_key=OTHER_KEY)
    assert life.read(there, there_state) is not None
    with pytest.raises(errors.AccountMismatchError):
        life.read(*made[0])
    home = run()
    assert home.read(*made[0]) is not None
    with pytest.raises(errors.AccountMismatchError):
        home.read(there, there_state)
    assert there in emulator.truth()


def without_account(state: State) -> State:
    """As release 0.1.0 has written it."""
    return cast("State", {name: value for name, value in state.items() if name != "account"})


@pytest.mark.usefixtures("_no_waits")
def test_of_an_earlier_releases_states_none_is_dropped_where_none_is_found(
    run: Run, made: list[tuple[str, State]]
) -> None:
    life = run(api_key=OTHER_KEY)
    for endpoint_id, state in made:
        life.diff(endpoint_id, without_account(state), declared())
    for endpoint_id, state in made:
        with pytest.raises(errors.AccountMismatchError, match="the state doesn't say with which key it was made"):
            life.read(endpoint_id, without_account(state))


@pytest.mark.usefixtures("_no_waits")
def test_the_only_endpoint_of_an_earlier_releases_state_may_be_gone(
    run: Run, made: list[tuple[str, State]], emulator: EmulatorClient
) -> None:
    endpoint_id, state = made[0]
    emulator.remove(endpoint_id)
    assert run().read(endpoint_id, without_account(state)) is None


def test_an_import_of_what_does_not_exist_needs_the_proof_alone(run: Run, emulator: EmulatorClient) -> None:
    assert run().read("we_missing", {}) is None
    emulator.faults(GATEWAY)
    with pytest.raises(errors.UnreadableAnswerError):
        run().read("we_missing", {})


def test_a_key_that_may_only_read_sees_what_was_deleted_by_hand(
    run: Run, made: list[tuple[str, State]], emulator: EmulatorClient
) -> None:
    emulator.remove(made[2][0])
    emulator.clear_log()
    life = run(api_key=READER_KEY)
    with ThreadPoolExecutor() as pool:
        read = list(pool.map(lambda endpoint: life.read(*endpoint), made))
    assert [state is None for state in read] == [False, False, True]
    assert {(request["method"], request["status"]) for request in emulator.requests()} == {("GET", 200), ("GET", 404)}
