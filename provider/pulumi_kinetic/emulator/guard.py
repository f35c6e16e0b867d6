"""Which requests the emulator serves at all: none that a stranger's web page can send, and none without bounds.

A page can send simple requests to any address, and can read the answers of a server whose own name leads to loopback
(DNS rebinding). The emulator has no password for its control routes, and its users have a browser.
"""

import json
import re
from collections.abc import Collection, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import NamedTuple

from starlette.types import ASGIApp, Receive, Scope, Send

MAX_BODY_BYTES = 1 << 20
MAX_CONTROL_BODY_BYTES = 64 << 20
"""More than for the API: a test may prepare an answer that is too large for a client."""
_MAX_SHOWN_CHARS = 100
_HOST = re.compile(r"(?P<host>\[[0-9a-f:.]+\]|[a-z0-9._-]+?)\.?(?::[0-9]*)?")
_ORIGIN = re.compile("https?://(?P<host>.+)")
_LOOPBACK = ip_network("127.0.0.0/8")
_WITHOUT_BODY = ("GET", "HEAD", "DELETE", "OPTIONS")
Headers = Sequence[tuple[bytes, bytes]]


class Refusal(NamedTuple):
    """Why a request isn't served."""

    status: int
    message: str


def host_name(host: str) -> str | None:
    """Take the name out of a `Host`: lower case, without a port and a final dot.

    Returns: The name; None if the value is no host.
    """
    matched = _HOST.fullmatch(host.strip().lower())
    return matched["host"] if matched else None


def refusal_of(method: str, target: str, headers: Headers, *, control: bool, names: Collection[str]) -> Refusal | None:
    """Decide whether a request is served, by what comes before its body.

    Args:
        method: The HTTP method.
        target: The request's target as sent, without the query.
        headers: All headers, with names in lower case.
        control: Whether it is for a control route.
        names: The host names to answer to besides those of loopback.

    Returns: The refusal; None if the request may pass.
    """
    return (
        _misdirected(target, _values(headers, b"host"), names)
        or _foreign(_values(headers, b"origin"), _values(headers, b"sec-fetch-site"), names)
        or (_not_json(_values(headers, b"content-type")) if control and method not in _WITHOUT_BODY else None)
        or _without_bounds(headers, MAX_CONTROL_BODY_BYTES if control else MAX_BODY_BYTES)
    )


class Guard:
    """ASGI middleware that answers the requests that aren't served.

    Args:
        app: The application.
        control: The beginning of the control routes' paths.
        names: The host names to answer to besides those of loopback.
    """

    def __init__(self, app: ASGIApp, control: str, names: Collection[str]) -> None:
        self._app = app
        self._control = control
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request (ASGI)."""
        control = scope["path"].startswith(self._control)
        target = scope.get("raw_path", b"").decode("latin-1")
        refusal = refusal_of(scope["method"], target, scope["headers"], control=control, names=self._names)
        if refusal is None:
            await self._app(scope, receive, send)
            return
        body = json.dumps({"error": {"code": "not_served", "message": refusal.message}}).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def _misdirected(target: str, hosts: list[str], names: Collection[str]) -> Refusal | None:
    if not target.startswith("/"):
        return Refusal(421, "the emulator isn't a proxy: the request's target must be a path")
    if len(hosts) == 1 and _is_served(hosts[0], names):
        return None
    shown = ", ".join(hosts)[:_MAX_SHOWN_CHARS]
    return Refusal(421, f"the emulator answers to loopback names only, not to {shown!r}; others: --allow-host NAME")


def _foreign(origins: list[str], fetch_sites: list[str], names: Collection[str]) -> Refusal | None:
    matches = [_ORIGIN.fullmatch(origin.strip().lower()) for origin in origins]
    if all(matched and _is_served(matched["host"], names) for matched in matches) and "cross-site" not in fetch_sites:
        return None
    return Refusal(403, "the emulator serves no web page of another site")


def _not_json(content_types: list[str]) -> Refusal | None:
    if [value.partition(";")[0].strip().lower() for value in content_types] == ["application/json"]:
        return None
    return Refusal(415, "a control route needs the header Content-Type: application/json, and a body of JSON")


def _without_bounds(headers: Headers, max_bytes: int) -> Refusal | None:
    if _values(headers, b"transfer-encoding"):
        return Refusal(411, "a body needs a Content-Length")
    # The HTTP server has seen that it is one number, and reads no more.
    if any(int(length) > max_bytes for length in _values(headers, b"content-length")):
        return Refusal(413, f"a body may have {max_bytes} bytes at most")
    return None


def _is_served(host: str, names: Collection[str]) -> bool:
    name = host_name(host)
    return name is not None and (name == "localhost" or name in names or _is_loopback(name))


def _is_loopback(name: str) -> bool:
    try:
        address: IPv4Address | IPv6Address = ip_address(name.strip("[]"))
    except ValueError:
        return False
    return address == IPv6Address("::1") if name.startswith("[") else address in _LOOPBACK


def _values(headers: Headers, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in headers if key == name]
