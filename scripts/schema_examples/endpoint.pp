resource orders "kinetic:index:WebhookEndpoint" {
  url           = "https://example.com/md/webhooks"
  enabledEvents = ["judgment.created", "packet.created"]
}

output endpointId {
  value = orders.webhookEndpointId
}

output signingSecret {
  value = orders.signingSecret
}
