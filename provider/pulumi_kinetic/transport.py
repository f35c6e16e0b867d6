"""How requests get to the API: through which proxy, trusting which certificates, until when, and how much is read."""

import os
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import cast
from urllib.request import getproxies

import httpcore
import httpx

from pulumi_kinetic import redact
from pulumi_kinetic.errors import SettingsError
from pulumi_kinetic.network import DeadlineBackend
from pulumi_kinetic.settings import DEFAULT_PORTS, SOURCES, Settings

MAX_BODY_BYTES = 16 * 1024 * 1024
_KEEP_ALIVE_SECONDS = 5.0
_KEPT_CONNECTIONS = 20
_PROXY_SCHEMES = ("http", "https", "socks5", "socks5h")
_LAST_PORT = 65535
# httpx would keep a cookie (and print a traceback for an odd one), and parse where a redirect leads
_NOT_ACTED_ON = (b"set-cookie", b"location")


class Transport(httpx.BaseTransport):
    """What httpx sends requests through: httpcore's connections, with a deadline."""

    def __init__(self, base_url: httpx.URL, *, is_on_this_machine: bool) -> None:
        """Read the environment's proxies and certificates; connect to nothing yet.

        Args:
            base_url: Where all requests go.
            is_on_this_machine: Whether that is loopback: no proxy may see it.

        Raises:
            SettingsError: The environment names a proxy or certificates that can't be used.
        """
        proxy = None if is_on_this_machine else _proxy_for(base_url)
        needs_tls = "https" in (base_url.scheme, proxy.scheme if proxy else "")
        self._pool = _pool(proxy, _ssl_context(os.environ) if needs_tls else None)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, and return the answer, whose body hasn't been read."""
        url = request.url
        with _httpx_errors():
            answer = self._pool.handle_request(
                httpcore.Request(
                    request.method,
                    httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                    headers=request.headers.raw,
                    content=request.stream,
                    extensions=request.extensions,
                )
            )
        headers = [(name, value) for name, value in answer.headers if name.lower() not in _NOT_ACTED_ON]
        return httpx.Response(answer.status, headers=headers, stream=_Body(answer))

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        with _httpx_errors():
            yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


def parse_base_url(settings: Settings) -> httpx.URL:
    """Return the base URL as httpx has it.

    Raises:
        SettingsError: No request can be sent there.
    """
    try:
        return _parse_url(settings.base_url)
    except (httpx.InvalidURL, UnicodeError):
        shown = redact.value(settings.base_url)
        problem = f"{SOURCES['base_url']} isn't a URL that a request can be sent to. Given: {shown}"
        raise SettingsError([problem]) from None


def proxy_of(settings: Settings) -> str | None:
    """Return scheme and host of the proxy that requests go through; None for none.

    Raises:
        SettingsError: The environment names one that can't be used.
    """
    proxy = None if settings.is_on_this_machine else _proxy_for(parse_base_url(settings))
    return redact.bare_origin(f"{proxy.scheme}://{proxy.netloc.decode()}") if proxy else None


def fetch(client: httpx.Client, request: httpx.Request, seconds: float) -> httpx.Response:
    """Send a request once, and read the answer, all within a time.

    The body of an answer that is encoded, or too long, isn't read: the extension `unread` then says why.

    Args:
        client: What sends it.
        request: The request.
        seconds: How long all of it may take: connect, TLS, proxy, headers and body.

    Raises:
        TransportError: No whole answer came.
    """
    deadline = time.monotonic() + seconds
    # moments, not durations: see the module network
    request.extensions["timeout"] = {"connect": deadline, "read": deadline, "write": deadline}
    response = client.send(request, stream=True)
    try:
        body, unread = _read_body(response)
    finally:
        response.close()
    headers = [(name, value) for name, value in response.headers.raw if name.lower() != b"content-encoding"]
    return httpx.Response(
        response.status_code, headers=headers, content=body, request=request, extensions={"unread": unread}
    )


def _read_body(response: httpx.Response) -> tuple[bytes, str]:
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in ("", "identity"):
        return b"", f"a body encoded as {encoding}, though none was asked for"
    body = bytearray()
    for chunk in cast("httpx.SyncByteStream", response.stream):
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            return b"", f"a body longer than {MAX_BODY_BYTES // 1024**2} MiB"
    return bytes(body), ""


def _parse_url(text: str) -> httpx.URL:
    """Parse a URL, and fail here rather than bare at each request where its host can't be looked up.

    Raises:
        InvalidURL: httpx can't parse it.
        UnicodeError: Its host isn't a name that can be looked up: a label is empty, too long or wrongly encoded.
    """
    url = httpx.URL(text)
    _ = url.host  # decodes IDNA, as a request does
    url.raw_host.decode("ascii").encode("idna")  # as the socket does
    return url


