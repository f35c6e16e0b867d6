"""A run uses the key that it was given, not the one of the run before; the old key is revoked in each test."""

from collections.abc import Callable

import pulumi
import pytest

from support.emulator import KEY, PRODUCTION_KEY, EmulatorClient
from support.programs import URL, Program, expect_truth
from support.sdk import RESOURCE_BY_DOOR, Provider, WebhookEndpoint
from support.stack import Deployment

OLD, NEW = "md_test_old", "md_test_new"
CHANGED = "https://example.com/changed"


class WithProvider:
    """One endpoint by an explicit provider, whose key and URL a test may change between runs."""

    def __init__(self, emulator: EmulatorClient, key: str) -> None:
        self.base_url = emulator.url
        self.key = key
        self.url = URL

    def __call__(self) -> None:
        provider = Provider("kinetic", api_key=pulumi.Output.secret(self.key), base_url=self.base_url, max_retries=0)
        WebhookEndpoint("orders", url=self.url, opts=pulumi.ResourceOptions(provider=provider))


def rotate(emulator: EmulatorClient) -> None:
    """The old key is refused from now on."""
    emulator.keys(**{NEW: {}})
    emulator.clear_log()


def only_url(emulator: EmulatorClient) -> str:
    (endpoint,) = emulator.truth().values()
    return str(endpoint["url"])


def refused(emulator: EmulatorClient) -> list[int]:
    return [request["status"] for request in emulator.requests() if request["status"] == 401]


@pytest.mark.parametrize("door", RESOURCE_BY_DOOR)
def test_a_key_rotated_together_with_a_change_is_used_at_once(
    deploy: Callable[..., Deployment], emulator: EmulatorClient, door: str
) -> None:
    emulator.keys(**{OLD: {}, NEW: {}})
    program = Program(door)
    deployment = deploy(program, {"apiKey": OLD})
    deployment.up_clean()
    rotate(emulator)
    deployment.configure("kinetic:apiKey", NEW)
    program.arguments["url"] = CHANGED
    deployment.up_clean()
    assert only_url(emulator) == CHANGED
    assert refused(emulator) == []
    expect_truth(deployment, emulator)


def test_an_explicit_providers_rotated_key_is_used_at_once(
    deploy: Callable[..., Deployment], emulator: EmulatorClient
) -> None:
    emulator.keys(**{OLD: {}, NEW: {}})
    program = WithProvider(emulator, OLD)
    deployment = deploy(program)
    deployment.up_clean()
    rotate(emulator)
    program.key, program.url = NEW, CHANGED
    deployment.up_clean()
    assert only_url(emulator) == CHANGED
    assert refused(emulator) == []
    expect_truth(deployment, emulator)


@pytest.mark.parametrize("door", RESOURCE_BY_DOOR)
def test_a_refresh_that_runs_the_program_uses_the_rotated_key(
    deploy: Callable[..., Deployment], emulator: EmulatorClient, door: str
) -> None:
    emulator.keys(**{OLD: {}, NEW: {}})
    deployment = deploy(Program(door), {"apiKey": OLD})
    deployment.up_clean()
    rotate(emulator)
    deployment.configure("kinetic:apiKey", NEW)
    (endpoint_id,) = emulator.truth()
    emulator.http.patch(  # the colleague's change, by the key that still works
        f"/v1/webhook_endpoints/{endpoint_id}", json={"url": CHANGED}, headers={"Authorization": f"Bearer {NEW}"}
    ).raise_for_status()
    deployment.refresh(run_program=True)
    assert deployment.resources()["orders"]["outputs"]["url"] == CHANGED
    assert refused(emulator) == []


def test_a_refresh_that_runs_the_program_uses_an_explicit_providers_rotated_key(
    deploy: Callable[..., Deployment], emulator: EmulatorClient
) -> None:
    emulator.keys(**{OLD: {}, NEW: {}})
    program = WithProvider(emulator, OLD)
    deployment = deploy(program)
    deployment.up_clean()
    rotate(emulator)
    program.key = NEW
    deployment.refresh(run_program=True)
    assert len(emulator.requests("GET")) > 0
    assert refused(emulator) == []


@pytest.mark.parametrize("door", RESOURCE_BY_DOOR)
def test_a_rotated_key_alone_changes_nothing(
    deploy: Callable[..., Deployment], emulator: EmulatorClient, door: str
) -> None:
    emulator.keys(**{OLD: {}, NEW: {}})
    deployment = deploy(Program(door), {"apiKey": OLD})
    deployment.up_clean()
    rotate(emulator)
    deployment.configure("kinetic:apiKey", NEW)
    deployment.stack.preview(expect_no_changes=True)
    deployment.up(expect_no_changes=True)
    deployment.expect_clean()
    assert emulator.requests("POST", "PATCH", "DELETE") == []
    assert refused(emulator) == []


@pytest.mark.parametrize("door", RESOURCE_BY_DOOR)
def test_a_sandbox_key_on_a_production_stack_is_refused_at_preview(
    deploy: Callable[..., Deployment], emulator: EmulatorClient, door: str
) -> None:
    program = Program(door)
    deployment = deploy(program, {"apiKey": PRODUCTION_KEY})
    deployment.up_clean()
    emulator.clear_log()
    deployment.configure("kinetic:apiKey", KEY)
    program.arguments["url"] = CHANGED
    for operation in (deployment.preview, deployment.up):
        message = deployment.fails(operation)
        assert "belongs to the production environment, but the API key is of sandbox" in message
    assert emulator.requests() == []
    assert only_url(emulator) == URL


def test_a_sandbox_key_of_an_explicit_provider_on_a_production_stack_is_refused_at_preview(
    deploy: Callable[..., Deployment], emulator: EmulatorClient
) -> None:
    program = WithProvider(emulator, PRODUCTION_KEY)
    deployment = deploy(program)
    deployment.up_clean()
    emulator.clear_log()
    program.key, program.url = KEY, CHANGED
    for operation in (deployment.preview, deployment.up):
        message = deployment.fails(operation)
        assert "belongs to the production environment, but the API key is of sandbox" in message
    assert emulator.requests() == []
    assert only_url(emulator) == URL
