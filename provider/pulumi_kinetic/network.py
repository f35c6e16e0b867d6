"""Sockets with a deadline, for httpcore: however slowly the other side gives or takes bytes, an attempt ends.

httpcore gives each read and write of a request the same timeout anew, so a server that sends a byte a second is waited
for without end. Here, what httpcore hands on as a `timeout` is a moment of `time.monotonic()`: the request's deadline.
"""

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

import httpcore

_TLS_RECORD_BYTES = 16384
T = TypeVar("T")


class DeadlineBackend(httpcore.NetworkBackend):
    """Opens connections whose every call ends at the moment that it is given as its timeout.

    Name resolution is the exception: the system's resolver can't be told to hurry.
    """

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of a host that accepts; one deadline is for all of them."""
        try:
            addresses = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(str(error)) from None
        for address in addresses:
            left = _seconds_until(timeout, httpcore.ConnectTimeout)
            try:
                inner = httpcore.SyncBackend().connect_tcp(address, port, left, local_address, socket_options)
            except httpcore.ConnectError:
                if address == addresses[-1]:
                    raise
            else:
                return _Stream(inner, timeout)
        raise httpcore.ConnectError(f"{host} has no address")


class _Layer(httpcore.NetworkStream):
    """What is the same of a connection and of TLS over it: each may have TLS put over it, and ends what is below."""

    _inner: httpcore.NetworkStream

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _TlsStream(self, ssl_context, server_hostname, timeout)


class _Stream(_Layer):
    """A connection, not encrypted."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: float | None) -> None:
        self._inner = inner
        self._deadline = deadline  # for the handshake of a SOCKS proxy, to which httpcore gives no timeout

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _seconds_until(timeout or self._deadline, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        # not by the inner stream: it waits for its whole timeout each time that the other side takes a few bytes
        connection: socket.socket = self._inner.get_extra_info("socket")
        while buffer:
            connection.settimeout(_seconds_until(timeout or self._deadline, httpcore.WriteTimeout))
            try:
                buffer = buffer[connection.send(buffer) :]
            except TimeoutError as error:
                raise httpcore.WriteTimeout(str(error)) from None
            except OSError as error:
                raise httpcore.WriteError(str(error)) from None

    def get_extra_info(self, info: str) -> object:
        return self._inner.get_extra_info(info)


class _TlsStream(_Layer):
    """TLS over a connection, which may be TLS to a proxy itself."""

    def __init__(
        self, inner: httpcore.NetworkStream, context: ssl.SSLContext, hostname: str | None, deadline: float | None
    ) -> None:
        self._inner = inner
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        try:
            self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=hostname)
            self._run(self._tls.do_handshake, deadline)
        except httpcore.TimeoutException as error:
            self.close()
            raise httpcore.ConnectTimeout(str(error)) from None
        except (OSError, ValueError, httpcore.NetworkError) as error:
            self.close()
            raise httpcore.ConnectError(str(error)) from None

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with _tls_errors(httpcore.ReadError):
            try:
                return self._run(lambda: self._tls.read(max_bytes), timeout)
            except (ssl.SSLEOFError, ssl.SSLZeroReturnError):  # many a server ends without saying so
                return b""

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        with _tls_errors(httpcore.WriteError):
            while buffer:
                pending = buffer
                buffer = buffer[self._run(lambda: self._tls.write(pending), timeout) :]  # noqa: B023 it runs at once

    def get_extra_info(self, info: str) -> object:
        return self._tls if info == "ssl_object" else self._inner.get_extra_info(info)

    def _run(self, step: Callable[[], T], deadline: float | None) -> T:
        """Take a step of TLS, sending and receiving what it needs."""
        while True:
            with suppress(ssl.SSLWantReadError):
                result = step()
                self._inner.write(self._outgoing.read(), deadline)
                return result
            self._inner.write(self._outgoing.read(), deadline)
            received = self._inner.read(_TLS_RECORD_BYTES, deadline)
            if received:
                self._incoming.write(received)
            else:
                self._incoming.write_eof()


@contextmanager
def _tls_errors(kind: type[httpcore.NetworkError]) -> Iterator[None]:
    try:
        yield
    except ssl.SSLError as error:
        raise kind(str(error)) from None


def _seconds_until(deadline: float | None, kind: type[httpcore.TimeoutException]) -> float | None:
    """How long is left, in seconds; None where there is no deadline.

    Raises:
        TimeoutException: Nothing is left; of the given kind.
    """
    if deadline is None:
        return None
    left = deadline - time.monotonic()
    if left <= 0:
        raise kind("timed out")
    return left
