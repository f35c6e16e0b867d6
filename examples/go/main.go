// The API reference's own example in Go, by the packaged plugin.
package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"example.com/pulumi-kinetic/sdk/go/kinetic"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		orders, err := kinetic.NewWebhookEndpoint(ctx, "orders", &kinetic.WebhookEndpointArgs{
			Url:           pulumi.String("https://example.com/md/webhooks"),
			EnabledEvents: pulumi.StringArray{pulumi.String("judgment.created"), pulumi.String("packet.created")},
			Status:        kinetic.WebhookEndpointStatusEnabled,
		})
		if err != nil {
			return err
		}
		ctx.Export("endpointId", orders.WebhookEndpointId)
		ctx.Export("status", orders.Status)
		ctx.Export("signingSecret", orders.SigningSecret)
		return nil
	})
}
