"""Look-ups of what a program has just declared, on the real engine."""

from collections.abc import Callable

import pulumi

import pulumi_kinetic as kinetic
from support.emulator import EmulatorClient
from support.programs import URL
from support.stack import Deployment

MOST_LINES = 12


def test_a_look_up_of_an_output_waits_until_the_id_is_known(
    deploy: Callable[..., Deployment], emulator: EmulatorClient
) -> None:
    def program() -> None:
        made = kinetic.WebhookEndpoint("orders", url=URL)
        found = kinetic.get_webhook_endpoint_output(made.id)
        pulumi.export("found", found.url)
        kinetic.WebhookEndpoint("copy", url=found.url, status="disabled")

    deployment = deploy(program)
    assert deployment.preview() == {"create": 3}
    assert emulator.requests() == []
    assert deployment.up_clean().outputs["found"].value == URL
    assert [endpoint["url"] for endpoint in emulator.truth().values()] == [URL, URL]


def test_a_look_up_of_an_output_that_fails_ends_the_program_in_few_lines(
    deploy: Callable[..., Deployment], emulator: EmulatorClient
) -> None:
    assert emulator.truth() == {}
    deployment = deploy(lambda: pulumi.export("url", kinetic.get_webhook_endpoint_output("we_none").url))
    deployment.fails(deployment.up)
    printed = "".join(deployment.output)
    assert "could not read webhook endpoint we_none" in printed
    assert "Traceback" not in printed
    assert len(printed.splitlines()) <= MOST_LINES
