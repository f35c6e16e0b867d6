"""That something has changed, told to the open pages: a number that grows, and nothing of what it was.

A page asks for what it shows when the number is another. So a page that is slow misses numbers, and none waits for it.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

MAX_LISTENERS = 64
_HEARTBEAT_SECONDS = 10.0
"""After this time without a change the number is sent again: that is how a dead connection is noticed."""
_PAUSE_SECONDS = 0.1
"""Between two events of a stream: a run of many requests is shown in steps."""


class Changes:
    """Counts the changes of an emulator. All methods are called in the server's event loop.

    Attributes:
        listeners: How many streams are open.
    """

    def __init__(self) -> None:
        self.listeners = 0
        self._number = 0
        self._ended = False
        self._next = asyncio.Event()

    def note(self) -> None:
        """Note that something has changed."""
        self._number += 1
        self._wake()

    def end(self) -> None:
        """End every stream, since the server ends."""
        self._ended = True
        self._wake()

    async def stream(self) -> AsyncIterator[str]:
        """Send server-sent events: the number now, and again when it has grown."""
        self.listeners += 1
        try:
            while not self._ended:
                sent = self._number
                yield f"data: {sent}\n\n"
                await asyncio.sleep(_PAUSE_SECONDS)
                if sent == self._number and not self._ended:
                    with suppress(asyncio.TimeoutError):
                        await asyncio.wait_for(self._next.wait(), _HEARTBEAT_SECONDS)
        finally:
            self.listeners -= 1

    def _wake(self) -> None:
        self._next.set()
        self._next = asyncio.Event()
