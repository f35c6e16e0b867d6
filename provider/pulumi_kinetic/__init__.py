"""Webhook endpoints of the Kinetic API as Pulumi resources."""

from pulumi_kinetic.dynamic import WebhookEndpoint, WebhookEndpointInfo, get_webhook_endpoint, list_webhook_endpoints

__version__ = "0.1.0"

__all__ = [
    "WebhookEndpoint",
    "WebhookEndpointInfo",
    "get_webhook_endpoint",
    "list_webhook_endpoints",
]
