"""The look-ups, which run in the program's own process."""

from collections.abc import Iterator

import pulumi
import pytest

import pulumi_kinetic as kinetic
from pulumi_kinetic import lookups
from support import outputs
from support.emulator import KEY, EmulatorClient, listing_with_a_bad_entry


@pytest.fixture
def stack_config(emulator: EmulatorClient) -> Iterator[None]:
    pulumi.runtime.set_all_config({"kinetic:apiKey": KEY, "kinetic:baseUrl": emulator.url})
    yield
    pulumi.runtime.set_all_config({})


@pytest.mark.usefixtures("stack_config")
def test_get_looks_up_one_endpoint_without_its_secret(emulator: EmulatorClient) -> None:
    (made,) = emulator.seed(1)
    endpoint = lookups.get_webhook_endpoint(made)
    assert endpoint.webhook_endpoint_id == made
    assert endpoint.url == "https://example.com/seed/0"
    assert emulator.truth()[made]["signing_secret"] not in repr(endpoint)


@pytest.mark.usefixtures("stack_config")
def test_list_looks_up_all_endpoints(emulator: EmulatorClient) -> None:
    made = emulator.seed(120)
    listed = lookups.list_webhook_endpoints()
    assert {endpoint.webhook_endpoint_id for endpoint in listed} == set(made)


@pytest.mark.usefixtures("stack_config")
def test_a_failed_look_up_can_be_caught_and_else_ends_the_program_without_a_traceback() -> None:
    with pytest.raises(kinetic.NotFoundError, match="could not read webhook endpoint we_none") as raised:
        lookups.get_webhook_endpoint("we_none")
    assert isinstance(raised.value, pulumi.RunError)
    assert type(raised.value).__name__ == "NotFoundError"
    with pytest.raises(pulumi.RunError, match=r"the id of an endpoint is a string \(we_…\)"):
        lookups.get_webhook_endpoint(pulumi.Output.from_input("we_1"))  # type: ignore[arg-type]


def test_a_look_up_without_a_key_ends_the_program_with_what_to_do() -> None:
    with pytest.raises(pulumi.RunError, match="kinetic:apiKey"):
        lookups.list_webhook_endpoints()


@pytest.mark.usefixtures("stack_config")
def test_an_endpoint_that_cannot_be_read_is_named_in_a_warning(
    emulator: EmulatorClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", said.append)
    emulator.faults(listing_with_a_bad_entry())
    assert [endpoint.webhook_endpoint_id for endpoint in lookups.list_webhook_endpoints()] == ["we_1"]
    assert said == ["webhook endpoint we_2 can't be read: `url` isn't text; it is left out"]


@pytest.mark.usefixtures("stack_config")
def test_the_look_ups_of_outputs_find_the_same(emulator: EmulatorClient) -> None:
    (made,) = emulator.seed(1)

    async def look_up() -> tuple[object, object]:
        found = lookups.get_webhook_endpoint_output(pulumi.Output.from_input(made))
        return await found.future(), await lookups.list_webhook_endpoints_output().future()

    assert outputs.run(look_up()) == (lookups.get_webhook_endpoint(made), lookups.list_webhook_endpoints())
