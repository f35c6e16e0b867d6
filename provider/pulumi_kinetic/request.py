"""One call of the Kinetic API, before it is sent.

Source: API reference, "Webhook Endpoints".
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from pulumi_kinetic import redact

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
        urls: The endpoint's, as it was and as it is to be: a server may repeat them, and they may be secret.
    """

    operation: str
    method: str
    path: str = COLLECTION
    content: bytes | None = None
    params: Mapping[str, str | int] = field(default_factory=dict)
    idempotency_key: str | None = field(default=None, repr=False)
    urls: Collection[object] = field(default=(), repr=False)

    @property
    def headers(self) -> dict[str, str]:
        """The headers beyond those of every call."""
        content_type = {"Content-Type": "application/json"} if self.content is not None else {}
        return {**content_type, **({"Idempotency-Key": self.idempotency_key} if self.idempotency_key else {})}

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no message may show, though the server repeats it."""
        pieces = (piece for url in self.urls if isinstance(url, str) for piece in redact.pieces(url))
        return (self.idempotency_key or "", *pieces)

    @property
    def scope(self) -> str:
        """The scope that the API key needs for it."""
        return "webhook_endpoints:read" if self.method == "GET" else "webhook_endpoints:write"
