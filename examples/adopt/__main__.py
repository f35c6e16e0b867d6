"""An endpoint that was made by hand, brought under management."""

import pulumi

import pulumi_kinetic as kinetic

config = pulumi.Config()

payments = kinetic.WebhookEndpoint(
    "payments",
    url="https://example.com/payments",
    enabled_events=["judgment.created"],
    adopt=config.require("endpointId"),
    existing_signing_secret=config.get_secret("signingSecret"),
)

pulumi.export("endpoint_id", payments.webhook_endpoint_id)
pulumi.export("signing_secret", payments.signing_secret)
