"""Any valid inputs, and other ways to write the same."""

import re
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

Inputs = Any  # some tests hand over what no type allows, too


def merged(*bags: Any) -> Any:
    """Properties put together: of what no type allows, too."""
    return {name: value for bag in bags for name, value in bag.items()}


LABELS = st.from_regex(r"[a-zA-Z0-9]([a-zA-Z0-9-]{0,8}[a-zA-Z0-9])?", fullmatch=True)
HOSTS = st.one_of(
    st.lists(LABELS, min_size=1, max_size=3).map(".".join),
    st.ip_addresses(v=4).map(str),
    st.ip_addresses(v=6).map(lambda address: f"[{address}]"),
)
PORTS = st.one_of(st.none(), st.sampled_from([80, 443, 8443]), st.integers(1, 65535))
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="?#\\@", exclude_categories=["C", "Z"]), max_size=12)
PATHS = st.one_of(st.just(""), st.just("/"), TEXTS.map(lambda text: f"/{text}"))
QUERIES = st.one_of(st.just(""), st.just("?"), TEXTS.map(lambda text: f"?{text}"))
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=12).filter(
    lambda name: name != "*" and name == name.strip()
)
EVENTS = st.one_of(st.none(), st.just(["*"]), st.lists(NAMES, min_size=1, max_size=5))
STATUSES = st.sampled_from(["enabled", "disabled"])


@st.composite
def urls(draw: Callable[..., Any]) -> str:
    scheme, host, port = draw(st.sampled_from(["https", "http"])), draw(HOSTS), draw(PORTS)
    authority = host if port is None else f"{host}:{port}"
    return f"{scheme}://{authority}{draw(PATHS)}{draw(QUERIES)}"


@st.composite
def declared(draw: Callable[..., Any]) -> Inputs:
    """What a program may declare."""
    made = {"url": draw(urls()), "enabledEvents": draw(EVENTS), "status": draw(st.one_of(st.none(), STATUSES))}
    return {name: value for name, value in made.items() if value is not None}


@st.composite
def equal_to(draw: Callable[..., Any], inputs: Inputs) -> Inputs:
    """The same meaning, written differently."""
    written = {
        "url": draw(_equal_url(inputs["url"])),
        "enabledEvents": draw(_equal_events(inputs.get("enabledEvents"))),
    }
    written["status"] = inputs.get("status") or draw(st.sampled_from([None, "enabled"]))
    return {name: value for name, value in written.items() if value is not None}


@st.composite
def _equal_url(draw: Callable[..., Any], url: str) -> str:
    scheme, authority, path, query = re.fullmatch(r"(.*?)://([^/?]*)([^?]*)(.*)", url, re.DOTALL).groups()  # type: ignore[union-attr]
    host, port = re.fullmatch(r"(\[.*\]|[^:]*)(?::(\d*))?", authority).groups()  # type: ignore[union-attr]
    default = {"https": "443", "http": "80"}[scheme.lower()]
    port = draw(st.sampled_from(["", ":", f":{default}"])) if port in (None, "", default) else f":{port}"
    recase = st.sampled_from([str.lower, str.upper, str.swapcase, str])
    path = draw(st.sampled_from(["", "/"])) if path in ("", "/") else path
    return f"{draw(recase)(scheme)}://{draw(recase)(host)}{port}{path}{query}"


@st.composite
def _equal_events(draw: Callable[..., Any], events: list[str] | None) -> list[str] | None:
    if events in (None, ["*"]):
        return draw(st.sampled_from([None, ["*"], ["*", "*"]]))  # type: ignore[no-any-return]
    assert events is not None
    return draw(st.permutations(events + draw(st.lists(st.sampled_from(events), max_size=3))))  # type: ignore[no-any-return]
