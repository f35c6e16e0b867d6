"""What a provider's process tells the user by way of the engine, here a server of ours."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

from pulumi_kinetic.engine_log import engine_log


class Engine(engine_pb2_grpc.EngineServicer):
    def __init__(self) -> None:
        self.logged: list[tuple[str, str]] = []

    def Log(self, request: engine_pb2.LogRequest, _context: grpc.ServicerContext) -> empty_pb2.Empty:  # noqa: N802 the protocol's name
        self.logged.append((engine_pb2.LogSeverity.Name(request.severity), request.message))
        return empty_pb2.Empty()


@pytest.fixture
def engine() -> Iterator[tuple[Engine, str]]:
    servicer, server = Engine(), grpc.server(ThreadPoolExecutor(1))
    engine_pb2_grpc.add_EngineServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield servicer, f"127.0.0.1:{port}"
    server.stop(grace=None).wait()


def test_the_engine_hears_each_text_with_its_severity(engine: tuple[Engine, str]) -> None:
    servicer, address = engine
    to_user = engine_log(["--tracing", "x", address])
    to_user.debug("one")
    to_user.info("two")
    to_user.warn("three")
    assert servicer.logged == [("DEBUG", "one"), ("INFO", "two"), ("WARNING", "three")]


@pytest.mark.parametrize("name", ["http_proxy", "https_proxy", "grpc_proxy"])
def test_a_proxy_does_not_come_between(engine: tuple[Engine, str], name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """pulumi#2651: gRPC asks a proxy for loopback too."""
    for other in ("no_proxy", "no_grpc_proxy"):
        monkeypatch.delenv(other, raising=False)
    monkeypatch.setenv(name, "http://127.0.0.1:9")
    servicer, address = engine
    engine_log([address]).warn("heard")
    assert servicer.logged == [("WARNING", "heard")]


def test_an_engine_that_is_gone_is_no_error() -> None:
    engine_log(["127.0.0.1:9"]).warn("nobody hears it")


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-"]])
def test_without_an_engine_a_warning_goes_to_stderr(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    to_user = engine_log(arguments)
    to_user.debug("one")
    to_user.info("two")
    to_user.warn("three")
    assert capsys.readouterr() == ("", "three\n")
