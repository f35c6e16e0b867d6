"""The process of a plugin: how it serves the engine, and ends.

One thread a call runs the synchronous core; how many calls are under way is the engine's choice (`--parallel`).
"""

import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

_MAX_WORKERS = 4096  # more than the engine asks for at a time
_MAX_MESSAGE_BYTES = 400 * 1024 * 1024
_PARENT_POLL_SECONDS = 1.0
_GRACE_SECONDS = 3600.0  # longer than any call's deadline

ENDED = threading.Event()
"""Set when the engine ends this process: what it answers from then on may reach nobody."""


def serve(servicer: provider_pb2_grpc.ResourceProviderServicer) -> None:
    """Serve on a free port of loopback, print it on standard output, and end with the engine."""
    pool = ThreadPoolExecutor(_MAX_WORKERS)
    options = [("grpc.max_receive_message_length", _MAX_MESSAGE_BYTES), ("grpc.so_reuseport", 0)]
    server = grpc.server(pool, options=options)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    signal.signal(signal.SIGINT, lambda *_: ENDED.set())
    # The engine ends a plugin by SIGINT. A SIGTERM goes to a whole machine that is taken away: the engine then waits
    # for what is under way, which must not die before it has answered.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    server.start()
    print(port, flush=True)  # noqa: T201 the engine reads it
    is_orphan = _wait_for_end(os.getppid())
    # Interrupted together with its engine, which waits for what is under way: that is finished, and answered. An engine
    # that doesn't wait kills this process.
    stopped = server.stop(grace=None if is_orphan else _GRACE_SECONDS)
    if is_orphan:
        # What is under way finishes, but its answer reaches nobody: without a clean exit of this process its record
        # stays in the journal, for `recover`.
        pool.shutdown(wait=True)
        os._exit(0)
    stopped.wait()


def _wait_for_end(parent: int) -> bool:
    """Wait until the engine ends this process, or is gone itself (killed); whether it is gone."""
    while not ENDED.wait(_PARENT_POLL_SECONDS):
        if os.getppid() != parent:
            return True
    return False
