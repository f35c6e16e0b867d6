"""The emulator as a running server, on loopback."""

import socket
import threading
from pathlib import Path
from types import TracebackType

import uvicorn
from typing_extensions import Self

from pulumi_kinetic.emulator.app import build
from pulumi_kinetic.emulator.store import Store

HOST = "127.0.0.1"


class Server:
    """Serves while its `with` block runs; `url` is where. Port 0 takes any free one."""

    def __init__(self, port: int = 0, state: Path | None = None) -> None:
        self.store = Store(state)
        self._socket = socket.create_server((HOST, port))
        # asyncio does this itself for sockets that it opens; without it each answer waits 40 ms for an ACK
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.url = f"http://{HOST}:{self._socket.getsockname()[1]}"
        # "critical": a fault that cuts a connection is no error of the server's
        config = uvicorn.Config(build(self.store), log_level="critical", access_log=False, lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)

    def __enter__(self) -> Self:
        """Start serving. The socket listens already, so that no request comes too early."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()
