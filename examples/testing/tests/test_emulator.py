"""Tests on the emulated API: what a program or a tool looks up, and what it does when the API fails."""

import pytest

import pulumi_kinetic as kinetic
from pulumi_kinetic.testing import Emulator, Fault


@pytest.mark.usefixtures("kinetic_env")
def test_disabled_endpoints_are_found(kinetic_emulator: Emulator) -> None:
    disabled, _ = kinetic_emulator.seed(2)
    kinetic_emulator.edit(disabled, status="disabled")
    listed = kinetic.list_webhook_endpoints()
    assert [one.webhook_endpoint_id for one in listed if one.status == "disabled"] == [disabled]


@pytest.mark.usefixtures("kinetic_env")
def test_a_request_that_failed_is_sent_again(kinetic_emulator: Emulator) -> None:
    kinetic_emulator.seed(1)
    kinetic_emulator.faults(Fault(status=503, headers={"Retry-After": "0"}))
    assert len(kinetic.list_webhook_endpoints()) == 1
    assert [request["status"] for request in kinetic_emulator.requests("GET")] == [503, 200]
