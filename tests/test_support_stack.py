import socket
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from support.stack import SDK_CHANNEL_OPTIONS


def _answer_of(channel: grpc.Channel) -> grpc.StatusCode:
    call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary("/engine/call")
    with pytest.raises(grpc.RpcError) as raised:
        call(b"")
    code: grpc.StatusCode = raised.value.code()
    return code


def test_an_engine_is_reached_at_a_port_where_a_killed_one_was() -> None:
    with socket.socket() as killed:
        killed.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{killed.getsockname()[1]}"
    with grpc.insecure_channel(address, options=SDK_CHANNEL_OPTIONS) as leaked:
        assert _answer_of(leaked) is grpc.StatusCode.UNAVAILABLE
        engine = grpc.server(ThreadPoolExecutor(1), options=[("grpc.so_reuseport", 0)])
        engine.add_insecure_port(address)
        engine.start()
        try:
            with grpc.insecure_channel(address, options=SDK_CHANNEL_OPTIONS) as channel:
                assert _answer_of(channel) is grpc.StatusCode.UNIMPLEMENTED
        finally:
            engine.stop(grace=None)
