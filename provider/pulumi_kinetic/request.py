"""One call of the Kinetic API, before it is sent.

Source: API reference, "Webhook Endpoints".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

COLLECTION = "/v1/webhook_endpoints"


@dataclass(frozen=True)
class Request:
    """One call of the API.

    Attributes:
        operation: What it does, with its target, for messages.
        method: The HTTP method.
        path: Below the base URL.
        content: The body's bytes, if it has one.
        params: The query.
        idempotency_key: For a create; never shown.
        url: The endpoint's, where the body has one: a server may repeat it, and it may be secret.
    """

    operation: str
    method: str
    path: str = COLLECTION
    content: bytes | None = None
    params: Mapping[str, str | int] = field(default_factory=dict)
    idempotency_key: str | None = field(default=None, repr=False)
    url: str | None = field(default=None, repr=False)

    @property
    def headers(self) -> dict[str, str]:
        """The headers beyond those of every call."""
        content_type = {"Content-Type": "application/json"} if self.content is not None else {}
        return {**content_type, **({"Idempotency-Key": self.idempotency_key} if self.idempotency_key else {})}

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no message may show, though the server repeats it."""
        return tuple(filter(None, (self.idempotency_key, self.url)))

    @property
    def scope(self) -> str:
        """The scope that the API key needs for it."""
        return "webhook_endpoints:read" if self.method == "GET" else "webhook_endpoints:write"
