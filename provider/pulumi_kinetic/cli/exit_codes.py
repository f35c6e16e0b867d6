"""The command's exit codes, which are those of the Pulumi CLI. See docs/command.md#exit-codes."""

from pulumi_kinetic import errors

FAILED = 1
CONFIGURATION = 2  # click's own code for wrong usage, too
KEY_REFUSED = 3
NOT_AS_DECLARED = 7


def of(error: errors.KineticError) -> int:
    """Return the exit code of a command that ends in an error."""
    if isinstance(error, errors.SettingsError | errors.EnvironmentMismatchError):
        return CONFIGURATION
    if isinstance(error, errors.UnauthorizedError | errors.ForbiddenError):
        return KEY_REFUSED
    return FAILED
