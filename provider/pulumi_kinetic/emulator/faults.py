"""Faults on demand: which request goes wrong, and how; and the log of all of them."""

import asyncio
import json
import threading
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pulumi_kinetic.emulator.request_log import Log, new_entry
from pulumi_kinetic.emulator.store import Assumptions


class Fault(BaseModel):
    """One line of a fault script; the first that fits a request is used, `times` times."""

    model_config = ConfigDict(extra="forbid")

    method: str | None = Field(None, description="HTTP method that it is for; any when omitted.")
    path: str | None = Field(None, description="Text that the path must hold; any when omitted.")
    times: int = Field(1, description="How many requests it is for.")
    skip: int = Field(0, description="How many fitting requests it lets pass first.")
    delay_seconds: float = Field(0, description="Wait before anything is done.")
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


class Script:
    """The faults still to come."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def set(self, faults: list[Fault]) -> None:
        """Replace the script."""
        with self._lock:
            self._faults = [fault.model_copy() for fault in faults]

    def next_for(self, method: str, path: str) -> Fault:
        """The fault of a request; one that changes nothing where the script has none for it."""
        with self._lock:
            for fault in self._faults:
                if fault.method in (None, method) and (fault.path or "") in path and fault.times > 0:
                    if fault.skip > 0:
                        fault.skip -= 1
                        continue
                    fault.times -= 1
                    return fault
        return Fault()


class Faulty:
    """Around everything but the paths that it passes: request ids, the log, and what the fault script says."""

    def __init__(self, app: ASGIApp, passes: str, assumed: Callable[[], Assumptions], script: Script, log: Log) -> None:
        self._app = app
        self._passes = passes
        self._assumed = assumed
        self._script = script
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request (ASGI)."""
        if scope["type"] != "http" or scope["path"].startswith(self._passes):
            await self._app(scope, receive, send)
            return
        fault = self._script.next_for(scope["method"], scope["path"])
        scope["fault"] = fault
        received = await _received(receive)
        entry = new_entry(scope, received)
        self._log.append(entry)
        await asyncio.sleep(fault.delay_seconds)
        start, body = await self._answer(scope, received, fault)
        start["headers"] = [*start["headers"], *self._added_headers(entry, fault)]
        entry["status"] = start["status"]
        await asyncio.sleep(fault.delay_after_seconds)
        await _deliver(start, body, fault, receive, send)

    async def _answer(self, scope: Scope, received: bytes, fault: Fault) -> tuple[Message, bytes]:
        start, body = await self._work(scope, received) if fault.commit else _answer_of(200, "", b"")
        if fault.status is not None:
            start, body = _answer_of(fault.status, fault.content_type, fault.body.encode())
        if fault.without_secret:
            fields = {name: value for name, value in json.loads(body).items() if name != "signing_secret"}
            start, body = _answer_of(start["status"], "application/json", json.dumps(fields).encode())
        return start, body

    async def _work(self, scope: Scope, received: bytes) -> tuple[Message, bytes]:
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": received, "more_body": False}

        async def collect(message: Message) -> None:
            sent.append(message)

        await self._app(scope, receive, collect)
        return sent[0], b"".join(message.get("body", b"") for message in sent[1:])

    def _added_headers(self, entry: dict[str, Any], fault: Fault) -> list[tuple[bytes, bytes]]:
        added = dict(fault.headers)
        if self._assumed().request_id_header:
            added["MD-Request-Id"] = entry["request_id"]
        return [(name.encode(), value.encode()) for name, value in added.items()]


def _answer_of(status: int, content_type: str, body: bytes) -> tuple[Message, bytes]:
    headers = [(b"content-type", content_type.encode()), (b"content-length", str(len(body)).encode())]
    return {"type": "http.response.start", "status": status, "headers": headers}, body


async def _received(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def _deliver(start: Message, body: bytes, fault: Fault, receive: Receive, send: Send) -> None:
    if fault.drop:
        _abort(receive)
        return
    await send(start)
    if fault.half_body:
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        await asyncio.sleep(fault.stall_seconds)
        _abort(receive)
        return
    await send({"type": "http.response.body", "body": body})


def _abort(receive: Receive) -> None:
    """Cut the connection. ASGI has no word for that: uvicorn's `receive` belongs to the object that can."""
    receive.__self__.transport.abort()  # type: ignore[attr-defined]
