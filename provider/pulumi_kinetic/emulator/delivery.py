"""How an answer reaches the client: at once, in part, a byte at a time, or never."""

import asyncio
from typing import NamedTuple

from starlette.types import Receive, Send

from pulumi_kinetic.emulator.faults import Fault


class Answer(NamedTuple):
    """An answer before it is sent. The list of headers may be added to."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


def new_answer(status: int, content_type: str, body: bytes) -> Answer:
    """Make an answer with the headers that its body needs.

    Args:
        status: The HTTP status.
        content_type: The `Content-Type`; empty for none.
        body: The whole body.
    """
    headers = [(b"content-type", content_type.encode())] if content_type else []
    return Answer(status, [*headers, (b"content-length", str(len(body)).encode())], body)


async def deliver(answer: Answer, fault: Fault, receive: Receive, send: Send) -> None:
    """Send an answer as the fault of its request has it."""
    if fault.drop:
        _abort(receive)
    elif fault.trickle_seconds and fault.trickle_headers:
        await _trickle_all(answer, fault.trickle_seconds, receive)
    else:
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        await _send_body(answer.body, fault, receive, send)


async def _send_body(body: bytes, fault: Fault, receive: Receive, send: Send) -> None:
    if fault.half_body:
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        # Without a wait the client could see the connection close before it has read the half.
        await asyncio.sleep(fault.stall_seconds)
        _abort(receive)
        return
    if fault.trickle_seconds:
        for byte in body:
            await asyncio.sleep(fault.trickle_seconds)
            if _transport(receive).is_closing():
                return
            await send({"type": "http.response.body", "body": bytes([byte]), "more_body": True})
        body = b""
    await send({"type": "http.response.body", "body": body})


async def _trickle_all(answer: Answer, seconds: float, receive: Receive) -> None:
    """Write the answer past ASGI, which sends all headers at once."""
    transport = _transport(receive)
    headers = b"".join(b"%b: %b\r\n" % header for header in [*answer.headers, (b"connection", b"close")])
    for byte in b"HTTP/1.1 %d Slow\r\n%b\r\n%b" % (answer.status, headers, answer.body):
        await asyncio.sleep(seconds)
        if transport.is_closing():
            return
        transport.write(bytes([byte]))
    transport.close()


def _abort(receive: Receive) -> None:
    """Cut the connection."""
    _transport(receive).abort()


def _transport(receive: Receive) -> asyncio.Transport:
    """ASGI has no access to the connection, but uvicorn's `receive` is a method of the object that has."""
    transport: asyncio.Transport = receive.__self__.transport  # type: ignore[attr-defined]
    return transport
