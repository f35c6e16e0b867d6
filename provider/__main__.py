"""Runs the plugin from a checkout: `pulumi package add ./provider`."""

from pulumi_kinetic.plugin import main

main()
