"""API keys of two organizations, which the emulator tells apart as it does environments."""

from support.emulator import KEY, EmulatorClient

ROTATED_KEY = "md_test_rotated"
OTHER_KEY = "md_test_other"
READER_KEY = "md_test_reader"


def two_organizations(emulator: EmulatorClient) -> None:
    """The usual key, another one of its organization, one that may only read, and one of another organization."""
    own: dict[str, object] = {"environment": "sandbox"}
    reader: dict[str, object] = {"environment": "sandbox", "scopes": ["webhook_endpoints:read"]}
    keys: dict[str, dict[str, object]] = {
        KEY: own,
        ROTATED_KEY: own,
        READER_KEY: reader,
        OTHER_KEY: {"environment": "production"},
    }
    emulator.keys(**keys)
