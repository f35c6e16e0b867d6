from collections.abc import Mapping
from typing import Any

import pytest
from pulumi.runtime.proto import errors_pb2, status_pb2  # noqa: F401 errors_pb2 registers what details may hold
from pulumi.runtime.proto import provider_pb2 as messages

from pulumi_kinetic.values import UNKNOWN
from support.diff_cases import inputs
from support.doors import PROVIDER_URN, URN, PluginDoor, message, open_records, plain, secret, struct
from support.emulator import KEY, PRODUCTION_KEY, EmulatorClient


def configured(door: PluginDoor, news: Mapping[str, Any]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    answer = door.stub.CheckConfig(messages.CheckRequest(urn=PROVIDER_URN, news=struct(news)))
    return plain(answer.inputs), [(failure.property, failure.reason) for failure in answer.failures]


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
        error = message(lambda: door.stub.Configure(messages.ConfigureRequest(urn=PROVIDER_URN)))
    assert "the API key is missing" in error


@pytest.mark.parametrize(
    ("news", "changed"),
    [
        ({"apiKey": "md_test_other"}, ["apiKey"]),
        ({"baseUrl": "https://b.example"}, ["baseUrl"]),
        ({"version": "0.2.0"}, []),
    ],
)
def test_no_change_of_the_configuration_replaces(
    shared_plugin_door: PluginDoor, news: dict[str, str], changed: list[str]
) -> None:
    olds = {"apiKey": KEY, "baseUrl": "https://a.example"}
    request = messages.DiffRequest(urn=PROVIDER_URN, old_inputs=struct(olds), news=struct({**olds, **news}))
    answer = shared_plugin_door.stub.DiffConfig(request)
    expected = messages.DiffResponse.DIFF_SOME if changed else messages.DiffResponse.DIFF_NONE
    assert (answer.changes, list(answer.diffs), list(answer.replaces)) == (expected, changed, [])


def test_the_journal_names_the_stack_and_the_resource(plugin_door: PluginDoor, emulator: EmulatorClient) -> None:
    emulator.faults({"method": "POST", "drop": True, "times": 2})
    checked, _ = plugin_door.check({}, inputs({}))
    assert "pulumi-kinetic recover" in message(lambda: plugin_door.create(checked))
    record = open_records()[0]
    assert (record.address.project, record.address.stack, record.address.resource) == ("shop", "dev", URN)


def test_what_needs_a_configuration_says_so() -> None:
    with PluginDoor({}, configure=False) as door:
        assert "isn't configured yet" in message(lambda: door.create(inputs({})))


def test_two_providers_see_two_environments(config: dict[str, str], emulator: EmulatorClient) -> None:
    with PluginDoor(config) as sandbox, PluginDoor({**config, "apiKey": PRODUCTION_KEY}) as production:
        assert sandbox.create(inputs({}))[1]["environment"] == "sandbox"
        assert production.create(inputs({"idempotencyKey": "other"}))[1]["environment"] == "production"
    assert sorted(endpoint["environment"] for endpoint in emulator.truth().values()) == ["production", "sandbox"]
