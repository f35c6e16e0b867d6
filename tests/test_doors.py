"""What holds at both doors alike."""

import uuid
from collections.abc import Callable, Iterator

import pytest

from pulumi_kinetic.values import UNKNOWN
from support.diff_cases import CASES, Case, inputs
from support.doors import DOORS, Door, message, open_records
from support.emulator import KEY, PRODUCTION_KEY, READ_ONLY_KEY, EmulatorClient

NEWS = {"url": "https://example.com/hooks", "enabledEvents": ["b", "a"]}
Open = Callable[..., Door]


@pytest.fixture(params=DOORS, ids=["dynamic", "plugin"], scope="module")
def kind(request: pytest.FixtureRequest) -> Open:
    made: Open = request.param
    return made


@pytest.fixture
def door(kind: Open, config: dict[str, str]) -> Iterator[Door]:
    with kind(config) as opened:
        yield opened


@pytest.fixture(scope="module")
def shared_door(kind: Open) -> Iterator[Door]:
    """For what makes no request."""
    with kind({"apiKey": KEY}) as opened:
        yield opened


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_diff_agrees_with_the_table(shared_door: Door, case: Case) -> None:
    state = {**inputs(case.declared_before), "signingSecret": "s", "environment": "sandbox"}
    assert shared_door.diff("we_1", state, inputs(case.declared_now)) == (bool(case.differing), [])


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("url", 5, "must be a string"),
        ("url", True, "must be a string"),
        ("url", ["https://a.example"], "must be a string"),
        ("enabledEvents", "a", "must be a list of event names"),
        ("enabledEvents", {"a": 1}, "must be a list of event names"),
        ("enabledEvents", [1], "must contain event names only"),
        ("enabledEvents", [None], "must contain event names only"),
        ("status", True, 'must be "enabled" or "disabled"'),
        ("adopt", "", "must be the id of an existing endpoint"),
        ("adopt", "whsec_s3cr3t", "must be the id of an existing endpoint"),
        ("existingSigningSecret", ["whsec_s3cr3t"], "must be the signing secret itself"),
    ],
)
def test_a_value_of_the_wrong_type_is_one_line_that_names_the_property(
    shared_door: Door, name: str, value: object, words: str
) -> None:
    _, ((named, reason),) = shared_door.check({}, {**NEWS, "adopt": "we_1", name: value})
    line = f"{named} {reason}".strip()
    assert line.startswith(f"{name} {words}")
    assert "\n" not in line
    assert "s3cr3t" not in line


DRIFTED = {"url": "http://localhost/#part", "enabledEvents": ["*", "a"], "status": "suspended"}


def test_drift_that_the_program_ignores_blocks_no_run(kind: Open) -> None:
    with kind({"apiKey": PRODUCTION_KEY, "baseUrl": "https://api.example"}) as door:
        olds = {**DRIFTED, "idempotencyKey": "key-1"}
        assert door.check(olds, DRIFTED) == (olds, [])
        _, failures = door.check({}, DRIFTED)
        assert len(failures) == len(DRIFTED)


def test_a_whole_life(door: Door, emulator: EmulatorClient) -> None:
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


def test_the_second_check_of_a_replacement_brings_a_new_key(shared_door: Door) -> None:
    first, _ = shared_door.check({}, NEWS)
    second, _ = shared_door.check({}, NEWS)
    assert first["idempotencyKey"] != second["idempotencyKey"]


def test_drift_is_shown_in_the_inputs_too(door: Door, emulator: EmulatorClient) -> None:
    checked, _ = door.check({}, NEWS)
    endpoint_id, state = door.create(checked)
    emulator.edit(endpoint_id, status="disabled")
    assert door.read(endpoint_id, state) == (
        endpoint_id,
        {**state, "status": "disabled"},
        {**checked, "status": "disabled"},
    )


def test_unknown_values_pass_check_and_count_as_changed(shared_door: Door) -> None:
    state = {**inputs({}), "signingSecret": "s", "environment": "sandbox"}
    checked, failures = shared_door.check(inputs({}), {**NEWS, "url": UNKNOWN, "enabledEvents": ["a", UNKNOWN]})
    assert (failures, checked["url"]) == ([], UNKNOWN)
    assert shared_door.diff("we_1", state, checked) == (True, [])


