"""What may be shown, of what: values of a user, and texts of servers and libraries. Pure functions.

Secrets go first, and what is left is cut then, so that half a secret never stays at the cut. Of every URL, scheme and
host are shown, because path and query may hold a token, also where nobody has marked it as a secret.
See docs/contributing/design.md#secrets.
"""

import re
from collections.abc import Iterable

from pulumi_kinetic import spellings

MAX_VALUE_CHARS = 120
MAX_MESSAGE_CHARS = 300
REDACTED = "[redacted]"
_MAX_READ_CHARS = 4096
_UNCERTAIN_CHARS = 100
_MIN_PIECE_CHARS = 8
_DIFFERS = "(differs in what isn't shown)"
_HALF = re.compile(r"[\ud800-\udfff]")  # of a character: no state can hold it
_HIDDEN = "/…"
_MASK_CHARACTERS = {"*", "…", "•"}
# anything that looks like a key or signing secret; a line break in one doesn't end it
_TOKEN = re.compile(r"(whsec|md_test|md_live)_[^ \"'<>,;&?#]+", re.IGNORECASE)
_TERMINAL_SEQUENCE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|\x1b[ -/]*[0-~]?"
)
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    r"\u202a-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)
_URL = re.compile(r"(?<![a-z0-9+.-])([a-z][a-z0-9+.-]{0,30})://((?:[^\s\"'<>]*[^\s\"'<>.,;:!?)])?)", re.IGNORECASE)
_AUTHORITY = re.compile(
    r"(?:[^/?#@]*@)?(?P<host>[\w.-]+|\[[\da-f:.]+\])(?P<port>:\d{0,5})?(?P<rest>(?:[/?#].*)?)",
    re.IGNORECASE | re.DOTALL,
)


def value(value: object) -> str:
    """Return a property's value for a message: short, in quotes if it is a string."""
    shown = text(value if isinstance(value, str) else repr(value), max_chars=MAX_VALUE_CHARS)
    # user:password@ of what isn't quite a URL
    shown = re.sub(r"^.*@", "***@", shown)
    return f'"{shown}"' if isinstance(value, str) else shown


def origin(url: str) -> str:
    """Return a URL's scheme and host, in quotes; "the given URL" where it isn't clear which part is the host."""
    bare = bare_origin(url)
    return f'"{bare}"' if "://" in bare else bare


def bare_origin(url: str) -> str:
    """Return the same without quotes, for a table."""
    match = _URL.fullmatch(url.strip())
    shown = _origin_of(match[1], match[2]) if match else None
    return value(shown.removesuffix(_HIDDEN)).strip('"') if shown else "the given URL"


def pieces(url: str) -> tuple[str, ...]:
    """Return the parts of a URL that no message may show, also where a server repeats them one by one."""
    rest = re.sub(r"^[^/?#]*(//[^/?#]*)?", "", url, count=1)
    parts = re.split(r"[/?#&=]", rest)
    user = re.match(r"[^/?#]*//([^/?#]*)@", url)
    # an ordinary word, such as `webhooks`, hides nothing, and a server's words may need it
    telling = (part for part in parts if len(part) >= _MIN_PIECE_CHARS and not re.fullmatch(r"[a-z_-]+", part))
    return tuple(filter(None, (rest if len(rest) > _MIN_PIECE_CHARS else "", user[1] if user else "", *telling)))


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
        return bare_origin(this) if isinstance(this, str) and "://" in this else REDACTED
    if isinstance(this, list):
        others = other if isinstance(other, list) else []
        return [
            text(str(item), *secrets) for item in sorted(set(map(str, this)), key=lambda name: (name in others, name))
        ]
    # the program doesn't say that it is secret, and its path may be all that differs
    without_user = re.sub(r"^([a-zA-Z][\w+.-]*://)?.*@", r"\1***@", _clean(str(this), secrets))
    return _cut(re.sub(r"[?#].*", "…", without_user), MAX_MESSAGE_CHARS)


def text(text: str, *secrets: str, max_chars: int = MAX_MESSAGE_CHARS) -> str:
    """Return foreign text (a server's, a library's) for a message.

    What could write to the user's terminal, or hide in it, is left out: control characters, terminal sequences,
    direction marks and other invisible characters.

    Args:
        text: The text.
        secrets: What must not be shown, however it is spelled: escaped, in base64, in other case, cut off, with blanks
            in between. Anything that looks like a key or signing secret isn't either.
        max_chars: The longest result; what is longer ends in "…".
    """
    shown = _URL.sub(lambda match: _origin_of(match[1], match[2]) or f"{match[1]}://…", _clean(text, secrets))
    return _cut(shown, max_chars)


def signing_secret(value: object) -> str | None:
    """Return a signing secret, or None for what only stands in for one: nothing, "", a mask, what is no text."""
    if isinstance(value, str) and value.strip() and not set(value) & _MASK_CHARACTERS and not _HALF.search(value):
        return value
    return None


def _clean(text: str, secrets: Iterable[str]) -> str:
    """The text, in one line, without what is secret and what can't be seen."""
    read = _INVISIBLE.sub("", _TERMINAL_SEQUENCE.sub("", text[:_MAX_READ_CHARS]))
    left = spellings.without(read, secrets, REDACTED)
    if len(text) > _MAX_READ_CHARS:
        left = left[:-_UNCERTAIN_CHARS]  # too little of a secret to recognize it
    return " ".join(_TOKEN.sub(REDACTED, left).split())


def _cut(text: str, max_chars: int) -> str:
    return text if len(text) <= max_chars else text[:max_chars] + "…"


def _origin_of(scheme: str, rest: str) -> str | None:
    match = _AUTHORITY.fullmatch(rest)
    # an @ behind the first slash: who knows whether that is a path, or the end of a password
    if not match or "@" in match["rest"]:
        return None
    hidden = _HIDDEN if match["rest"] not in ("", "/") else ""
    return f"{scheme}://{match['host']}{match['port'] or ''}{hidden}"
