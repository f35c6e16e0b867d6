"""The emulator as a running server, on loopback unless it is told other names."""

import socket
import threading
from collections.abc import Collection
from pathlib import Path
from types import TracebackType

import uvicorn
from typing_extensions import Self

from pulumi_kinetic.emulator.app import build
from pulumi_kinetic.emulator.changes import Changes
from pulumi_kinetic.emulator.store import Store

HOST = "127.0.0.1"
_EVERY_ADDRESS = "0.0.0.0"  # noqa: S104 asked for by naming a host
_GRACE_SECONDS = 5
"""How long a request in flight may take when the server ends; a fault may make it last for ever."""


class Server:
    """A running emulator: serves on a thread of its own while its `with` block runs.

    Args:
        port: The port; 0 takes any free one.
        state: The file that keeps the state; None for memory only.
        names: Host names to answer to besides those of loopback. With any, it listens on every IPv4 address.

    Attributes:
        url: Where it serves.

    Raises:
        OSError: The port is taken.
        StateFileError: The state file can't be used, or holds something else.
    """

    def __init__(self, port: int = 0, state: Path | None = None, names: Collection[str] = ()) -> None:
        self._socket = socket.create_server((_EVERY_ADDRESS if names else HOST, port))
        try:
            self._store = Store(state)
        except BaseException:
            self._socket.close()
            raise
        # asyncio does this itself for sockets that it opens. Without it each answer waits 40 ms for an ACK.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.url = f"http://{HOST}:{self._socket.getsockname()[1]}"
        # "critical", since a fault that cuts a connection isn't an error of the server.
        changes = Changes()
        config = uvicorn.Config(
            build(self._store, changes, names),
            http="h11",  # not what happens to be installed: `delivery` and the limits of headers are made for it
            ws="none",
            proxy_headers=False,
            log_level="critical",
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
        self._server = _UvicornServer(config, changes)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)

    def __enter__(self) -> Self:
        """Start serving. The socket listens already, so that no request can come too early."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()
        self._store.close()


class _UvicornServer(uvicorn.Server):
    """Ends the pages' streams of events first: uvicorn waits for every answer that is still being sent."""

    def __init__(self, config: uvicorn.Config, changes: Changes) -> None:
        super().__init__(config)
        self._changes = changes

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._changes.end()
        await super().shutdown(sockets)
