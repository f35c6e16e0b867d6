orders = invoke("kinetic:index:getWebhookEndpoint", {
  webhookEndpointId = "we_8KdQ2n4Vb1Xc7M"
})

output url {
  value = orders.url
}
