"""Is that process alive, on this machine?"""

import os
from pathlib import Path

from pydantic import BaseModel


class Process(BaseModel):
    """A process of this machine, told from a later one with the same number by its start time."""

    number: int
    started: str

    @classmethod
    def current(cls) -> "Process":
        """The process that asks."""
        return cls(number=os.getpid(), started=_started(os.getpid()) or "")

    def is_alive(self) -> bool:
        """Whether it still runs (a zombie doesn't)."""
        return is_running(self.number) and self.started in ("", _started(self.number))


def _started(number: int) -> str | None:
    """When a process started, by its kernel's clock; "" where there is no /proc, None where it doesn't run."""
    try:
        fields = Path(f"/proc/{number}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return None if Path("/proc/self/stat").exists() else ""
    return None if fields[0] == "Z" else fields[19]


def is_running(number: int) -> bool:
    """Whether a process of this number runs on this machine, whichever it is (a zombie doesn't)."""
    started = _started(number)
    return started is not None and (started != "" or _answers(number))


def _answers(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
