all = invoke("kinetic:index:listWebhookEndpoints", {})

output endpoints {
  value = all.webhookEndpoints
}
