"""No ordinary update changes the id or the secret: every pair of inputs that differ in kind."""

import itertools

from pulumi_kinetic.endpoint import Inputs
from pulumi_kinetic.inputs import check
from pulumi_kinetic.lifecycle import Lifecycle
from support.case_counter import count_cases
from support.declarations import declared
from support.emulator import EmulatorClient
from support.strategies import merged

EVERY_INPUT = [
    declared(**dict(zip(("url", "enabledEvents", "status"), values, strict=True)))
    for values in itertools.product(
        ["https://example.com/a", "https://example.com/b"], [None, ["a"], ["b", "a"]], ["enabled", "disabled"]
    )
]
EVERY_EXTRA: list[Inputs] = [{}, {"adopt": "we_other"}, {"existingSigningSecret": "whsec_other"}]


def test_no_update_between_any_two_inputs_changes_id_or_secret(life: Lifecycle, emulator: EmulatorClient) -> None:
    endpoint_id, state = life.create(EVERY_INPUT[0])
    secret = emulator.truth()[endpoint_id]["signing_secret"]
    inputs = EVERY_INPUT[0]
    for before, after in itertools.product(EVERY_INPUT, repeat=2):
        for news, extra in ((before, {}), *((after, extra) for extra in EVERY_EXTRA)):
            inputs = check(inputs, merged(news, extra), environment="sandbox", new_key="another").inputs
            life.diff(endpoint_id, state, inputs)
            state = life.update(endpoint_id, state, inputs)
            assert (state["webhookEndpointId"], state["signingSecret"]) == (endpoint_id, secret)
            count_cases("pairs of inputs, updated")
    assert [request["method"] for request in emulator.requests("POST", "DELETE")] == ["POST"]
    assert emulator.truth()[endpoint_id]["signing_secret"] == secret
