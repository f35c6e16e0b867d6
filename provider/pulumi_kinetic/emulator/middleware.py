"""What surrounds the API: the log of requests, the rate limit, a gateway in its place, and the faults.

The page and the control routes are beside it.
"""

import asyncio
import json
import time
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pulumi_kinetic.emulator.assumptions import Assumptions
from pulumi_kinetic.emulator.changes import Changes
from pulumi_kinetic.emulator.delivery import Answer, deliver, new_answer
from pulumi_kinetic.emulator.faults import Fault, FaultScript, effects
from pulumi_kinetic.emulator.gateway import GATEWAYS, GatewayAnswer
from pulumi_kinetic.emulator.rate_limit import RateLimit
from pulumi_kinetic.emulator.request_log import LogEntry, RequestLog, new_entry
from pulumi_kinetic.emulator.wire import error_body


class Bypass:
    """ASGI middleware that lets the page and the control routes past what surrounds the API.

    Args:
        app: The application: what serves them.
        surrounded: The same application with all that surrounds the API.
        control: The beginning of the control routes' paths.
        changes: Told of each request that may have changed something.
    """

    def __init__(self, app: ASGIApp, surrounded: ASGIApp, control: str, changes: Changes) -> None:
        self._app = app
        self._surrounded = surrounded
        self._control = control
        self._changes = changes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request (ASGI)."""
        reads = scope["method"] == "GET"
        if not scope["path"].startswith(self._control) and not (reads and scope["path"] == "/"):
            await self._surrounded(scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        finally:
            if not reads:
                self._changes.note()


class FaultMiddleware:
    """ASGI middleware that logs each request, gives it an id, and applies rate limit, gateway and faults to it.

    Args:
        app: The application.
        assumptions: Gets the assumptions of the moment.
        script: The faults still to come.
        log: Where requests are logged.
        changes: Told when a request is logged, and when it has its status.
    """

    def __init__(
        self,
        app: ASGIApp,
        assumptions: Callable[[], Assumptions],
        script: FaultScript,
        log: RequestLog,
        changes: Changes,
    ) -> None:
        self._app = app
        self._assumptions = assumptions
        self._script = script
        self._log = log
        self._changes = changes
        self._limit = RateLimit()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request (ASGI)."""
        fault = self._script.next_for(scope["method"], scope["path"])
        request_body = await _read_body(receive)
        entry = new_entry(scope, request_body, effects(fault))
        # For the application: only it can wait while a create is in flight, and say what a request has changed.
        scope["fault"], scope["log_entry"] = fault, entry
        self._log.add(entry)
        self._changes.note()
        await asyncio.sleep(fault.delay_seconds)
        answer = await self._answer(scope, request_body, fault)
        answer.headers.extend(self._added_headers(entry, fault))
        entry["status"] = answer.status
        self._changes.note()
        await asyncio.sleep(fault.delay_after_seconds)
        await deliver(answer, fault, receive, send)

    async def _answer(self, scope: Scope, request_body: bytes, fault: Fault) -> Answer:
        answer = await self._serve(scope, request_body) if fault.commit else new_answer(200, "", b"")
        if fault.status is not None:
            answer = new_answer(fault.status, fault.content_type, fault.body.encode())
        return _without_secret(answer) if fault.without_secret else answer

    async def _serve(self, scope: Scope, request_body: bytes) -> Answer:
        assumptions = self._assumptions()
        if assumptions.gateway:
            return _gateway_answer(GATEWAYS[assumptions.gateway])
        if not self._limit.accepts(time.monotonic(), assumptions.requests_per_second):
            return _limited_answer(assumptions)
        return await self._call_app(scope, request_body)

    async def _call_app(self, scope: Scope, request_body: bytes) -> Answer:
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": request_body, "more_body": False}

        async def collect(message: Message) -> None:
            sent.append(message)

        await self._app(scope, receive, collect)
        start, *chunks = sent
        return Answer(start["status"], [*start["headers"]], b"".join(chunk.get("body", b"") for chunk in chunks))

    def _added_headers(self, entry: LogEntry, fault: Fault) -> list[tuple[bytes, bytes]]:
        added = dict(fault.headers)
        # A gateway knows nothing of the API's headers.
        if self._assumptions().request_id_header and not self._assumptions().gateway:
            added["MD-Request-Id"] = entry["request_id"]
        return [(name.encode(), value.encode()) for name, value in added.items()]


def _gateway_answer(gateway: GatewayAnswer) -> Answer:
    answer = new_answer(gateway.status, gateway.content_type, gateway.body.encode())
    answer.headers.extend((name.encode(), value.encode()) for name, value in gateway.headers.items())
    return answer


def _limited_answer(assumptions: Assumptions) -> Answer:
    body = json.dumps(error_body(assumptions.error_shape, "rate_limited", "too many requests in this second"))
    answer = new_answer(429, "application/json", body.encode())
    if assumptions.retry_after_header:
        answer.headers.append((b"retry-after", b"1"))
    return answer


def _without_secret(answer: Answer) -> Answer:
    """Leave the secret out of an answer; of one that can't have a secret, nothing."""
    try:
        fields = json.loads(answer.body)
    except ValueError:
        return answer
    if not isinstance(fields, dict):
        return answer
    kept = {name: value for name, value in fields.items() if name != "signing_secret"}
    return new_answer(answer.status, "application/json", json.dumps(kept).encode())


async def _read_body(receive: Receive) -> bytes:
    body, more = bytearray(), True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return bytes(body)
