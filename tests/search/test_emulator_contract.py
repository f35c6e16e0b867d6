"""The emulator against its own OpenAPI, by schemathesis; the client against an emulator that varies what is assumed."""

import itertools
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from pulumi_kinetic import errors
from pulumi_kinetic.client import Client
from pulumi_kinetic.emulator.app import build
from pulumi_kinetic.emulator.assumptions import Assumptions
from pulumi_kinetic.emulator.changes import Changes
from pulumi_kinetic.emulator.store import Store
from pulumi_kinetic.endpoint import Inputs
from pulumi_kinetic.inputs import check
from pulumi_kinetic.journal import Journal, default_folder
from pulumi_kinetic.lifecycle import Lifecycle
from support.case_counter import count_cases
from support.emulator import KEY, EmulatorClient

schema = schemathesis.openapi.from_asgi("/_emulator/openapi.json", build(Store(), Changes(), names={"testserver"}))
CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance, status_code_conformance]


@schema.parametrize()
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_emulator_answers_as_its_openapi_says(case: Any) -> None:  # a case's type names its schema's internals
    response = case.call(headers={"Authorization": f"Bearer {KEY}", "MD-Version": "2026-06-11"})
    case.validate_response(response, checks=CHECKS)
    count_cases("contract of the emulator")


NUMBERS = itertools.count(1)
ASSUMPTIONS = st.builds(
    Assumptions,
    error_shape=st.sampled_from(["nested", "flat", "list", "string", "problem"]),
    event_order=st.sampled_from(["as_sent", "sorted", "reversed"]),
    all_events=st.sampled_from(["star", "null", "absent"]),
    newest_first=st.booleans(),
    extra_fields=st.booleans(),
    mismatch_status=st.sampled_from([400, 409, 422]),
    in_flight_status=st.sampled_from([409, 425, 503]),
    invalid_status=st.sampled_from([400, 422]),
    request_id_header=st.booleans(),
)


@pytest.mark.usefixtures("waits")
@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(assumptions=ASSUMPTIONS, events=st.one_of(st.none(), st.just(["b", "a", "c"])))
def test_the_provider_is_not_tuned_to_what_the_emulator_assumes(
    emulator: EmulatorClient, api: Client, assumptions: Assumptions, events: list[str] | None
) -> None:
    emulator.assume(**assumptions.model_dump())
    life = Lifecycle(emulator.settings(), api, Journal(default_folder(Path.cwd())), warn=print)
    news: Inputs = {"url": "https://example.com/hooks", "enabledEvents": events, "status": "disabled"}
    inputs = check({}, news, environment="sandbox", new_key=f"key-{next(NUMBERS)}").inputs
    endpoint_id, state = life.create(inputs)
    assert life.read(endpoint_id, state) == state
    assert life.diff(endpoint_id, state, inputs) == []
    assert endpoint_id in {remote.webhook_endpoint_id for remote in api.list()}
    with pytest.raises(errors.RejectedError if assumptions.mismatch_status != 409 else errors.ConflictError):
        api.create(b'{"url":"https://other.example"}', inputs["idempotencyKey"], "https://other.example")
    life.delete(endpoint_id, state)
    assert life.read(endpoint_id, state) is None
    count_cases("client against varied assumptions")
