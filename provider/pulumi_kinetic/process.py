"""Is that process alive, on this machine?"""

import os
from pathlib import Path

from pydantic import BaseModel


class Process(BaseModel):
    """A process of this machine.

    Attributes:
        number: Its pid.
        started: Its start time by the kernel's clock, which tells it from a later process with the same number; ""
            where the system doesn't say.
    """

    number: int
    started: str

    @classmethod
    def current(cls) -> "Process":
        """Return the calling process."""
        return cls(number=os.getpid(), started=_start_time(os.getpid()) or "")

    def is_alive(self) -> bool:
        """Tell whether it still runs (a zombie doesn't)."""
        return is_running(self.number) and self.started in ("", _start_time(self.number))


def is_running(number: int) -> bool:
    """Tell whether any process with this number runs on this machine (a zombie doesn't)."""
    start_time = _start_time(number)
    return start_time is not None and (start_time != "" or _can_be_signalled(number))


def _start_time(number: int) -> str | None:
    """When a process started, by the kernel's clock; "" where there is no /proc, None where it doesn't run."""
    try:
        fields = Path(f"/proc/{number}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return None if Path("/proc/self/stat").exists() else ""
    return None if fields[0] == "Z" else fields[19]


def _can_be_signalled(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it runs, as another user's
        return True
    return True
