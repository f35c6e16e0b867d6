config keptSecret "string" {
  secret = true
}

resource orders "kinetic:index:WebhookEndpoint" {
  url                   = "https://example.com/md/webhooks"
  adopt                 = "we_8KdQ2n4Vb1Xc7M"
  existingSigningSecret = keptSecret
}
