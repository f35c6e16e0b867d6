from typing import Any

import pytest

from pulumi_kinetic.address import Address
from pulumi_kinetic.cli import state
from support.exports import DYNAMIC, PLUGIN, STACK_URN, endpoint_entry, exported, pending, provider_entry, resource


def test_endpoints_of_both_doors_are_found_and_old_subclasses_too() -> None:
    others = [{"type": "aws:s3:Bucket", "urn": "bucket", "id": "b", "inputs": {"url": "https://a.example"}}]
    ours = [resource("a"), resource("b", PLUGIN), resource("c", "pulumi-python:dynamic:Resource")]
    assert state.endpoints_of(exported([*others, *ours])) == ours


def test_any_resource_that_has_an_id_manages_it() -> None:
    assert state.managed_ids(exported([{"type": "any:thing", "id": "we_1"}, {"type": "none"}])) == {"we_1"}


@pytest.mark.parametrize("empty", [{}, {"deployment": None}, {"deployment": {"resources": None}}])
def test_an_empty_state_has_nothing(empty: dict[str, object]) -> None:
    assert state.endpoints_of(empty) == state.pending_creates_of(empty) == []
    assert state.stack_urn_of(empty) is None


def test_pending_creates_are_ours_alone_and_in_plain_text() -> None:
    operations = [
        pending("a", key="key-a"),
        pending("b", kind="updating"),
        pending("c", adopt="we_1"),
        {"type": "creating", "resource": {"type": "aws:s3:Bucket", "urn": "d"}},
    ]
    create, adoption = state.pending_creates_of(exported([], operations))
    assert create["inputs"]["idempotencyKey"] == "key-a"
    assert (state.is_adoption(create), state.is_adoption(adoption)) == (False, True)
    assert len(state.pending_operations_of(exported([], operations))) == 4


def test_the_stacks_own_urn_is_found() -> None:
    assert state.stack_urn_of(exported([resource("a")])) == STACK_URN


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        (resource("orders"), f"urn:pulumi:dev::shop::{DYNAMIC}::orders"),
        (resource("a::b"), f"urn:pulumi:dev::shop::{DYNAMIC}::a::b"),
        (resource("orders", PLUGIN), f"urn:pulumi:dev::shop::{PLUGIN}::orders"),
    ],
)
def test_an_entrys_address_is_the_one_that_its_provider_finds(entry: dict[str, Any], name: str) -> None:
    assert entry["type"] in (DYNAMIC, PLUGIN)
    assert state.address_of(entry, "s3://bucket") == Address("s3://bucket", "shop", "dev", name)


@pytest.mark.parametrize(
    ("positions", "expected"),
    [
        (["project:///__main__.py#7"], ("__main__.py", 7)),
        (["project:///src/index.ts#7,14"], ("src/index.ts", 7)),
        (["project:///a%20b.py#7"], ("a b.py", 7)),
        (["project:///../v/site-packages/pulumi_kinetic/dynamic.py#110", "project:///main.py#3"], ("main.py", 3)),
        (["project:///../provider/pulumi_kinetic/dynamic.py#110", "project:///main.py#3"], ("main.py", 3)),
        (["project:///node_modules/@acme/x.js#1", "project:///index.ts#3"], ("index.ts", 3)),
        (["project:///v/site-packages/acme/hooks.py#1", "", "file:///etc/passwd#1", "project:///x.py#3"], ("x.py", 3)),
        ([""], None),
        (["project:///x.py", "project:///x.py#", "project:///x.py#-1"], None),
    ],
)
def test_a_resource_is_declared_where_its_program_says_so(positions: list[str], expected: object) -> None:
    entry = {"sourcePosition": positions[0], "stackTrace": [{"sourcePosition": other} for other in positions[1:]]}
    assert state.position_of(entry) == expected


def test_a_provider_that_the_engine_made_has_no_inputs_of_its_own() -> None:
    made = {"urn": "urn:pulumi:dev::shop::pulumi:providers:kinetic::default_0_1_0", "id": "1-2"}
    by_name = provider_entry("default-eu", apiKey="md_test_1")
    for provider, inputs in ((made, None), (by_name, {"apiKey": "md_test_1"})):
        entry = endpoint_entry("orders", "we_1", PLUGIN, provider=f"{provider['urn']}::1-2")
        whole = exported([{"type": "pulumi:providers:kinetic", **provider}, entry])
        assert [declared.provider for declared in state.declared_endpoints(whole)] == [inputs]
