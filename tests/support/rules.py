"""Random deterministic rules by which a server rewrites what it stores: compositions of small rewrites."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote, unquote

from hypothesis import strategies as st

from support.rewriting_api import Fields, Rule

Rewrite = Callable[[Any], Any]


def _replacing(old: str, new: str) -> Rewrite:
    return lambda text: text.replace(old, new)


def _with_prefix(text: str) -> str:
    scheme, _, rest = text.partition("://")
    return f"{scheme}://www.{rest}"


URL_REWRITES: list[Rewrite] = [
    str.lower,
    str.upper,
    str.swapcase,
    lambda url: url.rstrip("/"),
    lambda url: url + "/",
    lambda url: url + ("&" if "?" in url else "?") + "source=api",
    lambda url: url.partition("?")[0],
    lambda url: quote(url, safe=":/?&=@[]%"),
    lambda url: quote(url, safe=":/?&=@[]"),
    unquote,
    lambda url: url.encode("punycode").decode(),
    lambda url: url[:30],
    lambda url: "".join(sorted(url)),
    _with_prefix,
]
EVENT_REWRITES: list[Rewrite] = [
    sorted,
    lambda events: events[::-1],
    lambda events: list(dict.fromkeys(events)),
    lambda events: [event.lower() for event in events],
    lambda events: ["a", "b", "ping"] if events == ["*"] else events,
    lambda events: [*events, "ping"],
    lambda events: [f"v1.{event}" for event in events],
    lambda events: events[:2],
    lambda events: ["*"] if len(events) > 3 else events,
    lambda _: None,
    lambda _: [],
]
RANDOM_URL_REWRITES = st.builds(_replacing, st.text("ab/.%:", max_size=2), st.text("abXé/", max_size=2))


def _composed(url_rewrites: list[Rewrite], event_rewrites: list[Rewrite]) -> Rule:
    def rule(fields: Fields) -> Fields:
        stored = dict(fields)
        for name, rewrites in (("url", url_rewrites), ("enabled_events", event_rewrites)):
            for rewrite in rewrites if name in fields else []:
                stored[name] = rewrite(stored[name]) if stored[name] is not None else None
        return stored

    return rule


RULES = st.builds(
    _composed,
    st.lists(st.one_of(st.sampled_from(URL_REWRITES), RANDOM_URL_REWRITES), max_size=3),
    st.lists(st.sampled_from(EVENT_REWRITES), max_size=3),
)
