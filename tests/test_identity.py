"""What the constructor tells the provider, in the place of the Idempotency-Key."""

import json

import pulumi
import pytest

from pulumi_kinetic.identity import Identity, identity_text, read_identity
from support.outputs import run


def told(declared: dict[str, object]) -> Identity:
    async def tell() -> str:
        return await identity_text("orders", None, declared)

    return read_identity(run(tell()))


def test_the_provider_learns_which_resource_it_is() -> None:
    identity = told({"url": "https://a.example"})
    assert identity.stack == pulumi.get_stack()
    assert identity.resource.endswith("::pulumi-python:dynamic/kinetic:WebhookEndpoint::orders")
    assert not identity.is_preview
    assert identity.secret_names == []


def test_the_provider_learns_what_the_program_marks_as_secret_by_the_schemas_names() -> None:
    async def tell() -> str:
        declared = {
            "url": pulumi.Output.secret("https://a.example"),
            "enabled_events": ["a", pulumi.Output.secret("b")],
            "status": pulumi.Output.from_input("enabled"),
        }
        return await identity_text("orders", None, declared)

    assert read_identity(run(tell())).secret_names == ["url", "enabledEvents"]


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "0c5f7a1e-1111-4222-8333-444455556666",  # a key
        "17",
        "[]",
        json.dumps({"stack": "dev"}),
        json.dumps({**Identity()._asdict(), "of a later release": 1}),
    ],
)
def test_what_is_no_identity_is_an_empty_one(text: object) -> None:
    assert read_identity(text) == Identity()
