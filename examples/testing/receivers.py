"""What the program declares, as a function that tests can call."""

import pulumi

import pulumi_kinetic as kinetic


def declare() -> kinetic.WebhookEndpoint:
    """Declare an endpoint for the receiver that the stack's configuration names."""
    config = pulumi.Config("testing")
    endpoint = kinetic.WebhookEndpoint(
        "orders",
        url=pulumi.Output.concat("https://", config.get("host") or "hooks.example.com", "/kinetic"),
        enabled_events=["packet.created", "judgment.created"],
        status=config.get("status"),
    )
    pulumi.export("endpoint_id", endpoint.webhook_endpoint_id)
    pulumi.export("signing_secret", endpoint.signing_secret)
    return endpoint
