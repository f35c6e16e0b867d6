"""An API that stores what it is given in a form of its own, over real HTTP: for servers that the emulator isn't."""

import itertools
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Fields = dict[str, Any]
Rule = Callable[[Fields], Fields]
COLLECTION = "/v1/webhook_endpoints"


def as_given(fields: Fields) -> Fields:
    """The rule of a server that stores what it is given."""
    return fields


class RewritingApi:
    """The endpoints of such a server. `rule` rewrites the fields of each write; a GET and an edit by hand don't."""

    def __init__(self) -> None:
        self.url = ""
        self._numbers = itertools.count(1)
        self.reset(as_given)

    def reset(self, rule: Rule) -> None:
        self.rule = rule
        self.endpoints: dict[str, Fields] = {}
        self.writes: list[tuple[str, Fields]] = []
        self._answers: dict[str, Fields] = {}

    def edit(self, endpoint_id: str, **fields: object) -> None:
        """Change an endpoint behind Pulumi's back, past the rule."""
        self.endpoints[endpoint_id].update(fields)

    def answer(self, method: str, path: str, body: Fields, key: str | None = None) -> tuple[int, Fields]:
        endpoint_id = path.removeprefix(COLLECTION).strip("/")
        if method != "GET":
            self.writes.append((method, body))
        if method == "POST":
            return 201, self._create(body, key or "")
        if not endpoint_id:
            return 200, {"data": list(self.endpoints.values()), "has_more": False}
        if endpoint_id not in self.endpoints:
            return 404, {"error": {"code": "not_found"}}
        if method == "DELETE":
            del self.endpoints[endpoint_id]
            return 200, {"webhook_endpoint_id": endpoint_id, "deleted": True}
        self.endpoints[endpoint_id].update(self.rule(body))
        return 200, self.endpoints[endpoint_id]

    def _create(self, body: Fields, key: str) -> Fields:
        if key not in self._answers:
            endpoint_id = f"we_{next(self._numbers)}"
            stored = self.rule({"enabled_events": ["*"], **body})
            self.endpoints[endpoint_id] = {"webhook_endpoint_id": endpoint_id, "status": "enabled", **stored}
            self._answers[key] = {**self.endpoints[endpoint_id], "signing_secret": f"whsec_{endpoint_id}"}
        return self._answers[key]


@contextmanager
def rewriting_api() -> Iterator[RewritingApi]:
    """Serve one on loopback."""
    api = RewritingApi()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one packet, or each answer takes 40 ms

        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length) or b"{}")
            path = self.path.partition("?")[0]
            status, answer = api.answer(self.command, path, body, self.headers.get("Idempotency-Key"))
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = do_DELETE = _answer  # noqa: N815 the names that the library calls

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    api.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
