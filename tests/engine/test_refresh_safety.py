"""Nothing leaves the state but on the API's word, and the wrong key does nothing."""

from collections.abc import Callable
from typing import Any

import pytest

from support.emulator import PRODUCTION_KEY, READ_ONLY_KEY, EmulatorClient
from support.programs import Program, expect_truth
from support.stack import Deployment

HTML = {"commit": False, "content_type": "text/html", "body": "<html><title>404 Not Found</title>nginx</html>"}


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 404, **HTML},
        {"status": 404, "commit": False},
        {"status": 404, "commit": False, "body": '{"error": "no such route"}'},
        {"status": 200, **HTML},
        {"status": 200, "commit": False, "body": "{}"},
        {"status": 401, "commit": False},
        {"status": 403, "commit": False},
        {"status": 500, "commit": False},
        {"drop": True},
    ],
    ids=str,
)
def test_a_refresh_removes_nothing_on_anothers_word(
    deploy: Callable[..., Deployment], emulator: EmulatorClient, fault: dict[str, Any]
) -> None:
    deployment = deploy(Program())
    deployment.up()
    before = deployment.resources()
    emulator.faults({"method": "GET", "times": 9, **fault})
    assert "could not read webhook endpoint" in deployment.fails(deployment.refresh)
    after = deployment.resources()
    assert after["orders"]["outputs"] == before["orders"]["outputs"]
    emulator.faults()
    deployment.expect_clean()
    expect_truth(deployment, emulator)


def test_the_other_environments_key_is_refused_before_any_request(
    deploy: Callable[..., Deployment], emulator: EmulatorClient
) -> None:
    program = Program()
    deployment = deploy(program)
    deployment.up()
    deployment.configure("kinetic:apiKey", PRODUCTION_KEY)
    emulator.clear_log()
    for run in (deployment.preview, deployment.up, deployment.refresh, deployment.destroy):
        shown = deployment.fails(run)
        assert "belongs to the sandbox environment, but the API key is of production" in shown
    assert emulator.requests() == []
    deployment.configure("kinetic:apiKey", "md_test_emulator")
    deployment.up_clean()


def test_a_key_that_may_only_read_can_refresh_and_changes_nothing(
    deploy: Callable[..., Deployment], emulator: EmulatorClient
) -> None:
    program = Program()
    deployment = deploy(program)
    deployment.up()
    truth = emulator.truth()
    deployment.configure("kinetic:apiKey", READ_ONLY_KEY)
    deployment.expect_clean()
    program.arguments["status"] = "disabled"
    assert "lacks the scope webhook_endpoints:write (403)" in deployment.fails(deployment.up)
    assert "lacks the scope webhook_endpoints:write (403)" in deployment.fails(deployment.destroy)
    assert emulator.truth() == truth
