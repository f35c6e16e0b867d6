"""Every example, run as it stands."""

import runpy
from collections.abc import Callable
from pathlib import Path

import pytest
from deployment import Deployment

from control import Emulator

EXAMPLES = Path(__file__).parents[2] / "examples"


def program_of(example: str) -> Callable[[], None]:
    return lambda: void(runpy.run_path(str(EXAMPLES / example / "__main__.py")))


def void(_: object) -> None:
    pass


@pytest.mark.parametrize("example", sorted(path.parent.name for path in EXAMPLES.glob("*/__main__.py")))
def test_an_example_comes_up_clean(deploy: Callable[..., Deployment], emulator: Emulator, example: str) -> None:
    deployment = deploy(program_of(example), project=example)
    result = deployment.up_clean()
    assert emulator.truth()
    assert "signing_secret" in result.outputs
    deployment.destroy()
    assert emulator.truth() == {}


def test_quickstart_declares_the_references_own_example(deploy: Callable[..., Deployment], emulator: Emulator) -> None:
    deployment = deploy(program_of("quickstart"), project="quickstart")
    deployment.up()
    (made,) = emulator.truth().values()
    assert made["url"] == "https://example.com/md/webhooks"
    assert made["enabled_events"] == ["judgment.created", "packet.created"]
