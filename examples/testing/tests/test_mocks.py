"""Unit tests: no engine, no network. They take milliseconds."""

from collections.abc import Callable

import pulumi
import pytest
import receivers

from pulumi_kinetic.testing import CheckError, Mocks


def run(program: Callable[[], object], config: dict[str, str]) -> Mocks:
    """Run a program with mocks."""
    mocks = Mocks(environment="production")
    pulumi.runtime.set_mocks(mocks, project="testing")
    pulumi.runtime.set_all_config(config)
    pulumi.runtime.test(program)()  # pyright: ignore[reportUnknownMemberType] the SDK doesn't say its types
    return mocks


def test_the_endpoint_is_that_of_the_configured_host() -> None:
    mocks = run(receivers.declare, {"testing:host": "hooks.shop.example"})
    (endpoint,) = mocks.endpoints.values()
    assert endpoint.url == "https://hooks.shop.example/kinetic"
    assert endpoint.status == "enabled"


def test_a_mistake_in_the_configuration_is_refused() -> None:
    with pytest.raises(CheckError, match="url must be an absolute URL"):
        run(receivers.declare, {"testing:host": "hooks shop example"})
    with pytest.raises(CheckError, match='status must be "enabled" or "disabled"'):
        run(receivers.declare, {"testing:status": "on"})


def test_the_signing_secret_is_a_secret() -> None:
    async def program() -> None:
        assert await receivers.declare().signing_secret.is_secret()

    run(program, {})
