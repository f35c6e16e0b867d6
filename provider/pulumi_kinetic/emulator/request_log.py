"""The log of requests to the emulated API, for tests: what was asked, without keys and secrets."""

import hashlib
import itertools
import secrets
import time
from collections import deque
from collections.abc import Mapping
from typing import Any

from typing_extensions import TypedDict


class LogEntry(TypedDict):
    """A request, as `GET /_emulator/log` shows it.

    Attributes:
        request_id: The value of `MD-Request-Id` in the answer.
        at: When it had arrived, in seconds since the epoch.
        method: The HTTP method.
        path: The path, percent-decoded.
        query: The query as sent, without the question mark.
        body: The body; bytes that aren't UTF-8 are replaced.
        idempotency_mark: The first 12 hex digits of the SHA-256 of the Idempotency-Key, None without one: enough to
            see whether two requests had the same key, and not the key.
        status: The status of the answer, also of one that a fault keeps from the client; None until there is one.
        change: What it did, in words; None if it changed nothing.
        faults: What went wrong with it on demand, a phrase for each thing.
    """

    request_id: str
    at: float
    method: str
    path: str
    query: str
    body: str
    idempotency_mark: str | None
    status: int | None
    change: str | None
    faults: list[str]


MAX_ENTRIES = 10_000
MAX_CHARS = 64 << 20
"""Of paths, queries and bodies together."""


class RequestLog:
    """The latest requests; the oldest go where they are too many or too long together."""

    def __init__(self) -> None:
        self._entries: deque[LogEntry] = deque()
        self._chars = 0

    def add(self, entry: LogEntry) -> None:
        """Log a request, which stays even where it is too long alone."""
        self._entries.append(entry)
        self._chars += _length(entry)
        while len(self._entries) > MAX_ENTRIES or (self._chars > MAX_CHARS and len(self._entries) > 1):
            self._chars -= _length(self._entries.popleft())

    def entries(self) -> list[LogEntry]:
        """Return the requests, oldest first."""
        return list(self._entries)

    def latest(self, count: int) -> list[LogEntry]:
        """Return the latest requests, newest first."""
        return list(itertools.islice(reversed(self._entries), count))

    def __len__(self) -> int:
        return len(self._entries)

    def clear(self) -> None:
        """Forget them."""
        self._entries.clear()
        self._chars = 0


def new_entry(scope: Mapping[str, Any], body: bytes, faults: list[str]) -> LogEntry:
    """Describe a request that just came, under a new request id.

    Args:
        scope: The request's ASGI scope.
        body: Its whole body.
        faults: What goes wrong with it.
    """
    key = dict(scope["headers"]).get(b"idempotency-key")
    return {
        "request_id": f"req_{secrets.token_hex(8)}",
        "at": time.time(),
        "method": scope["method"],
        "path": scope["path"],
        "query": scope["query_string"].decode("latin-1"),
        "body": body.decode("utf-8", "replace"),
        "idempotency_mark": hashlib.sha256(key).hexdigest()[:12] if key else None,
        "status": None,
        "change": None,
        "faults": faults,
    }


def _length(entry: LogEntry) -> int:
    return len(entry["path"]) + len(entry["query"]) + len(entry["body"])
