"""The program: what `pulumi up` runs."""

from receivers import declare

declare()
