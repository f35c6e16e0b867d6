"""Secrets made unique, and every form in which they might appear."""

import base64
import json
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
