"""What users of other providers ran into when something moved, or changed by itself, on the real engine."""

from collections.abc import Callable

import pulumi
import pytest

from support.emulator import EmulatorClient
from support.programs import URL
from support.sdk import RESOURCE_BY_DOOR
from support.stack import Deployment

Deploy = Callable[..., Deployment]
URLS = [
    "https://EXAMPLE.com/Upper",
    "https://example.com:443/port",
    "https://example.com./final-dot",
    "https://[2001:db8::1]/ipv6",
    "https://bücher.example/idn",
    f"https://example.com/{'x' * 1900}",
]


class Program:
    """An endpoint of one door, under one name, perhaps in a component."""

    def __init__(self, door: str) -> None:
        self.door = door
        self.name = "orders"
        self.is_in_component = False

    def __call__(self) -> None:
        options = pulumi.ResourceOptions()
        if self.is_in_component:
            parent = pulumi.ComponentResource("test:index:Group", "group")
            aliases = [pulumi.Alias(name="orders", parent=pulumi.ROOT_STACK_RESOURCE)]
            options = pulumi.ResourceOptions(parent=parent, aliases=aliases)
        RESOURCE_BY_DOOR[self.door](self.name, url=URL, opts=options)


def expect_no_writes(deployment: Deployment, emulator: EmulatorClient) -> None:
    before = emulator.truth()
    emulator.clear_log()
    deployment.up_clean()
    assert emulator.requests("POST", "PATCH", "DELETE") == []
    assert emulator.truth() == before


@pytest.mark.parametrize("door", RESOURCE_BY_DOOR)
def test_a_resource_that_is_renamed_in_the_state_is_the_same(
    deploy: Deploy, emulator: EmulatorClient, door: str
) -> None:
    """pulumi#18937."""
    program = Program(door)
    deployment = deploy(program)
    deployment.up()
    deployment.cli("state", "rename", deployment.resources()["orders"]["urn"], "renamed", "--yes", "--stack", "dev")
    program.name = "renamed"
    expect_no_writes(deployment, emulator)


@pytest.mark.parametrize("door", RESOURCE_BY_DOOR)
def test_a_resource_that_an_alias_moves_into_a_component_is_the_same(
    deploy: Deploy, emulator: EmulatorClient, door: str
) -> None:
    """pulumi#458."""
    program = Program(door)
    deployment = deploy(program)
    deployment.up()
    program.is_in_component = True
    expect_no_writes(deployment, emulator)


@pytest.mark.parametrize("door", RESOURCE_BY_DOOR)
def test_what_the_api_disables_by_itself_is_drift_that_a_refreshing_up_heals(
    deploy: Deploy, emulator: EmulatorClient, door: str
) -> None:
    """As many APIs do after deliveries that failed; dbt docs#9311, terraform-provider-pagerduty#685."""
    deployment = deploy(Program(door))
    deployment.up()
    (made,) = emulator.truth()
    emulator.edit(made, status="disabled")
    assert deployment.preview(refresh=True) == {"same": 1, "update": 1}
    deployment.up(refresh=True)
    assert emulator.truth()[made]["status"] == "enabled"
    deployment.expect_clean()


@pytest.mark.parametrize("door", RESOURCE_BY_DOOR)
def test_a_url_of_any_spelling_is_quiet(deploy: Deploy, door: str) -> None:
    def program() -> None:
        for number, url in enumerate(URLS):
            RESOURCE_BY_DOOR[door](f"endpoint-{number}", url=url)

    deploy(program).up_clean()
