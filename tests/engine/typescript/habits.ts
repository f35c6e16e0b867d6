// What users write, for `tsc` alone. Each `@ts-expect-error` is a mistake that it has to see.
import * as pulumi from "@pulumi/pulumi";
import * as kinetic from "pulumi-kinetic";

const config = new pulumi.Config();
const platform = new pulumi.StackReference("organization/platform/dev");

const configured = new kinetic.WebhookEndpoint("configured", {
    url: config.require("url"),
    status: config.get("status"),
    enabledEvents: config.getObject<string[]>("events"),
});
new kinetic.WebhookEndpoint("enum", { url: configured.url, status: kinetic.WebhookEndpointStatus.Disabled });
new kinetic.WebhookEndpoint("literal", { url: "https://a.example", status: "disabled" });
new kinetic.WebhookEndpoint("outputs", {
    url: pulumi.interpolate`https://${platform.getOutput("host")}/hooks`,
    status: configured.status,
    enabledEvents: ["a", configured.environment],
});
new kinetic.WebhookEndpoint("reference", { url: platform.requireOutput("url"), existingSigningSecret: config.getSecret("s") });
new kinetic.WebhookEndpoint("status of another", {
    url: "https://a.example",
    status: kinetic.getWebhookEndpointOutput({ webhookEndpointId: configured.id }).status,
});
export const urls = kinetic.listWebhookEndpointsOutput().webhookEndpoints.apply((all) => all.map((one) => one.url));

// @ts-expect-error a url is a string
new kinetic.WebhookEndpoint("number", { url: 7 });
// @ts-expect-error the url is required
new kinetic.WebhookEndpoint("no url", { status: "disabled" });
// @ts-expect-error a status is a string
new kinetic.WebhookEndpoint("boolean", { url: "https://a.example", status: true });
