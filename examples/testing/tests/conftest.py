"""Opts in to the fixtures of the testing kit."""

pytest_plugins = ["pulumi_kinetic.testing.fixtures"]
