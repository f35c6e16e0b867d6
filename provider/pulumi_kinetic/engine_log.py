"""The engine's log: how a provider's process speaks to the user."""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

DEBUG, WARNING = engine_pb2.DEBUG, engine_pb2.WARNING


def engine_logger(
    arguments: Sequence[str], severity: engine_pb2.LogSeverity.ValueType, *, otherwise: Callable[[str], None]
) -> Callable[[str], None]:
    """Return what shows a text to the user.

    Args:
        arguments: The process's command line without the program: the engine gives its address as the last one.
        severity: How the engine shows it: DEBUG only where it was asked for debug output (`pulumi up -d`).
        otherwise: Takes the text where no engine has started this process.
    """
    if not arguments or not re.fullmatch(r"[\w.\[\]:-]+:\d+", arguments[-1]):
        return otherwise
    engine = engine_pb2_grpc.EngineStub(grpc.insecure_channel(arguments[-1]))

    def log(text: str) -> None:
        with suppress(grpc.RpcError):  # what a text is about has been done
            engine.Log(engine_pb2.LogRequest(severity=severity, message=text))

    return log
