"""Files of a folder that age out: empty ones that say one thing by their name, and what a killed process left."""

import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


def leave(note: Path, *, lasts_seconds: float) -> None:
    """Write an empty private file, and remove those beside it that are older than it may become.

    Args:
        note: The file; its folder is made if there is none.
        lasts_seconds: How long the files of its folder are of use, in seconds.

    Raises:
        OSError: It can't be written.
    """
    note.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    note.touch(mode=0o600)
    remove_older(note.parent.iterdir(), lasts_seconds)


def remove_older(paths: Iterable[Path], seconds: float) -> None:
    """Remove the files that were last written longer ago than that; what can't be removed does no harm."""
    for path in paths:
        with suppress(OSError):  # another process tidies up too
            if not is_younger(path, seconds):
                path.unlink()


def is_younger(path: Path, seconds: float) -> bool:
    """Tell whether a file is there and was written within the last so many seconds."""
    try:
        return path.stat().st_mtime > time.time() - seconds
    except OSError:
        return False
