"""What a recovery found and did."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Outcome = Literal["nothing_created", "already_managed", "into_state", "deleted", "left"]

_TEXTS: dict[Outcome, str] = {
    "nothing_created": "nothing was created; closed",
    "already_managed": "in the state already; closed",
    "into_state": "restored into the state, with its secret",
    "deleted": "deleted, since nobody knows its secret; the next `pulumi up` creates what is missing",
    "left": "needs your decision",
}


@dataclass
class Finding:
    """What became of one create.

    Attributes:
        name: The resource's, or its URL where only the journal knows of it.
        outcome: What was done about it.
        endpoint_id: The endpoint that it made, where that is certain.
        note: What else there is to say.
    """

    name: str
    outcome: Outcome
    endpoint_id: str | None = None
    note: str = ""

    def __str__(self) -> str:
        which = f" {self.endpoint_id}" if self.endpoint_id else ""
        return f"{self.name}{which}: {_TEXTS[self.outcome]}{f' ({self.note})' if self.note else ''}"


@dataclass
class Report:
    """What a recovery did.

    Attributes:
        findings: One for each interrupted create.
        notes: What else was done.
        backup: The state as it was, where it was changed.
    """

    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    backup: Path | None = None

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left for a person."""
        return all(finding.outcome != "left" for finding in self.findings)
