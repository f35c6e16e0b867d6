"""Runs of the engine, one after the other on one machine, as a provider sees them."""

from collections.abc import Callable

import pytest

from pulumi_kinetic import errors
from pulumi_kinetic.endpoint import Inputs, State
from pulumi_kinetic.lifecycle import Lifecycle
from support.declarations import ADDRESS
from support.emulator import EmulatorClient

Run = Callable[..., Lifecycle]
NEWS: Inputs = {"url": "https://example.com/hooks"}


def up(life: Lifecycle, news: Inputs = NEWS) -> tuple[str, State]:
    """What the engine does for a resource that isn't in its state."""
    return life.create(life.check({}, news, ADDRESS).inputs)


def lose(life: Lifecycle, emulator: EmulatorClient, news: Inputs = NEWS) -> str:
    """A create that the API carries out, and whose answer nobody gets; the id of what it made."""
    before = set(emulator.truth())
    emulator.faults({"method": "POST", "drop": True, "times": 9})
    with pytest.raises(errors.NoAnswerError):
        up(life, news)
    emulator.faults()
    (made,) = set(emulator.truth()) - before
    return made
