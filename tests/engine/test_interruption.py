"""A run that the user interrupts finishes what it began."""

import os
import signal

import pytest

from support.crash import NOTHING, WHOLE, Crash
from support.emulator import EmulatorClient
from support.processes import children_of, is_engine
from support.sdk import RESOURCE_BY_DOOR
from support.waiting import in_background, wait_until


@pytest.mark.parametrize("crash", RESOURCE_BY_DOOR, indirect=True)
def test_an_interrupted_create_is_finished_and_in_the_state(crash: Crash, emulator: EmulatorClient) -> None:
    emulator.faults({"method": "POST", "delay_seconds": 1})
    crash.declared = {"orders": {"url": "https://example.com/orders"}}
    with in_background(lambda: crash.deployment.fails(crash.deployment.up), "the interrupted run"):
        wait_until(lambda: emulator.requests("POST"), "the POST to arrive")
        for engine in children_of(os.getpid()):
            if is_engine(engine):
                os.kill(engine, signal.SIGINT)
    assert len(emulator.truth()) == 1
    assert crash.verdict() == WHOLE
    crash.deployment.up_clean()
    assert crash.recover() == (0, NOTHING)
