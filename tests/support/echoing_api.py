"""A hostile API: whatever it is asked, it repeats all that it was given, in each place of an answer."""

import json
import random
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from typing_extensions import Self

from support.secret_scan import spellings

STATUSES = (200, 201, 204, 302, 400, 401, 403, 404, 409, 418, 422, 429, 500, 503)
CONTENT_TYPES = ("application/json", "text/plain", "text/html")


class EchoingApi:
    """Each answer draws a status, a spelling and a type of content; `url` is where it listens.

    Attributes:
        answers: How many answers it has given.
    """

    def __init__(self) -> None:
        self.answers = 0
        self._draw = random.Random(20261125)  # noqa: S311 a repeatable choice
        self._lock = threading.Lock()
        handler = type("Handler", (_Handler,), {"api": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=20)

    def turn(self) -> tuple[int, str, str]:
        """The next answer's status, spelling and type of content."""
        with self._lock:
            self.answers += 1
            draw = self._draw.choice
            return draw(STATUSES), draw(list(spellings("x"))), draw(CONTENT_TYPES)


class _Handler(BaseHTTPRequestHandler):
    api: EchoingApi
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, spelling, content_type = self.api.turn()
        given = [spellings(value)[spelling] for value in _secrets(self.headers.items(), self.path, sent)]
        body = json.dumps({"error": {"message": " ".join(given), "given": given}}).encode()
        if content_type != "application/json":
            body = f"<title>{' '.join(given)}</title>".encode() if "html" in content_type else " ".join(given).encode()
        flat = "".join(character for character in given[0] if " " <= character <= "~")
        self.send_response_only(status, f"No {flat}")
        self.send_header("MD-Request-Id", flat)
        self.send_header("Content-Type", f"{content_type if len(given[0]) % 2 else flat}; charset={flat}")
        self.send_header("Retry-After", flat)
        self.send_header("Location", f"https://elsewhere.example/{flat}")
        self.send_header("Content-Length", "0" if status == 204 else str(len(body)))
        self.end_headers()
        if status != 204:
            self.wfile.write(body)

    do_GET = do_POST = do_PATCH = do_DELETE = answer  # noqa: N815 as http.server calls them

    def log_message(self, *_: Any) -> None:
        """Write nothing."""


def _secrets(headers: list[tuple[str, str]], path: str, body: bytes) -> Iterator[str]:
    """What a client gave that no message may show; the key first."""
    given = {name.lower(): value for name, value in headers}
    yield given["authorization"].removeprefix("Bearer ")
    yield path
    if "idempotency-key" in given:
        yield given["idempotency-key"]
    for value in (json.loads(body) if body else {}).values():
        yield from value if isinstance(value, list) else [value]
