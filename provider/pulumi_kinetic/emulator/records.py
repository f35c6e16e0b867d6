"""What the emulated API keeps: endpoints, API keys and Idempotency-Keys."""

from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, JsonValue

Environment = Literal["sandbox", "production"]
JsonObject = dict[str, JsonValue]
READ, WRITE = "webhook_endpoints:read", "webhook_endpoints:write"
FIRST_ORGANIZATION = "first"


class Account(NamedTuple):
    """Whose endpoints a key sees: those of its organization and environment, and no other."""

    organization: str
    environment: Environment


class _Strict(BaseModel):
    """What is unknown is refused: a file with more in it isn't ours to overwrite."""

    model_config = ConfigDict(extra="forbid")


class ApiKey(_Strict):
    """An API key's organization, environment and scopes."""

    organization: str = FIRST_ORGANIZATION
    environment: Environment = "sandbox"
    scopes: list[str] = [READ, WRITE]

    @property
    def account(self) -> Account:
        """Whose endpoints the key sees."""
        return Account(self.organization, self.environment)


class Endpoint(_Strict):
    """A webhook endpoint, signing secret included, which its repr doesn't show."""

    webhook_endpoint_id: str
    url: str
    enabled_events: list[str]
    status: str = "enabled"
    created_at: str
    signing_secret: str = Field(repr=False)
    environment: Environment
    organization: str = FIRST_ORGANIZATION

    @property
    def account(self) -> Account:
        """Whose endpoint it is."""
        return Account(self.organization, self.environment)


class IdempotencyRecord(_Strict):
    """The first request with an Idempotency-Key, and what it created.

    Attributes:
        fingerprint: SHA-256 of the request's body.
        at: When the endpoint was created, in seconds since the epoch.
        endpoint: The created endpoint as it was then; None in old files, of a request that was in flight.
    """

    fingerprint: str
    at: float
    endpoint: Endpoint | None = None


class State(_Strict):
    """All that a restart keeps: the content of the state file.

    The aliases are the names in state files, which outlive a version of this package.
    """

    endpoints: dict[str, Endpoint] = {}
    idempotency_records: dict[str, IdempotencyRecord] = Field({}, alias="remembered")
    api_keys: dict[str, ApiKey] = Field(
        {
            "md_test_emulator": ApiKey(),
            "md_test_readonly": ApiKey(scopes=[READ]),
            "md_live_emulator": ApiKey(environment="production"),
            "md_test_second": ApiKey(organization="second"),
        },
        alias="keys",
    )
