"""What users of the generated Python SDK write: checked by mypy and basedpyright, and run with mocks."""

import pulumi
import pulumi_kinetic_sdk as kinetic


def main() -> None:
    """Declare an endpoint in each way."""
    config, platform = pulumi.Config(), pulumi.StackReference("organization/platform/dev")
    configured = kinetic.WebhookEndpoint("configured", url=config.require("url"), status=config.get("status"))
    kinetic.WebhookEndpoint("enum", url=configured.url, status=kinetic.WebhookEndpointStatus.DISABLED)
    kinetic.WebhookEndpoint("literal", url="https://a.example", status="disabled", enabled_events=["a", "b"])
    kinetic.WebhookEndpoint("outputs", url=pulumi.Output.concat("https://", configured.id), status=configured.status)
    kinetic.WebhookEndpoint("reference", url=platform.require_output("url"), adopt=config.get("id"))
    found = kinetic.get_webhook_endpoint_output(webhook_endpoint_id=configured.id)
    kinetic.WebhookEndpoint("found", url=found.url, status=found.status)
    pulumi.export("secret", configured.signing_secret)
