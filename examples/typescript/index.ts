import * as pulumi from "@pulumi/pulumi";
import * as kinetic from "pulumi-kinetic";

const config = new pulumi.Config();

const orders = new kinetic.WebhookEndpoint("orders", {
    url: config.get("url") ?? "https://example.com/md/webhooks",
    enabledEvents: ["judgment.created", "packet.created"],
    status: kinetic.WebhookEndpointStatus.Enabled,
});

export const endpointId = orders.webhookEndpointId;
export const status = orders.status;
export const signingSecret = orders.signingSecret;
