"""What users test their programs with: mocks for unit tests, and an emulated API for everything else.

`pulumi_kinetic.testing.fixtures` has fixtures for pytest. See docs/guides/test.md.
"""

from pulumi_kinetic.emulator.faults import Fault
from pulumi_kinetic.testing.control import Emulator, emulator
from pulumi_kinetic.testing.mocks import CheckError, Mocks
from pulumi_kinetic.testing.stack import Stacks

__all__ = ["CheckError", "Emulator", "Fault", "Mocks", "Stacks", "emulator"]
