all = invoke("kinetic:index:listWebhookEndpoints", {})

output firstUrl {
  value = all.webhookEndpoints[0].url
}
