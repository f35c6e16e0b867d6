"""What may be shown, of what."""

import re
from typing import Any

_SHOWN_CHARACTERS = 120


def known_secret(value: Any) -> str | None:
    """A signing secret, or None for what only stands in for one: nothing, "" or a mask."""
    if isinstance(value, str) and value.strip() and not set(value) & {"*", "…", "•"}:
        return value
    return None


def shown(value: Any) -> str:
    """A value fit for a message: short, and without the parts of a URL that may be secret."""
    text = value if isinstance(value, str) else repr(value)
    text = re.sub(r"(?s)^([a-zA-Z][\w+.-]*://)?.*@", r"\1***@", text)
    text = re.sub(r"(?s)[?#].*", "…", text) if "://" in text else text
    text = text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "…"
    return f'"{text}"' if isinstance(value, str) else text
