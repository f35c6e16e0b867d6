"""What may be shown, of what: values of a user, and texts of servers and libraries. Pure functions."""

import re

MAX_VALUE_CHARS = 120
MAX_MESSAGE_CHARS = 300
REDACTED = "[redacted]"
_TOKEN = re.compile(r"(whsec|md_test|md_live)_[^\s\"'<>,;&?#]+")
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
