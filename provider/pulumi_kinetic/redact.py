"""What may be shown, of what: values of a user, and texts of servers and libraries. Pure functions."""

import re
from collections.abc import Iterable

MAX_VALUE_CHARS = 120
MAX_MESSAGE_CHARS = 300
REDACTED = "[redacted]"
_TOKEN = re.compile(r"(whsec|md_test|md_live)_[^\s\"'<>,;&?#]+")
_DIFFERS = "(differs in what isn't shown)"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_HALF = re.compile(r"[\ud800-\udfff]")  # of a character: no state can hold it
_MASK_CHARACTERS = {"*", "…", "•"}


def value(value: object) -> str:
    """Return a property's value for a message: short, and without the parts of a URL that may be secret.

    Those are user:password@, query and fragment.
    """
    shown = _TOKEN.sub(REDACTED, value if isinstance(value, str) else repr(value))
    shown = re.sub(r"(?s)^([a-zA-Z][\w+.-]*://)?.*@", r"\1***@", shown)
    shown = re.sub(r"(?s)[?#].*", "…", shown) if "://" in shown else shown
    shown = _cut(_CONTROL.sub(" ", shown), MAX_VALUE_CHARS)
    return f'"{shown}"' if isinstance(value, str) else shown


def origin(url: str) -> str:
    """Return a URL's scheme and host for a message; path and query may hold a token."""
    match = re.match(r"([a-zA-Z][\w+.-]*://)(?:[^/?#]*@)?([^/?#@]*)", url)
    return value(f"{match[1]}{match[2]}") if match else "the given URL"


def pair(one: object, other: object, *secrets: str, is_secret: bool) -> tuple[str | list[str], str | list[str]]:
    """Return two values of a property that differ, for a report; where what may be shown is equal, it says so.

    Args:
        one: A text, or a list whose order has no meaning: what only this side has comes first in it.
        other: The same.
        secrets: What must not be shown, wherever it comes from.
        is_secret: The property is secret: of a URL, scheme and host are shown, of all else nothing.
    """
    shown_one, shown_other = _of_pair(one, other, secrets, is_secret), _of_pair(other, one, secrets, is_secret)
    if shown_one != shown_other or isinstance(shown_one, list):
        return shown_one, shown_other
    return f"{shown_one} {_DIFFERS}", f"{shown_other} {_DIFFERS}"


def _of_pair(this: object, other: object, secrets: Iterable[str], is_secret: bool) -> str | list[str]:  # noqa: FBT001
    if is_secret:
        return origin(this).strip('"') if isinstance(this, str) and "://" in this else REDACTED
    if isinstance(this, list):
        others = other if isinstance(other, list) else []
        return [
            text(str(item), *secrets) for item in sorted(set(map(str, this)), key=lambda name: (name in others, name))
        ]
    return value(text(str(this), *secrets, max_chars=MAX_MESSAGE_CHARS * 10)).strip('"')


def text(text: str, *secrets: str, max_chars: int = MAX_MESSAGE_CHARS) -> str:
    """Return foreign text (a server's, a library's) for a message.

    Secrets go first and the text is cut then, so that half a secret never stays at the cut. Control characters, with
    which a server could write to the user's terminal, become spaces.

    Args:
        text: The text.
        secrets: What must not be shown; anything that looks like a key or signing secret isn't either.
        max_chars: The longest result; what is longer ends in "…".
    """
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, REDACTED)
    return _cut(" ".join(_CONTROL.sub(" ", _TOKEN.sub(REDACTED, text)).split()), max_chars)


def signing_secret(value: object) -> str | None:
    """Return a signing secret, or None for what only stands in for one: nothing, "", a mask, what is no text."""
    if isinstance(value, str) and value.strip() and not set(value) & _MASK_CHARACTERS and not _HALF.search(value):
        return value
    return None


def _cut(text: str, max_chars: int) -> str:
    return text if len(text) <= max_chars else text[:max_chars] + "…"
