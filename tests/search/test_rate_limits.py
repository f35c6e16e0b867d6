"""Many creates at once at an API that limits the rate of requests: all get through, in their deadline.

As 150 creates at 5 a second, with the default settings, but ten times as fast.
"""

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count

import pytest

from pulumi_kinetic.client import Client, encode
from pulumi_kinetic.settings import Settings
from support.case_counter import count_cases
from support.emulator import KEY

CREATES, PARALLEL, PER_SECOND, BURST = 150, 128, 50, 5


class LimitedApi(ThreadingHTTPServer):
    """Makes endpoints, 50 a second, and refuses what comes faster."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.made: dict[str, str] = {}
        self.refused = 0
        self._tokens, self._filled_at = float(BURST), time.monotonic()
        self._numbers = count(1)
        self._lock = threading.Lock()

    def create(self, key: str) -> str | None:
        """The id of the endpoint; None where the caller has to wait."""
        with self._lock:
            now = time.monotonic()
            self._tokens = min(BURST, self._tokens + (now - self._filled_at) * PER_SECOND)
            self._filled_at = now
            if self._tokens < 1:
                self.refused += 1
                return None
            self._tokens -= 1
            return self.made.setdefault(key, f"we_{next(self._numbers)}")


class Handler(BaseHTTPRequestHandler):
    """One request of a `LimitedApi`."""

    server: LimitedApi
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        made = self.server.create(self.headers["Idempotency-Key"])
        endpoint = {"webhook_endpoint_id": made, "url": "https://a.example", "status": "enabled"}
        body = json.dumps(endpoint if made else {"error": "rate_limited"}).encode()
        self.send_response(201 if made else 429)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def limited() -> Iterator[LimitedApi]:
    with LimitedApi() as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield server
        server.shutdown()
        serving.join(timeout=20)


def test_150_creates_at_once_get_through(limited: LimitedApi) -> None:
    url = f"http://127.0.0.1:{limited.server_address[1]}"
    api = Client(Settings.model_validate({"api_key": KEY, "base_url": url, "timeout_seconds": 6, "max_retries": 4}))

    def create(number: int) -> str:
        count_cases("creates at a limited rate")
        body = encode({"url": f"https://a.example/{number}"})
        return api.create(body, f"key-{number}", "https://a.example").webhook_endpoint_id

    with ThreadPoolExecutor(PARALLEL) as pool:
        ids = list(pool.map(create, range(CREATES)))
    api.close()
    assert sorted(ids) == sorted(limited.made.values())
    assert len(set(ids)) == CREATES
    assert 0 < limited.refused < 2 * CREATES
