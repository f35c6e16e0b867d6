"""The look-ups, which run in the program's own process."""

from collections.abc import Iterator

import pulumi
import pytest

from pulumi_kinetic import dynamic
from support.emulator import KEY, EmulatorClient


@pytest.fixture
def stack_config(emulator: EmulatorClient) -> Iterator[None]:
    pulumi.runtime.set_all_config({"kinetic:apiKey": KEY, "kinetic:baseUrl": emulator.url})
    yield
    pulumi.runtime.set_all_config({})


@pytest.mark.usefixtures("stack_config")
def test_get_looks_up_one_endpoint_without_its_secret(emulator: EmulatorClient) -> None:
    (made,) = emulator.seed(1)
    endpoint = dynamic.get_webhook_endpoint(made)
    assert endpoint.webhook_endpoint_id == made
    assert endpoint.url == "https://example.com/seed/0"
    assert emulator.truth()[made]["signing_secret"] not in repr(endpoint)


@pytest.mark.usefixtures("stack_config")
def test_list_looks_up_all_endpoints(emulator: EmulatorClient) -> None:
    made = emulator.seed(120)
    listed = dynamic.list_webhook_endpoints()
    assert {endpoint.webhook_endpoint_id for endpoint in listed} == set(made)
