"""The command's exit codes, which are those of the Pulumi CLI. See docs/reference/exit-codes.md."""

from pulumi_kinetic import errors

# The text below each is what docs/reference/exit-codes.md says of it.
FAILED = 1
"""It failed, and says why; or a check of `doctor` fails."""
CONFIGURATION = 2  # click's own code for wrong usage, too
"""Wrong usage, or a mistake in the configuration: a setting is missing or wrong, or the key belongs to the other
environment."""
KEY_REFUSED = 3
"""The API refused the key: it is unknown (401), or may not do what was asked (403)."""
NOT_AS_DECLARED = 7
"""The world is not as declared (`drift`), or something needs your decision (`recover`)."""


def of(error: errors.KineticError) -> int:
    """Return the exit code of a command that ends in an error."""
    if isinstance(error, errors.SettingsError | errors.EnvironmentMismatchError):
        return CONFIGURATION
    if isinstance(error, errors.UnauthorizedError | errors.ForbiddenError):
        return KEY_REFUSED
    return FAILED
