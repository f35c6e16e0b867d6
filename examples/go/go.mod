module kinetic-go

go 1.24

require (
	example.com/pulumi-kinetic/sdk/go/kinetic v0.1.0
	github.com/pulumi/pulumi/sdk/v3 v3.259.0
)

replace example.com/pulumi-kinetic/sdk/go/kinetic => ./sdks/kinetic
