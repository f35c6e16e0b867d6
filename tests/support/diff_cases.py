"""One table of cases for the pure diff and for both doors, so that they can't disagree."""

from typing import Any, NamedTuple, cast

from pulumi_kinetic.endpoint import Inputs

BASE: dict[str, Any] = {
    "url": "https://example.com/hooks",
    "enabledEvents": ["a", "b"],
    "status": "enabled",
    "idempotencyKey": "0c5f7a1e-key",
}


class Case(NamedTuple):
    name: str
    declared_before: dict[str, Any]
    declared_now: dict[str, Any]
    differing: list[str]


def _url(name: str, before: str, now: str, *, differs: bool) -> Case:
    return Case(name, {"url": before}, {"url": now}, ["url"] if differs else [])


def _events(name: str, before: list[str] | None, now: list[str] | None, *, differs: bool) -> Case:
    return Case(name, {"enabledEvents": before}, {"enabledEvents": now}, ["enabledEvents"] if differs else [])


CASES = [
    Case("nothing changed", {}, {}, []),
    _url("another path", "https://example.com/hooks", "https://example.com/hook", differs=True),
    _url("a slash at the end of a path", "https://example.com/hooks", "https://example.com/hooks/", differs=True),
    _url("case of a path", "https://example.com/hooks", "https://example.com/Hooks", differs=True),
    _url("another query", "https://example.com/?a=1", "https://example.com/?a=2", differs=True),
    _url("an empty query", "https://example.com/", "https://example.com/?", differs=True),
    _url("another port", "https://example.com:8443/", "https://example.com:9443/", differs=True),
    _url("another scheme", "https://example.com/", "http://example.com/", differs=True),
    _url("a port that is the other scheme's", "https://example.com:80/", "https://example.com/", differs=True),
    _url("a user name that the server has", "https://user@example.com/", "https://example.com/", differs=True),
    _url("another user name that the server has", "https://a@example.com/", "https://b@example.com/", differs=True),
    _url("another fragment that the server has", "https://example.com/#a", "https://example.com/#b", differs=True),
    _url("a fragment that the server has", "https://example.com/#a", "https://example.com/", differs=True),
    _url("case of the host", "https://example.com/hooks", "https://EXAMPLE.com/hooks", differs=False),
    _url("case of the scheme", "https://example.com/hooks", "HTTPS://example.com/hooks", differs=False),
    _url("the default port", "https://example.com/hooks", "https://example.com:443/hooks", differs=False),
    _url("the default port of http", "http://localhost/x", "http://localhost:80/x", differs=False),
    _url("an empty port", "https://example.com/hooks", "https://example.com:/hooks", differs=False),
    _url("zeros before a port", "https://example.com:8443/", "https://example.com:08443/", differs=False),
    _url("no path and /", "https://example.com", "https://example.com/", differs=False),
    _url("no path and / before a query", "https://example.com?a=1", "https://example.com/?a=1", differs=False),
    _url("case of an IPv6 host", "https://[2001:DB8::1]/", "https://[2001:db8::1]:443", differs=False),
    _events("order of events", ["a", "b"], ["b", "a"], differs=False),
    _events("repeats of events", ["a", "b"], ["a", "b", "a"], differs=False),
    _events("omitted and *", None, ["*"], differs=False),
    _events("one event more", ["a", "b"], ["a", "b", "c"], differs=True),
    _events("one event less", ["a", "b"], ["a"], differs=True),
    _events("case of an event", ["a"], ["A"], differs=True),
    _events("all events instead of some", ["a", "b"], None, differs=True),
    _events("some events instead of all", None, ["a"], differs=True),
    Case("status", {"status": "enabled"}, {"status": "disabled"}, ["status"]),
    Case(
        "everything at once",
        {},
        {"url": "https://example.org/", "enabledEvents": ["c"], "status": "disabled"},
        ["url", "enabledEvents", "status"],
    ),
    Case("another idempotency key", {"idempotencyKey": "one"}, {"idempotencyKey": "two"}, []),
    Case("adopt set later", {}, {"adopt": "we_other"}, []),
]


def inputs(changed: dict[str, Any]) -> Inputs:
    """Checked inputs: the base with some properties changed; None omits one."""
    return cast("Inputs", {name: value for name, value in {**BASE, **changed}.items() if value is not None})
