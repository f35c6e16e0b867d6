"""The file that keeps the emulator's state across restarts.

It holds signing secrets and API keys: only its owner may read it.
"""

import os
import stat
import tempfile
from pathlib import Path


class StateFile:
    """A text file that is always whole and never readable by others."""

    def __init__(self, path: Path) -> None:
        # A link to the file stays a link: a save replaces what it leads to.
        self._path = path.resolve()

    def read(self) -> str:
        """Read the saved text, and first take other users' access to the file away.

        Returns: The text; an empty one if there is no file yet.

        Raises:
            OSError: The file can't be read, or its mode can't be changed.
        """
        if not self._path.exists():
            return ""
        if stat.S_IMODE(self._path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
            self._path.chmod(stat.S_IRUSR | stat.S_IWUSR)
        return self._path.read_text(encoding="utf-8")

    def write(self, text: str) -> None:
        """Replace the file by one with this text, in one step.

        Raises:
            OSError: The text can't be written. The file is as it was.
        """
        # mkstemp never opens a file that exists, and makes its own with mode 0600 whatever the umask is.
        descriptor, name = tempfile.mkstemp(prefix=".kinetic-emulator-", dir=self._path.parent)
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                # Without this a power failure can leave the new name with no content.
                os.fsync(file.fileno())
            temporary.replace(self._path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
