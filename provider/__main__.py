"""Runs the plugin from a checkout (`pulumi package add ./provider`), or from the unpacked archive."""

import sys

# An interpreter that is too old stops here; the package itself could only fail with a traceback.
if sys.version_info < (3, 10):  # noqa: UP036 what runs it may be any
    sys.exit(f"pulumi-resource-kinetic needs Python 3.10 or newer, and {sys.executable} is {sys.version.split()[0]}")
try:
    from pulumi_kinetic.plugin import main
except ImportError as error:
    sys.exit(
        f"pulumi-resource-kinetic can't start, so nothing was changed: {error}, with {sys.executable} "
        f"({sys.version.split()[0]}). Its packages are incomplete: install the plugin again, with --reinstall"
    )

main()
