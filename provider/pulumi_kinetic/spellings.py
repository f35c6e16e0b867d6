"""Where a text has a secret: escaped as in URLs, JSON, HTML and Python, in base64, in another case, folded or cut off.

A server may repeat what it was sent in any of these, and so may a library in what it says. Pure functions.
"""

import base64
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

_MIN_PREFIX_BYTES = 12
_SPELLING = re.compile(
    r"%(?:25)*(?P<percent>[0-9a-f]{2})|\\u(?P<json>[0-9a-f]{4})|\\x(?P<python>[0-9a-f]{2})|&#(?P<decimal>\d{1,7});"
    r"|&#x(?P<hex>[0-9a-f]{1,6});|(?P<ampersand>&amp;)|\\[nrt]|\\(?P<escaped>[^\w\s])|\s+|(?P<plain>[^\s])",
    re.IGNORECASE,
)
_BASE64_END = re.compile(rb"[A-Za-z0-9+/_-]*\Z")
_BASE64_BEGINNING = re.compile(rb"[A-Za-z0-9+/_=-]*")


class _Unit(NamedTuple):
    """One byte that a text spells, and from where to where."""

    byte: int
    start: int
    end: int


def without(text: str, secrets: Iterable[str], stand_in: str) -> str:
    """Return a text without the secrets in it, each part of it that spells one replaced.

    Args:
        text: The text.
        secrets: What must not be in it.
        stand_in: What comes in their place.
    """
    known = [secret for secret in secrets if secret]
    if not known:  # as for each id of a listing
        return text
    units = list(_units(text))
    spelled = bytes(unit.byte for unit in units)
    spans = [span for secret in known for span in _spans_of(secret, spelled)]
    shown, end = [], 0
    for start, stop in sorted((units[first].start, units[last - 1].end) for first, last in spans):
        shown += [text[end:start], stand_in] if start >= end else []
        end = max(end, stop)
    return "".join([*shown, text[end:]])


def _units(text: str) -> Iterator[_Unit]:
    """What a text says once escapes are read; blanks say nothing, since a secret may have been folded."""
    for match in _SPELLING.finditer(text):
        kind, digits = match.lastgroup, match[match.lastgroup] if match.lastgroup else ""
        match kind:
            case None:
                continue
            case "percent" | "python":
                spelled = bytes([int(digits, 16)])
            case "json" | "hex":
                spelled = _encoded(int(digits, 16))
            case "decimal":
                spelled = _encoded(int(digits))
            case "ampersand":
                spelled = b"&"
            case _:
                spelled = digits.encode(errors="replace")
        yield from (_Unit(byte, *match.span()) for byte in spelled)


def _encoded(code: int) -> bytes:
    return chr(min(code, 0x10FFFF)).encode(errors="replace")


def _spans_of(secret: str, spelled: bytes) -> Iterator[tuple[int, int]]:
    """Where a secret is, as it is or in base64, from where to where."""
    plain, *encoded = _forms(secret)
    spelled_alike = spelled.lower()
    yield from _spans(spelled_alike, plain)
    for start, end in (span for form in encoded for span in _spans(spelled_alike, form)):
        # the characters around it may spell an end of the secret, and a word before it
        before = _BASE64_END.search(spelled, 0, start)
        after = _BASE64_BEGINNING.match(spelled, end)
        yield before.start() if before else start, after.end() if after else end


@lru_cache(maxsize=256)
def _forms(secret: str) -> tuple[bytes, ...]:
    """A secret as it is, and in base64 whatever comes before it (`Bearer `, a user name and a colon)."""
    raw = secret.encode(errors="replace")
    encoded = [base64.b64encode(b" " * shift + raw).rstrip(b"=")[(0, 2, 3)[shift] : -1] for shift in range(3)]
    encoded += [form.translate(bytes.maketrans(b"+/", b"-_")) for form in encoded]
    plain = bytes(unit.byte for unit in _units(secret))
    return (plain.lower(), *dict.fromkeys(form.lower() for form in encoded if len(form) >= _MIN_PREFIX_BYTES))


def _spans(spelled: bytes, form: bytes) -> Iterator[tuple[int, int]]:
    """Where a form of a secret is; a server may have cut it off."""
    least = form[:_MIN_PREFIX_BYTES]
    start = spelled.find(least)
    while start >= 0:
        length = next(
            (number for number, own in enumerate(form) if spelled[start + number : start + number + 1] != bytes([own])),
            len(form),
        )
        yield start, start + length
        start = spelled.find(least, start + length)
