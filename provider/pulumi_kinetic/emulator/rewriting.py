"""How a server may store a URL and a list of events in another form than it got. Pure functions of plain values."""

import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Literal
from urllib.parse import SplitResult, urlsplit

EventRule = Literal["sort", "lower", "deduplicate", "expand"]
UrlRule = Literal[
    "punycode",
    "lower_host",
    "strip_default_port",
    "root_slash",
    "add_trailing_slash",
    "strip_trailing_slash",
    "lower_path",
    "percent_upper",
    "percent_lower",
    "percent_decode",
    "sort_query",
    "strip_fragment",
]
EVENT_CATALOG = ("judgment.created", "packet.created", "packet.deleted")
"""What `expand` makes of "*". Two names are the API reference's examples; the catalog itself isn't in it."""

_DEFAULT_PORTS = {"http": "80", "https": "443"}
_ESCAPE = re.compile("%([0-9A-Fa-f]{2})")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")


def rewritten_url(url: str, rules: Iterable[UrlRule]) -> str:
    """Apply rules to a valid URL, in their order."""
    for rule in rules:
        url = _URL_RULES[rule](url)
    return url


def rewritten_events(events: Iterable[str], rules: Iterable[EventRule]) -> list[str]:
    """Apply rules to a list of events, in their order."""
    rewritten = list(events)
    for rule in rules:
        rewritten = _EVENT_RULES[rule](rewritten)
    return rewritten


def _of_parts(change: Callable[[SplitResult], SplitResult]) -> Callable[[str], str]:
    return lambda url: change(urlsplit(url)).geturl()


def _netloc(parts: SplitResult, change_host: Callable[[str], str] = str, *, port: bool = True) -> SplitResult:
    """Change the host, and leave the login and, if it is to stay, the port as they are."""
    login, at, address = parts.netloc.rpartition("@")
    matched = re.fullmatch(r"(\[[^]]*\]|[^:]*)(:[0-9]*)?", address)
    host, colon_and_port = matched.groups("") if matched else (address, "")
    return parts._replace(netloc=f"{login}{at}{change_host(host)}{colon_and_port if port else ''}")


def _punycode(host: str) -> str:
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return host


def _without_default_port(parts: SplitResult) -> SplitResult:
    default = _DEFAULT_PORTS.get(parts.scheme, "")
    return _netloc(parts, port=not parts.netloc.endswith((f":{default}", ":")))


def _decode_unreserved(url: str) -> str:
    def decode(escape: re.Match[str]) -> str:
        character = chr(int(escape[1], 16))
        return character if _UNRESERVED.fullmatch(character) else escape[0]

    return _ESCAPE.sub(decode, url)


_URL_RULES: Mapping[UrlRule, Callable[[str], str]] = MappingProxyType(
    {
        "punycode": _of_parts(lambda parts: _netloc(parts, _punycode)),
        "lower_host": _of_parts(lambda parts: _netloc(parts, str.lower)),
        "strip_default_port": _of_parts(_without_default_port),
        "root_slash": _of_parts(lambda parts: parts._replace(path=parts.path or "/")),
        "add_trailing_slash": _of_parts(lambda parts: parts._replace(path=parts.path.rstrip("/") + "/")),
        "strip_trailing_slash": _of_parts(lambda parts: parts._replace(path=parts.path.rstrip("/"))),
        "lower_path": _of_parts(lambda parts: parts._replace(path=parts.path.lower())),
        "percent_upper": lambda url: _ESCAPE.sub(lambda escape: escape[0].upper(), url),
        "percent_lower": lambda url: _ESCAPE.sub(lambda escape: escape[0].lower(), url),
        "percent_decode": _decode_unreserved,
        "sort_query": _of_parts(lambda parts: parts._replace(query="&".join(sorted(parts.query.split("&"))))),
        "strip_fragment": _of_parts(lambda parts: parts._replace(fragment="")),
    }
)

_EVENT_RULES: Mapping[EventRule, Callable[[list[str]], list[str]]] = MappingProxyType(
    {
        "sort": sorted,
        "lower": lambda events: [event.lower() for event in events],
        "deduplicate": lambda events: list(dict.fromkeys(events)),
        "expand": lambda events: [*EVENT_CATALOG] if "*" in events else events,
    }
)
