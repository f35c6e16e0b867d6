"""What may answer in the place of an API: a gateway, a proxy, a login wall, another server."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

GatewayName = Literal["not_found", "html_404", "html_502", "html_503", "empty", "no_content", "login", "login_page"]

_JSON, _HTML = "application/json", "text/html; charset=utf-8"
_LOGIN = "<!doctype html><title>Sign in</title><form action=/login method=post><input name=user></form>"


class GatewayAnswer(NamedTuple):
    """What a gateway answers to every request.

    Attributes:
        status: The HTTP status.
        content_type: The `Content-Type`; empty for none.
        body: The body.
        headers: More headers.
    """

    status: int
    content_type: str
    body: str
    headers: Mapping[str, str] = MappingProxyType({})


GATEWAYS: Mapping[GatewayName, GatewayAnswer] = MappingProxyType(
    {
        # As a gateway words it that doesn't know a route, and by chance as the API words it for a missing endpoint.
        "not_found": GatewayAnswer(404, _JSON, '{"error": {"code": "not_found"}}'),
        "html_404": GatewayAnswer(404, _HTML, "<html><h1>404 Not Found</h1></html>"),
        "html_502": GatewayAnswer(502, _HTML, "<html><h1>502 Bad Gateway</h1></html>"),
        "html_503": GatewayAnswer(503, _HTML, "<html><h1>503 Service Unavailable</h1></html>"),
        "empty": GatewayAnswer(200, _JSON, ""),
        "no_content": GatewayAnswer(204, "", ""),
        "login": GatewayAnswer(302, _HTML, _LOGIN, MappingProxyType({"Location": "/login"})),
        "login_page": GatewayAnswer(200, _HTML, _LOGIN),
    }
)
