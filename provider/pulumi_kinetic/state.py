"""What the engine keeps of an endpoint, made of what was declared and what the server has. Pure functions."""

from collections.abc import Mapping
from typing import cast

from pulumi_kinetic import endpoint
from pulumi_kinetic.answers import RemoteEndpoint
from pulumi_kinetic.endpoint import Echo, Inputs, State, without_none
from pulumi_kinetic.settings import Environment


def state_of(  # noqa: PLR0913 all that a state is made of
    inputs: Inputs,
    remote: RemoteEndpoint,
    environment: Environment,
    *,
    account: str,
    secret: str | None,
    continued: str | None = None,
    echo: Mapping[str, Echo],
) -> State:
    """Return the state of an endpoint: as declared where the server has that, and what only the server knows.

    Args:
        inputs: What was declared.
        remote: What the server has.
        environment: The API key's.
        account: Where it was seen: base URL and digests of keys.
        secret: The signing secret, where it is known.
        continued: The mark of the continued create that returned the endpoint; None where none did.
        echo: What the server made of our writes, by property.
    """
    declared: State = {
        "adopt": inputs.get("adopt"),
        "existingSigningSecret": inputs.get("existingSigningSecret"),
        "idempotencyKey": inputs.get("idempotencyKey", ""),
        "webhookEndpointId": remote.webhook_endpoint_id,
        "createdAt": remote.created_at,
        "environment": environment,
        "account": account,
        "signingSecret": secret,
    }
    if continued:
        declared["continued"] = continued
    if echo:
        declared["echo"] = echo
    if not declared["idempotencyKey"]:  # an imported endpoint has none
        del declared["idempotencyKey"]
    return without_none(cast("State", {**endpoint.declared_form(inputs, remote.properties, echo), **declared}))
