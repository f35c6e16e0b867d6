"""What a program may not write of a rotating endpoint; what becomes of the rest is tested on the engine."""

from typing import Any

import pulumi
import pytest

import pulumi_kinetic as kinetic

NUMBER = "must be a whole number from 1, not"

IMPORT = (
    "the option `import_` can't work on a component: adopt the endpoint as a WebhookEndpoint of this name, and move it "
    "in then (docs/guides/rotate.md)"
)


def refusal(**arguments: Any) -> list[str]:
    """The lines that the constructor answers."""
    with pytest.raises(pulumi.RunError) as raised:
        kinetic.RotatingWebhookEndpoint("orders", **{"url": "https://example.com", **arguments})
    return [line.removeprefix("orders: ") for line in str(raised.value).splitlines()]


@pytest.mark.parametrize(
    ("generations", "lines"),
    [
        ({"current": 0}, [f"current {NUMBER} 0"]),
        ({"current": -1}, [f"current {NUMBER} -1"]),
        ({"current": True}, [f"current {NUMBER} True"]),
        ({"current": 1.0}, [f"current {NUMBER} 1.0"]),
        ({"current": None}, [f"current {NUMBER} None"]),
        ({"current": "s3cr3t"}, [f"current {NUMBER} a value of type str"]),
        ({"standby": 0}, [f"standby {NUMBER} 0"]),
        ({"standby": False}, [f"standby {NUMBER} False"]),
        ({"standby": "2"}, [f"standby {NUMBER} a value of type str"]),
        ({"current": 0, "standby": 0}, [f"current {NUMBER} 0", f"standby {NUMBER} 0"]),
        ({"standby": 1}, ["standby must be another generation than current, which is 1"]),
        ({"current": 7, "standby": 7}, ["standby must be another generation than current, which is 7"]),
    ],
)
def test_a_generation_that_is_none_is_refused_in_a_line(generations: dict[str, object], lines: list[str]) -> None:
    assert refusal(**generations) == lines


def test_an_output_is_no_generation() -> None:
    assert refusal(current=pulumi.Output.from_input(1)) == [f"current {NUMBER} a value of type Output"]


def test_all_mistakes_are_reported_together_and_before_anything_is_declared() -> None:
    """There is no engine here: whatever was declared would fail in another way."""
    options = pulumi.ResourceOptions(import_="we_1")
    lines = refusal(url=b"s3cr3t", enabled_events=[b"s3cr3t"], current=0, standby="2", opts=options)
    assert lines == [
        "url must be a string, not bytes",
        "enabled_events must be names of events, not bytes",
        f"current {NUMBER} 0",
        f"standby {NUMBER} a value of type str",
        IMPORT,
    ]
