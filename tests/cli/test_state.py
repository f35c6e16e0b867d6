import pytest

from pulumi_kinetic.cli import state

DYNAMIC = "pulumi-python:dynamic/kinetic:WebhookEndpoint"
PLUGIN = "kinetic:index:WebhookEndpoint"
STATE = {
    "version": 3,
    "deployment": {
        "resources": [
            {"type": "pulumi:pulumi:Stack", "urn": "s"},
            {"type": DYNAMIC, "urn": "a"},
            {"type": PLUGIN, "urn": "b"},
        ],
        "pending_operations": [
            {"type": "creating", "resource": {"type": DYNAMIC, "urn": "c"}},
            {"type": "creating", "resource": {"type": "aws:s3:Bucket", "urn": "d"}},
        ],
    },
}


def test_endpoints_of_both_doors_are_found() -> None:
    assert [resource["urn"] for resource in state.endpoints_of(STATE)] == ["a", "b"]


def test_pending_operations_of_others_are_not_ours() -> None:
    assert [operation["resource"]["urn"] for operation in state.pending_operations_of(STATE)] == ["c"]


@pytest.mark.parametrize("empty", [{}, {"deployment": None}, {"deployment": {"resources": None}}])
def test_an_empty_state_has_none(empty: dict[str, object]) -> None:
    assert state.endpoints_of(empty) == state.pending_operations_of(empty) == []


def test_a_pending_operation_is_taken_out_alone() -> None:
    (ours,) = state.pending_operations_of(STATE)
    after = state.without_pending(STATE, [ours])
    assert [operation["resource"]["urn"] for operation in after["deployment"]["pending_operations"]] == ["d"]
    assert len(state.pending_operations_of(STATE)) == 1


def test_a_resource_is_added_last() -> None:
    after = state.with_resource(STATE, {"type": DYNAMIC, "urn": "new"})
    assert [resource["urn"] for resource in after["deployment"]["resources"]] == ["s", "a", "b", "new"]
    assert len(state.endpoints_of(STATE)) == 2
