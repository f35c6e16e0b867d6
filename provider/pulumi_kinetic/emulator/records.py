"""What the emulated API keeps: endpoints, API keys and Idempotency-Keys."""

from typing import Any, Literal

from pydantic import BaseModel

Environment = Literal["sandbox", "production"]
Fields = dict[str, Any]
READ, WRITE = "webhook_endpoints:read", "webhook_endpoints:write"


class Key(BaseModel):
    """An API key: what it may do, and where."""

    environment: Environment = "sandbox"
    scopes: list[str] = [READ, WRITE]


class Endpoint(BaseModel):
    """One endpoint, secret included."""

    webhook_endpoint_id: str
    url: str
    enabled_events: list[str]
    status: str = "enabled"
    created_at: str
    signing_secret: str
    environment: Environment


class Remembered(BaseModel):
    """An Idempotency-Key: what was asked with it, and what it made (None while that is under way)."""

    fingerprint: str
    at: float
    endpoint: Endpoint | None = None


class State(BaseModel):
    """All that a restart keeps: the content of the state file."""

    endpoints: dict[str, Endpoint] = {}
    remembered: dict[str, Remembered] = {}
    keys: dict[str, Key] = {
        "md_test_emulator": Key(),
        "md_test_readonly": Key(scopes=[READ]),
        "md_live_emulator": Key(environment="production"),
    }
