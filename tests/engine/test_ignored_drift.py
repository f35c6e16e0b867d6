"""What the server has set, and no program may declare: it never blocks a stack."""

from collections.abc import Callable, Iterator

import pulumi
import pytest

from support.emulator import PRODUCTION_KEY
from support.programs import Program
from support.rewriting_api import COLLECTION, RewritingApi, rewriting_api
from support.stack import Deployment

DRIFT = {"url": "http://localhost/#part", "enabled_events": ["*", "a"], "status": "suspended"}


@pytest.fixture
def api() -> Iterator[RewritingApi]:
    with rewriting_api() as serving:
        yield serving


@pytest.mark.parametrize("door", ["dynamic", "plugin"])
def test_ignored_drift_stays_quiet(deploy: Callable[..., Deployment], api: RewritingApi, door: str) -> None:
    ignored = ["url", "enabledEvents", "status"] if door == "plugin" else list(DRIFT)
    program = Program(door, opts=pulumi.ResourceOptions(ignore_changes=ignored))
    deployment = deploy(program, {"baseUrl": api.url, "apiKey": PRODUCTION_KEY})
    deployment.up()
    (endpoint_id,) = api.endpoints
    api.edit(endpoint_id, **DRIFT)
    for _ in range(2):
        deployment.up(refresh=True)
        deployment.expect_clean()
    assert [method for method, _ in api.writes] == ["POST"]

    program.arguments["opts"] = pulumi.ResourceOptions(ignore_changes=["status"])
    deployment.up_clean()
    assert api.writes[1:] == [("PATCH", {"url": program.arguments["url"], "enabled_events": ["a", "b"]})]
    assert api.endpoints[endpoint_id]["status"] == "suspended"


def test_an_import_of_what_no_program_may_declare_is_not_blocked(
    deploy: Callable[..., Deployment], api: RewritingApi
) -> None:
    endpoint_id = api.answer("POST", COLLECTION, DRIFT)[1]["webhook_endpoint_id"]
    program = Program("plugin", **DRIFT, opts=pulumi.ResourceOptions(import_=endpoint_id))
    deployment = deploy(program, {"baseUrl": api.url, "apiKey": PRODUCTION_KEY})
    deployment.up_clean()
    program.arguments["opts"] = None
    deployment.up_clean()
    assert [method for method, _ in api.writes] == ["POST"]
