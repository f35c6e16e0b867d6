"""What a user of the plugin door reads when something is wrong."""

from collections.abc import Callable

from support.emulator import READ_ONLY_KEY, EmulatorClient
from support.programs import Program
from support.stack import Deployment


def test_a_missing_key_is_told_at_preview(deploy: Callable[..., Deployment], emulator: EmulatorClient) -> None:
    deployment = deploy(Program("plugin"), {"apiKey": " "}, variables={"KINETIC_API_KEY": ""})
    deployment.stack.remove_config("kinetic:apiKey")
    printed = deployment.fails(deployment.preview)
    assert "the API key is missing: set it with `pulumi config set --secret kinetic:apiKey" in printed
    assert "Traceback" not in printed
    assert emulator.requests() == []


def test_bad_inputs_are_told_together_at_preview(deploy: Callable[..., Deployment], emulator: EmulatorClient) -> None:
    program = Program("plugin", url="http://u:hunter2@example.com#x", enabled_events=[], status="paused")
    deployment = deploy(program)
    printed = deployment.fails(deployment.preview)
    for part in ("url must not contain a user name", "must not be empty", 'must be "enabled" or "disabled"'):
        assert part in printed
    assert "hunter2" not in printed
    assert "Traceback" not in printed
    assert emulator.requests() == []


def test_an_error_of_the_api_is_told_without_a_traceback(
    deploy: Callable[..., Deployment], emulator: EmulatorClient
) -> None:
    deployment = deploy(Program("plugin"), {"apiKey": READ_ONLY_KEY})
    printed = deployment.fails(deployment.up)
    assert "the API key lacks the scope webhook_endpoints:write (403)" in printed
    assert str(emulator.requests("POST")[-1]["request_id"]) in printed
    assert "Traceback" not in printed
    assert emulator.truth() == {}
