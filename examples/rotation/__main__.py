"""An endpoint whose secret is rotated without a gap; a Kubernetes Secret hands it to what verifies deliveries."""

import base64
import os
import tempfile
from pathlib import Path

import pulumi
import yaml

import pulumi_kinetic as kinetic

config = pulumi.Config()
manifest = Path(config.get("manifest") or "secret.yaml")


def render(secrets: list[str]) -> None:
    """Write the manifest, for its owner alone; nothing in a preview."""
    if pulumi.runtime.is_dry_run():
        return
    # `data`, not `stringData`: what is left out of that stays in the cluster.
    keys = zip(("current", "previous"), secrets, strict=False)
    data = {key: base64.b64encode(secret.encode()).decode() for key, secret in keys}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "orders-webhook"}, "data": data}
    handle, written = tempfile.mkstemp(dir=manifest.parent)  # mode 0600
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        yaml.safe_dump(secret, file)
    Path(written).replace(manifest)


orders = kinetic.RotatingWebhookEndpoint(
    "orders",
    url="https://example.com/orders",
    enabled_events=["judgment.created"],
    current=config.get_int("current") or 1,
    standby=config.get_int("standby"),
)
orders.signing_secrets.apply(render)

pulumi.export("endpoint_id", orders.webhook_endpoint_id)
pulumi.export("signing_secret", orders.signing_secret)
