"""Every example, run as it stands."""

import runpy
from collections.abc import Callable
from pathlib import Path

from support.emulator import EmulatorClient
from support.stack import Deployment

EXAMPLES = Path(__file__).parents[2] / "examples"


def program_of(example: str) -> Callable[[], None]:
    return lambda: void(runpy.run_path(str(EXAMPLES / example / "__main__.py")))


def void(_: object) -> None:
    pass


def test_quickstart_comes_up_clean_and_declares_the_references_own_example(
    deploy: Callable[..., Deployment], emulator: EmulatorClient
) -> None:
    deployment = deploy(program_of("quickstart"), project="quickstart")
    outputs = deployment.up_clean().outputs
    (made,) = emulator.truth().values()
    assert made["url"] == "https://example.com/md/webhooks"
    assert made["enabled_events"] == ["judgment.created", "packet.created"]
    assert outputs["signing_secret"].value == made["signing_secret"]
    deployment.destroy()
    assert emulator.truth() == {}


def test_adopt_leads_from_an_endpoint_made_by_hand_to_a_clean_preview(
    deploy: Callable[..., Deployment], emulator: EmulatorClient
) -> None:
    (made,) = emulator.seed(1)
    secret = emulator.truth()[made]["signing_secret"]
    deployment = deploy(program_of("adopt"), project="adopt")
    deployment.configure("endpointId", made)
    deployment.configure("signingSecret", secret, secret=True)
    emulator.clear_log()
    outputs = deployment.up_clean().outputs
    assert emulator.requests("POST", "DELETE") == []
    assert (outputs["endpoint_id"].value, outputs["signing_secret"].value) == (made, secret)
    assert emulator.truth()[made]["url"] == "https://example.com/payments"
    assert secret not in deployment.state_file()


def test_every_example_is_run_here() -> None:
    assert {path.parent.name for path in EXAMPLES.glob("*/__main__.py")} == {"adopt", "quickstart"}
