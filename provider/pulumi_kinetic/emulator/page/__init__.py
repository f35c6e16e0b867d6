"""The emulator's page: the files of this folder, and what a browser may do with them.

It is a client of the control routes. It asks no other server for anything, and the headers hold it to that.
"""

from pathlib import Path

from fastapi import APIRouter, Response

FOLDER = Path(__file__).parent
_SCRIPT = "text/javascript; charset=utf-8"
_TYPES = {
    "index.html": "text/html; charset=utf-8",
    "page.css": "text/css; charset=utf-8",
    "icon.svg": "image/svg+xml",
    "page.js": _SCRIPT,
    "api.js": _SCRIPT,
    "assumptions.js": _SCRIPT,
    "dom.js": _SCRIPT,
    "endpoints.js": _SCRIPT,
    "faults.js": _SCRIPT,
    "requests.js": _SCRIPT,
}
_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
    # No text becomes HTML: the browser refuses innerHTML and its like.
    "require-trusted-types-for": "'script'",
    "trusted-types": "'none'",
}
_HEADERS = {
    "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in _POLICY.items()),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    # A newer version of the emulator has other files under the same names.
    "Cache-Control": "no-store",
}

routes = APIRouter(include_in_schema=False)


@routes.get("/")
async def index() -> Response:
    """Serve the page."""
    return _file("index.html")


@routes.get("/_emulator/page/{name}")
async def part(name: str) -> Response:
    """Serve a file that the page needs."""
    return _file(name) if name in _TYPES else Response(status_code=404, headers=_HEADERS)


def _file(name: str) -> Response:
    return Response((FOLDER / name).read_bytes(), headers={**_HEADERS, "Content-Type": _TYPES[name]})
