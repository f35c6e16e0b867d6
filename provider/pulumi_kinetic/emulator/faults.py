"""Faults on demand: which request goes wrong, and how."""

import asyncio
import json
import threading
from collections.abc import Callable
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pulumi_kinetic.emulator.request_log import LogEntry, RequestLog, new_entry
from pulumi_kinetic.emulator.store import Assumptions


class Fault(BaseModel):
    """An entry of a fault script: the requests that it is for, and what goes wrong with them."""

    model_config = ConfigDict(extra="forbid")

    method: str | None = Field(None, description="HTTP method that it is for; any when omitted.")
    path: str | None = Field(None, description="Text that the path must contain; any when omitted.")
    times: int = Field(1, description="How many requests it is for.")
    skip: int = Field(0, description="How many matching requests it lets pass first.")
    delay_seconds: float = Field(0, description="Wait before the work.")
    delay_in_flight_seconds: float = Field(0, description="Wait while a create's Idempotency-Key is in flight.")
    delay_after_seconds: float = Field(0, description="Wait after the work is done, before the answer.")
    commit: bool = Field(default=True, description="Whether the work is done at all.")
    drop: bool = Field(default=False, description="Close the connection instead of answering.")
    half_body: bool = Field(default=False, description="Close the connection in the middle of the answer's body.")
    stall_seconds: float = Field(0.05, description="With `half_body`: wait between the half and the cut.")
    status: int | None = Field(None, description="Answer with this status instead.")
    body: str = Field("", description="With `status`: the body.")
    content_type: str = Field("application/json", description="With `status`: the Content-Type.")
    headers: dict[str, str] = Field({}, description="Headers added to the answer (Retry-After, say).")
    without_secret: bool = Field(default=False, description="Leave signing_secret out of the answer.")


class FaultScript:
    """The faults still to come."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def set(self, faults: list[Fault]) -> None:
        """Replace the script."""
        with self._lock:
            # Copies, since next_for counts `times` and `skip` down.
            self._faults = [fault.model_copy() for fault in faults]

    def next_for(self, method: str, path: str) -> Fault:
        """Take the fault of a request from the script: the first that matches, `times` times after `skip` requests.

        Returns: The fault; one that changes nothing if the script has none for this request.
        """
        with self._lock:
            for fault in self._faults:
                if fault.method in (None, method) and (fault.path or "") in path and fault.times > 0:
                    if fault.skip > 0:
                        fault.skip -= 1
                        continue
                    fault.times -= 1
                    return fault
        return Fault()


class _Answer(NamedTuple):
    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


class FaultMiddleware:
    """ASGI middleware that logs each request, gives it an id, and applies the fault script to it.

    Args:
        app: The application.
        exempt: The beginning of the paths that are neither logged nor disturbed.
        assumptions: Gets the assumptions of the moment.
        script: The faults still to come.
        log: Where requests are logged.
    """

    def __init__(
        self, app: ASGIApp, exempt: str, assumptions: Callable[[], Assumptions], script: FaultScript, log: RequestLog
    ) -> None:
        self._app = app
        self._exempt = exempt
        self._assumptions = assumptions
        self._script = script
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request (ASGI)."""
        if scope["type"] != "http" or scope["path"].startswith(self._exempt):
            await self._app(scope, receive, send)
            return
        fault = self._script.next_for(scope["method"], scope["path"])
        # For the application: only it can wait while a create is in flight.
        scope["fault"] = fault
        request_body = await _read_body(receive)
        entry = new_entry(scope, request_body)
        self._log.append(entry)
        await asyncio.sleep(fault.delay_seconds)
        answer = await self._answer(scope, request_body, fault)
        answer.headers.extend(self._added_headers(entry, fault))
        entry["status"] = answer.status
        await asyncio.sleep(fault.delay_after_seconds)
        await _deliver(answer, fault, receive, send)

    async def _answer(self, scope: Scope, request_body: bytes, fault: Fault) -> _Answer:
        answer = await self._call_app(scope, request_body) if fault.commit else _new_answer(200, "", b"")
        if fault.status is not None:
            answer = _new_answer(fault.status, fault.content_type, fault.body.encode())
        if fault.without_secret:
            fields = {name: value for name, value in json.loads(answer.body).items() if name != "signing_secret"}
            answer = _new_answer(answer.status, "application/json", json.dumps(fields).encode())
        return answer

    async def _call_app(self, scope: Scope, request_body: bytes) -> _Answer:
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": request_body, "more_body": False}

        async def collect(message: Message) -> None:
            sent.append(message)

        await self._app(scope, receive, collect)
        start, *chunks = sent
        return _Answer(start["status"], [*start["headers"]], b"".join(chunk.get("body", b"") for chunk in chunks))

    def _added_headers(self, entry: LogEntry, fault: Fault) -> list[tuple[bytes, bytes]]:
        added = dict(fault.headers)
        if self._assumptions().request_id_header:
            added["MD-Request-Id"] = entry["request_id"]
        return [(name.encode(), value.encode()) for name, value in added.items()]


def _new_answer(status: int, content_type: str, body: bytes) -> _Answer:
    headers = [(b"content-type", content_type.encode()), (b"content-length", str(len(body)).encode())]
    return _Answer(status, headers, body)


async def _read_body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def _deliver(answer: _Answer, fault: Fault, receive: Receive, send: Send) -> None:
    if fault.drop:
        _abort(receive)
        return
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    if fault.half_body:
        half = answer.body[: len(answer.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
        # Without a wait the client could see the connection close before it has read the half.
        await asyncio.sleep(fault.stall_seconds)
        _abort(receive)
        return
    await send({"type": "http.response.body", "body": answer.body})


def _abort(receive: Receive) -> None:
    """Cut the connection. ASGI has no message for that, but uvicorn's `receive` is a method of the object that can."""
    receive.__self__.transport.abort()  # type: ignore[attr-defined]
