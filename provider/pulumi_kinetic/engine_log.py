"""The engine's log: how a provider's process speaks to the user."""

import re
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import NamedTuple

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

_ANSWER_SECONDS = 30.0


class EngineLog(NamedTuple):
    """What shows a text to the user, in three ways.

    Attributes:
        debug: Shows it only where debug output was asked for (`pulumi up -d`).
        info: Shows it.
        warn: Shows it as a warning.
    """

    debug: Callable[[str], None]
    info: Callable[[str], None]
    warn: Callable[[str], None]


def engine_log(arguments: Sequence[str]) -> EngineLog:
    """Return the log of the engine that has started this process; without one, warnings go to stderr.

    Args:
        arguments: The process's command line without the program: the engine gives its address as the last one.
    """
    if not arguments or not re.fullmatch(r"[\w.\[\]:-]+:\d+", arguments[-1]):
        return EngineLog(_ignore, _ignore, partial(print, file=sys.stderr))
    # gRPC would ask the environment's proxy for loopback too, and nobody would hear of a warning
    channel = grpc.insecure_channel(arguments[-1], options=[("grpc.enable_http_proxy", 0)])
    engine = engine_pb2_grpc.EngineStub(channel)

    def log(severity: engine_pb2.LogSeverity.ValueType, text: str) -> None:
        with suppress(grpc.RpcError):  # what a text is about has been done
            engine.Log(engine_pb2.LogRequest(severity=severity, message=text), timeout=_ANSWER_SECONDS)

    severities = (engine_pb2.DEBUG, engine_pb2.INFO, engine_pb2.WARNING)
    return EngineLog(*(partial(log, severity) for severity in severities))


def _ignore(_: str) -> None:
    pass