def test_mistakes_are_reported_together_and_each_names_its_property(shared_door: Door) -> None:
    _, failures = shared_door.check({}, {"url": "https://u:hunter2@a.example", "enabledEvents": [], "status": "paused"})
    assert [property_name for property_name, _ in failures] == ["", "enabledEvents", "status"]
    assert failures[0][1].startswith("url must not contain a user name or password")
    assert "hunter2" not in str(failures)


def test_the_key_comes_from_the_environment_too(kind: Open, emulator: EmulatorClient) -> None:
    variables = {"KINETIC_API_KEY": KEY, "KINETIC_BASE_URL": emulator.url}
    with kind({}, variables) as door:
        assert door.create(door.check({}, NEWS)[0])[0] in emulator.truth()


def test_an_error_ends_in_what_failed_and_what_to_do_about_it(
    kind: Open, config: dict[str, str], emulator: EmulatorClient
) -> None:
    with kind({**config, "apiKey": READ_ONLY_KEY}) as door:
        text = message(lambda: door.create(inputs({})))
    problem, advice = text.strip().splitlines()[-2:]
    assert problem.endswith(
        'could not create a webhook endpoint for "https://example.com": the API key lacks the scope '
        "webhook_endpoints:write (403). The server says: forbidden; the API key lacks the scope "
        f"webhook_endpoints:write (request id {emulator.requests()[-1]['request_id']})"
    )
    assert advice == "Use a key that has it. Nothing was created."
    assert "client.py" not in text
    assert len(text.splitlines()) < 12
    assert emulator.truth() == {}


def test_a_defect_is_told_without_its_values(kind: Open, config: dict[str, str]) -> None:
    with kind(config) as door:
        text = message(lambda: door.create({"url": "https://a.example/SECRET"}))
    assert "could not create the endpoint: unexpected KeyError in _create, line" in text
    assert "SECRET" not in text


def test_the_other_environments_state_is_refused(kind: Open, config: dict[str, str], emulator: EmulatorClient) -> None:
    state = {**inputs({}), "environment": "sandbox"}
    with kind({**config, "apiKey": PRODUCTION_KEY}) as door:
        assert "belongs to the sandbox environment" in message(lambda: door.diff("we_1", state, inputs({})))
    assert emulator.requests() == []


def test_a_replacement_that_still_adopts_is_refused(door: Door, emulator: EmulatorClient) -> None:
    (made,) = emulator.seed(1)
    adopted = inputs({"adopt": made})
    door.check(adopted, adopted)
    news, _ = door.check({}, adopted)
    assert "remove `adopt` first" in message(lambda: door.create(news))
    assert list(emulator.truth()) == [made]


def test_a_half_made_endpoint_is_returned_with_its_secret_and_a_warning(
    kind: Open, config: dict[str, str], emulator: EmulatorClient
) -> None:
    emulator.faults({"method": "PATCH", "status": 400, "commit": False})
    declared = inputs({"status": "disabled"})
    with kind(config) as door:
        endpoint_id, state = door.create(declared)
        (truth,) = emulator.truth().values()
        assert endpoint_id == truth["webhook_endpoint_id"]
        assert (state["signingSecret"], state["status"]) == (truth["signing_secret"], "enabled")
        assert door.diff(endpoint_id, state, declared) == (True, [])
        assert door.update(endpoint_id, state, declared)["status"] == "disabled"
    assert emulator.truth()[endpoint_id]["status"] == "disabled"
    assert f"{endpoint_id} was created, but isn't as declared yet" in door.stderr


def test_plain_http_to_another_machine_is_warned_of_once(kind: Open) -> None:
    with kind({"apiKey": KEY, "baseUrl": "http://a.example"}) as door:
        door.check({}, NEWS)
        door.check({}, NEWS)
    assert door.stderr.count("cross the network unencrypted") == 1


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("HTTPS_PROXY", "socks5://u:hunter2@127.0.0.1:9", "needs one more package: pip install 'httpx[socks]'"),
        ("ALL_PROXY", "127.0.0.1:port", "isn't the URL of a proxy"),
        ("SSL_CERT_FILE", "/nowhere", 'isn\'t there. Given: "/nowhere"'),
    ],
)
def test_what_the_environment_spoils_is_told_by_the_first_request(
    kind: Open, name: str, value: str, problem: str
) -> None:
    with kind({"apiKey": KEY, "baseUrl": "https://a.example"}, {name: value}) as door:
        checked, failures = door.check({}, NEWS)
        assert failures == []
        text = message(lambda: door.create(checked))
    assert f"{name} {problem}" in text
    assert "hunter2" not in text
    assert "defect" not in text
    assert open_records() == []  # nothing was sent
