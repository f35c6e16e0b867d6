"""The command `pulumi-kinetic`."""