def _proxy_for(base_url: httpx.URL) -> httpx.URL | None:
    """The proxy that the environment (or, on Windows and macOS, the system) names for a URL; None for none."""
    proxies = getproxies()
    kind = base_url.scheme if proxies.get(base_url.scheme) else "all"
    proxy = proxies.get(kind, "").strip()
    port = base_url.port or DEFAULT_PORTS[base_url.scheme]
    if not proxy or is_exempt(base_url.host, port, proxies.get("no", "")):
        return None
    name = _name_of(f"{kind}_proxy")
    try:
        url = _parse_url(proxy if "://" in proxy else f"http://{proxy}")
    except (httpx.InvalidURL, UnicodeError):
        raise _environment_error(name, "isn't the URL of a proxy", proxy) from None
    if url.scheme not in _PROXY_SCHEMES or not url.host or not 0 < (1 if url.port is None else url.port) <= _LAST_PORT:
        schemes = ", ".join(f"{scheme}://" for scheme in _PROXY_SCHEMES)
        raise _environment_error(name, f"isn't the URL of a proxy ({schemes})", proxy)
    if url.scheme.startswith("socks") and find_spec("socksio") is None:
        raise _environment_error(name, "needs one more package: pip install 'httpx[socks]'", proxy)
    return url


def is_exempt(host: str, port: int, no_proxy: str) -> bool:
    """Tell whether NO_PROXY has a host; what isn't understood in there has no effect, as with other programs.

    Args:
        host: A name or an address, without brackets.
        port: The port.
        no_proxy: Names (their sub-domains count too), addresses, networks (10.0.0.0/8), each perhaps with a port; `*`.
    """
    return any(_covers(entry.strip().lower(), host.lower().rstrip("."), port) for entry in no_proxy.split(","))


def _covers(entry: str, host: str, port: int) -> bool:
    entry = entry.partition("://")[2] or entry
    if entry == "*":
        return True
    name, _, number = entry.rpartition(":")
    if number.isdecimal() and (":" not in name or name.startswith("[")):
        if int(number[:6]) != port:
            return False
        entry = name
    entry = entry.strip("[]")
    try:
        return ip_address(host) in ip_network(entry, strict=False)
    except ValueError:
        domain = entry.removeprefix("*").strip(".")
        return bool(domain) and (host == domain or host.endswith(f".{domain}"))


def _ssl_context(variables: Mapping[str, str]) -> ssl.SSLContext:
    """What certificates are checked by: the environment's authorities, else those that come with httpx.

    Raises:
        SettingsError: The environment's can't be read.
    """
    file, folder = variables.get("SSL_CERT_FILE"), variables.get("SSL_CERT_DIR")
    if folder and not _is_readable_folder(folder):
        raise _environment_error("SSL_CERT_DIR", "isn't a folder that can be read", folder)
    if not file and not folder:
        return httpx.create_ssl_context(trust_env=False)
    try:
        return ssl.create_default_context(cafile=file or None, capath=folder or None)
    except (OSError, ValueError) as error:
        raise _environment_error("SSL_CERT_FILE", _reason(error), file or "") from None


def _is_readable_folder(folder: str) -> bool:
    try:
        return Path(folder).is_dir() and os.access(folder, os.R_OK | os.X_OK)
    except (OSError, ValueError):
        return False


def _reason(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "isn't there"
    if isinstance(error, ssl.SSLError):
        return "holds no certificates (PEM)"
    return "can't be read"


def _pool(proxy: httpx.URL | None, context: ssl.SSLContext | None) -> httpcore.ConnectionPool:
    # the engine decides how many calls are under way
    backend = DeadlineBackend()
    if proxy is None:
        return httpcore.ConnectionPool(
            ssl_context=context,
            max_connections=None,
            max_keepalive_connections=_KEPT_CONNECTIONS,
            keepalive_expiry=_KEEP_ALIVE_SECONDS,
            network_backend=backend,
        )
    url = httpcore.URL(scheme=proxy.raw_scheme, host=proxy.raw_host, port=proxy.port, target=b"/")
    auth = (proxy.username.encode(), proxy.password.encode()) if proxy.userinfo else None
    if proxy.scheme.startswith("socks"):
        return httpcore.SOCKSProxy(
            url, auth, context, None, _KEPT_CONNECTIONS, _KEEP_ALIVE_SECONDS, network_backend=backend
        )
    return httpcore.HTTPProxy(
        url,
        auth,
        ssl_context=context,
        proxy_ssl_context=context if proxy.scheme == "https" else None,
        max_connections=None,
        max_keepalive_connections=_KEPT_CONNECTIONS,
        keepalive_expiry=_KEEP_ALIVE_SECONDS,
        network_backend=backend,
    )


@contextmanager
def _httpx_errors() -> Iterator[None]:
    """The errors of httpx have the names of those of httpcore."""
    try:
        yield
    except (
        httpcore.TimeoutException,
        httpcore.NetworkError,
        httpcore.ProtocolError,
        httpcore.ProxyError,
        httpcore.UnsupportedProtocol,
    ) as error:
        raise getattr(httpx, type(error).__name__)(str(error)) from None


def _name_of(variable: str) -> str:
    """How the environment spells a variable of proxies."""
    spellings = [name for name in (variable, variable.upper()) if os.environ.get(name)]
    return spellings[0] if spellings else f"the system's setting {variable}"


def _environment_error(name: str, problem: str, value: str) -> SettingsError:
    return SettingsError([f"{name} {problem}. Given: {redact.value(value)}"])
