"""The API reference's own example, declared."""

import pulumi

import pulumi_kinetic as kinetic

config = pulumi.Config()

orders = kinetic.WebhookEndpoint(
    "orders",
    url=config.get("url") or "https://example.com/md/webhooks",
    enabled_events=["judgment.created", "packet.created"],
    status=config.get("status") or "enabled",
)

pulumi.export("endpoint_id", orders.webhook_endpoint_id)
pulumi.export("status", orders.status)
pulumi.export("signing_secret", orders.signing_secret)
