"""Secrets made unique, and every form in which they might appear."""

import base64
import html
import json
import re
import urllib.parse
from collections.abc import Iterable

SHORTEST = 12


def forms(secret: str) -> set[str]:
    """Raw, base64 (whatever comes before it), URL-escaped, JSON-escaped."""
    encoded = {
        base64.b64encode(b" " * shift + secret.encode()).decode()[4 * bool(shift) :].rstrip("=")[:-1]
        for shift in range(3)
    }
    return {secret, urllib.parse.quote(secret, safe=""), json.dumps(secret)[1:-1], *encoded}


def hits(secrets: Iterable[str], places: dict[str, str]) -> list[tuple[str, str]]:
    """Where a secret appears: the place and the secret's beginning."""
    return [
        (place, secret[:SHORTEST])
        for secret in secrets
        for place, text in places.items()
        if any(form in text for form in forms(secret))
    ]


def spellings(secret: str) -> dict[str, str]:
    """How a server may repeat a secret, so that a search for the secret itself doesn't find it."""
    escaped = urllib.parse.quote(secret, safe="")
    return {
        "as it is": secret,
        "upper case": secret.upper(),
        "lower case": secret.lower(),
        "percent": escaped,
        "percent, lower case": escaped.lower(),
        "percent, every character": "".join(f"%{byte:02X}" for byte in secret.encode()),
        "percent, twice": urllib.parse.quote(escaped, safe=""),
        "JSON": json.dumps(secret)[1:-1].replace("/", "\\/"),
        "JSON, every character": "".join(f"\\u{ord(character):04x}" for character in secret),
        "Python": "".join(f"\\x{ord(character):02x}" for character in secret),
        "HTML": "".join(f"&#{ord(character)};" for character in secret),
        "HTML, hexadecimal": "".join(f"&#x{ord(character):X};" for character in secret),
        "base64": base64.b64encode(secret.encode()).decode(),
        "base64 of the header": base64.b64encode(f"Bearer {secret}".encode()).decode(),
        "base64 of a user name": base64.urlsafe_b64encode(f"u:{secret}\n".encode()).decode(),
        "folded": "\r\n ".join(secret),
        "split by NUL": "\x00".join(secret),
        "split by colours": "\x1b[31m".join(secret),
        "split by titles": "\x1b]0;x\x07".join(secret),
        "split by what has no width": "\u200b".join(secret),
        "split by direction marks": "\u202e".join(secret),
        "split by tags": "\U000e0041".join(secret),
        "split by selectors": "\ufe0f".join(secret),
        "cut off": secret[:14],
    }


def tells(text: str, word: str) -> bool:
    """Whether a text tells a word of letters, in whatever spelling but base64."""
    for _ in range(3):
        text = html.unescape(urllib.parse.unquote(text))
        text = re.sub(r"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})", lambda m: chr(int(m[1] or m[2], 16)), text)
    text = re.sub(r"\x1b\[[0-9;]*m|\x1b\][^\x07]*\x07", "", text)
    return word.lower() in re.sub(r"[^a-z]", "", text.lower())
