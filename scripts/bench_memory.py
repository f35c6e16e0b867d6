"""How much memory the provider processes of a run had, at the most."""

import os
import threading
from contextlib import suppress
from pathlib import Path

from typing_extensions import Self

_POLL_SECONDS = 0.2
_PROVIDERS = (b"pulumi.dynamic", b"pulumi-resource-kinetic")


class PeakMemory:
    """Watches the descendants of this process that are providers.

    Attributes:
        peak_mib: The most that one of them had, in MiB; 0 where the system has no /proc.
    """

    def __init__(self) -> None:
        self.peak_mib = 0.0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(_POLL_SECONDS):
            for process in _descendants(os.getpid()):
                with suppress(OSError):
                    self._look_at(process)

    def _look_at(self, process: Path) -> None:
        if any(name in (process / "cmdline").read_bytes() for name in _PROVIDERS):
            fields = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines() if ":" in line)
            self.peak_mib = max(self.peak_mib, int(fields.get("VmHWM", "0 kB").split()[0]) / 1024)


def _descendants(root: int) -> list[Path]:
    parents: dict[int, int] = {}
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parents[int(process.name)] = int((process / "stat").read_text().rpartition(")")[2].split()[1])
    return [Path(f"/proc/{number}") for number in parents if _descends(number, root, parents)]


def _descends(number: int, root: int, parents: dict[int, int]) -> bool:
    while number in parents:
        number = parents[number]
        if number == root:
            return True
    return False
