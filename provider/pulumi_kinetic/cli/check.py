"""What a check of `doctor` has found."""

from dataclasses import dataclass
from typing import Literal

Status = Literal["pass", "warn", "fail", "skip"]


@dataclass(frozen=True)
class Check:
    """One check. It holds no key and no secret.

    Attributes:
        name: What was looked at.
        status: `fail` where something won't work, `warn` where it may surprise, `skip` where it can't be told.
        detail: What was found.
        cure: What to do about it; "" where there is nothing to do.
    """

    name: str
    status: Status
    detail: str
    cure: str = ""


def has_failed(checks: list[Check]) -> bool:
    """Tell whether any check says that something won't work."""
    return any(check.status == "fail" for check in checks)
