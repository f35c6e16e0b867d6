"""The log of requests to the emulated API."""

import hashlib
import secrets
from typing import Any

from starlette.types import Scope

Log = list[dict[str, Any]]


def new_entry(scope: Scope, received: bytes) -> dict[str, Any]:
    """What the log keeps of a request: neither the API key nor the Idempotency-Key, only a mark of the latter."""
    headers = {name.decode("latin-1"): value for name, value in scope["headers"]}
    key = headers.get("idempotency-key")
    return {
        "request_id": f"req_{secrets.token_hex(8)}",
        "method": scope["method"],
        "path": scope["path"],
        "query": scope["query_string"].decode("latin-1"),
        "body": received.decode("utf-8", "replace"),
        "idempotency_mark": hashlib.sha256(key).hexdigest()[:12] if key else None,
        "status": None,
    }
