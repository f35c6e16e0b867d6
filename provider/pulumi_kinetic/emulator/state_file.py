"""The file that keeps the emulator's state across restarts.

It holds signing secrets and API keys: only its owner may read it, and one emulator at a time uses it.
"""

import errno
import fcntl
import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

_NOT_SUPPORTED = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK}
"""What a network mount answers that can't lock or sync: the emulator goes on without."""


class StateFileError(Exception):
    """The state file can't be used, or a state can't be saved; it is as it was."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        # repr, since a name may hold control characters.
        return f"can't use the state file {str(self.path)!r}: {self.reason}; the file is unchanged"


class StateFile:
    """A text file that is always whole, never readable by others, and locked until `close`.

    Args:
        path: The file; an empty one is made if there is none. A link to it stays a link.

    Attributes:
        path: The file as it was given.

    Raises:
        StateFileError: It can't be opened, is no regular file, or another emulator uses it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._path = path.resolve()
            self._descriptor = self._open_and_lock()
        except (OSError, RuntimeError) as error:  # RuntimeError: a loop of links, before Python 3.13
            raise StateFileError(path, _reason(error)) from None

    def read(self) -> str:
        """Read the saved text; an empty one if nothing was saved yet.

        Raises:
            StateFileError: The file can't be read.
        """
        try:
            with open(self._descriptor, encoding="utf-8", closefd=False) as file:
                return file.read()
        except (OSError, ValueError) as error:
            raise StateFileError(self.path, _reason(error)) from None

    def make_private(self) -> None:
        """Take other users' access to the file away.

        Raises:
            StateFileError: The file belongs to somebody else.
        """
        try:
            os.fchmod(self._descriptor, stat.S_IRUSR | stat.S_IWUSR)
        except OSError as error:
            raise StateFileError(self.path, f"its mode can't be set to 0600: {_reason(error)}") from None

    def write(self, text: str) -> None:
        """Replace the file by one with this text, in one step.

        Raises:
            StateFileError: The text can't be saved, or another program has replaced the file.
        """
        try:
            self._require_ours()
            # mkstemp never opens a file that exists, and makes its own with mode 0600 whatever the umask is.
            descriptor, name = tempfile.mkstemp(prefix=".kinetic-emulator-", dir=self._path.parent)
            try:
                _fill(descriptor, text)
                # Locked before it has the name, so that the name always leads to a locked file.
                _lock(descriptor)
                Path(name).replace(self._path)
            except BaseException:
                os.close(descriptor)
                with suppress(OSError):
                    Path(name).unlink()
                raise
        except OSError as error:
            raise StateFileError(self.path, _reason(error)) from None
        os.close(self._descriptor)
        self._descriptor = descriptor

    def close(self) -> None:
        """Give the file free for another emulator."""
        os.close(self._descriptor)

    def _open_and_lock(self) -> int:
        while True:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, stat.S_IRUSR | stat.S_IWUSR)
            try:
                self._require_regular(descriptor)
                _lock(descriptor)
                if self._leads_to(descriptor):
                    return descriptor
            except BlockingIOError:
                os.close(descriptor)
                raise StateFileError(self.path, "another emulator is using it") from None
            except BaseException:
                os.close(descriptor)
                raise
            # Another emulator has replaced the file between the two steps.
            os.close(descriptor)

    def _require_regular(self, descriptor: int) -> None:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise StateFileError(self.path, "it is not a regular file")

    def _require_ours(self) -> None:
        if self._path.exists() and not self._leads_to(self._descriptor):
            raise StateFileError(self.path, "another program has replaced it")

    def _leads_to(self, descriptor: int) -> bool:
        try:
            return os.path.samestat(self._path.stat(), os.fstat(descriptor))
        except FileNotFoundError:
            return False


def _fill(descriptor: int, text: str) -> None:
    with open(descriptor, "w", encoding="utf-8", closefd=False) as file:
        file.write(text)
    try:
        # Without this a power failure can leave the new name with no content.
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NOT_SUPPORTED:
            raise


def _lock(descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in _NOT_SUPPORTED:
            raise


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)
    return "it is not text in UTF-8" if isinstance(error, ValueError) else str(error)
