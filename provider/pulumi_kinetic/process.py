"""Is that process alive, on this machine?"""

import os
from contextlib import suppress
from pathlib import Path

from pydantic import BaseModel


class Process(BaseModel):
    """A process of this machine, identified so that a reused pid isn't mistaken for it.

    Attributes:
        number: Its pid.
        started: Its start time by the kernel's clock; "" where the system doesn't say.
        boot: Since which start of the machine; "" where the system doesn't say.
        namespace: In which PID namespace (a container has its own); "" where the system doesn't say.
    """

    number: int
    started: str
    boot: str = ""
    namespace: str = ""

    @classmethod
    def current(cls) -> "Process":
        """Return the calling process."""
        return cls(
            number=os.getpid(),
            started=_start_time(os.getpid()) or "",
            boot=_boot_id(),
            namespace=_pid_namespace(),
        )

    def is_alive(self) -> bool:
        """Tell whether it still runs (a zombie doesn't, nor what ran in another boot).

        A process of another PID namespace can't be seen from here: it doesn't count as alive.
        """
        is_here = self.boot in ("", _boot_id()) and self.namespace in ("", _pid_namespace())
        return is_here and is_running(self.number) and self.started in ("", _start_time(self.number))


class Parent:
    """The engine that started this process, perhaps by way of a launcher.

    The official launcher of dynamic providers is a shell script that stays in between, so a parent that lives doesn't
    prove that the engine does. See docs/contributing/engine-facts.md#launcher-of-dynamic-providers.
    """

    def __init__(self) -> None:
        self._number = os.getppid()
        self._engine = _nearest_ancestor("pulumi")

    @property
    def folder(self) -> Path:
        """Where the engine runs, from where its relative paths count; with a project's `main` this is elsewhere."""
        if self._engine is not None:
            with suppress(OSError):
                return Path(f"/proc/{self._engine.number}/cwd").readlink()
        return Path.cwd()

    @property
    def run(self) -> str:
        """What names the engine's run to all providers that it has started, and nothing else ever did or will."""
        engine = self._engine or Process(number=self._number, started=_start_time(self._number) or "")
        return f"{_boot_id()} {_pid_namespace()} {engine.number} {engine.started}"

    @property
    def is_gone(self) -> bool:
        """Whether the engine has ended: nobody hears what this process answers."""
        return os.getppid() != self._number or (self._engine is not None and not self._engine.is_alive())


def is_running(number: int) -> bool:
    """Tell whether any process with this number runs on this machine (a zombie doesn't)."""
    start_time = _start_time(number)
    return start_time is not None and (start_time != "" or _can_be_signalled(number))


def _start_time(number: int) -> str | None:
    """When a process started, by the kernel's clock; "" where there is no /proc, None where it doesn't run."""
    try:
        fields = Path(f"/proc/{number}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None if Path("/proc/self/stat").exists() else ""
    return None if fields[0] == "Z" else fields[19]


def _nearest_ancestor(name: str) -> Process | None:
    """The nearest ancestor whose program has this name; None where there is none, or the system doesn't say."""
    number = os.getppid()
    while number > 1:
        try:
            text = Path(f"/proc/{number}/stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return None
        if text[text.index("(") + 1 : text.rindex(")")] == name:
            return Process(number=number, started=_start_time(number) or "")
        number = int(text.rpartition(")")[2].split()[1])
    return None


def _boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def _pid_namespace() -> str:
    try:
        return os.readlink("/proc/self/ns/pid")  # noqa: PTH115 it is no path, but says "pid:[4026531836]"
    except OSError:
        return ""


def _can_be_signalled(number: int) -> bool:
    if os.name == "nt":  # there, signal 0 is Ctrl-C: better to wait for a process that is gone than to end one
        return True
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it runs, as another user's
        return True
    return True
