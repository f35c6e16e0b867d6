"""An attempt ends in its time, however the other side gives or takes its bytes.

What these servers give slowly is a good answer: without the deadline, each call would succeed.
"""

import json
import socket
import ssl
import time
from collections.abc import Callable

import pytest

from pulumi_kinetic import errors
from pulumi_kinetic.client import Client
from pulumi_kinetic.settings import Settings
from support.certificates import Authority
from support.emulator import KEY
from support.raw_server import RawServer, bytes_of, pump, read_request, trickle

BODY = json.dumps({"webhook_endpoint_id": "we_1", "url": "https://a.example", "status": "enabled"}).encode()
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(BODY)
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
PAUSE_SECONDS = 0.1


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))


def client(url: str, **changed: object) -> Client:
    given = {"api_key": KEY, "base_url": url, "timeout_seconds": 0.4, "max_retries": 0, **changed}
    return Client(Settings.model_validate(given))


def slow_head(connection: socket.socket) -> None:
    read_request(connection)
    trickle(connection, bytes_of(HEAD), PAUSE_SECONDS)
    connection.sendall(BODY)


def slow_body(connection: socket.socket) -> None:
    read_request(connection)
    connection.sendall(HEAD)
    trickle(connection, bytes_of(BODY), PAUSE_SECONDS)


def slow_chunks(connection: socket.socket) -> None:
    read_request(connection)
    connection.sendall(CHUNKED)
    trickle(connection, [b"1\r\n%s\r\n" % part for part in bytes_of(BODY)], PAUSE_SECONDS)
    connection.sendall(b"0\r\n\r\n")


def interim_answers(connection: socket.socket) -> None:
    read_request(connection)
    trickle(connection, [b"HTTP/1.1 102 Processing\r\n\r\n"] * 80, PAUSE_SECONDS)
    connection.sendall(HEAD + BODY)


def slow_reader(connection: socket.socket) -> None:
    for _ in range(80):
        connection.recv(256 * 1024)
        time.sleep(PAUSE_SECONDS)
    connection.sendall(HEAD + BODY)


@pytest.mark.parametrize("handler", [slow_head, slow_body, slow_chunks, interim_answers])
@pytest.mark.parametrize("max_retries", [0, 1])
def test_a_server_that_trickles_is_given_up(handler: Callable[[socket.socket], None], max_retries: int) -> None:
    with RawServer(handler) as server:
        api = client(server.url, max_retries=max_retries)
        with pytest.raises(errors.NoAnswerError, match=r"no answer from .* within 0\.\d+ s \(ReadTimeout: timed out\)"):
            api.get("we_1")
        api.close()
        assert 1 <= server.connections <= max_retries + 1


def test_a_server_that_takes_the_request_slowly_is_given_up() -> None:
    with RawServer(slow_reader) as server:
        api = client(server.url, timeout_seconds=3)  # of the server's 8; a busy machine needs one to write the body
        with pytest.raises(errors.NoAnswerError, match=r"within [\d.]+ s \(WriteTimeout: timed out\)") as raised:
            api.update("we_1", {"url": "x" * 20_000_000})
        api.close()
    assert raised.value.may_have_arrived


def answer_over(connection: socket.socket, context: ssl.SSLContext) -> None:
    with context.wrap_socket(connection, server_side=True) as secured:
        while read_request(secured):
            secured.sendall(HEAD + BODY)


def test_tls_is_checked_and_connections_are_reused(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.path))
    context = authority.server_context("127.0.0.1")
    with RawServer(lambda connection: answer_over(connection, context)) as server:
        api = client(f"https://127.0.0.1:{server.port}", timeout_seconds=20)
        assert [api.get("we_1").url, api.get("we_1").url] == ["https://a.example"] * 2
        api.close()
        assert server.connections == 1


def test_a_certificate_of_an_unknown_authority_is_refused_with_advice(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    context = authority.server_context("127.0.0.1")
    with RawServer(lambda connection: answer_over(connection, context)) as server:
        api = client(f"https://127.0.0.1:{server.port}", timeout_seconds=20)
        with pytest.raises(errors.NoAnswerError, match=r"name its certificates in SSL_CERT_FILE") as raised:
            api.get("we_1")
        api.close()
    assert not raised.value.may_have_arrived


def test_a_certificate_of_another_host_is_refused(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.path))
    context = authority.server_context("other.example")
    with RawServer(lambda connection: answer_over(connection, context)) as server:
        api = client(f"https://127.0.0.1:{server.port}", timeout_seconds=20)
        with pytest.raises(errors.NoAnswerError, match=r"CERTIFICATE_VERIFY_FAILED"):
            api.get("we_1")
        api.close()


def test_a_server_that_trickles_over_tls_is_given_up(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.path))
    context = authority.server_context("127.0.0.1")

    def handle(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secured:
            slow_body(secured)

    with RawServer(handle) as server:
        api = client(f"https://127.0.0.1:{server.port}", timeout_seconds=2)
        with pytest.raises(errors.NoAnswerError, match=r"\(ReadTimeout: timed out\)"):
            api.get("we_1")
        api.close()


def test_a_handshake_that_trickles_is_given_up() -> None:
    record = b"\x16\x03\x03\x40\x00" + bytes(80)
    with RawServer(lambda connection: trickle(connection, bytes_of(record), PAUSE_SECONDS)) as server:
        api = client(f"https://127.0.0.1:{server.port}")
        with pytest.raises(errors.NoAnswerError, match=r"\(ConnectTimeout: timed out\)") as raised:
            api.get("we_1")
        api.close()
    assert not raised.value.may_have_arrived


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("slow", [False, True])
def test_an_api_behind_a_proxy_is_reached_and_given_up_in_time(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, scheme: str, *, slow: bool
) -> None:
    """Over a proxy of TLS, the API's TLS is within the proxy's."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.path))
    to_proxy, to_api = authority.server_context("127.0.0.1"), authority.server_context("api.example")
    asked = []

    def answer(connection: socket.socket) -> None:
        with to_api.wrap_socket(connection, server_side=True) as secured:
            (slow_body if slow else lambda to: (read_request(to), to.sendall(HEAD + BODY)))(secured)

    def relay(connection: socket.socket) -> None:
        asked.append(read_request(connection).splitlines()[0])
        connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        with socket.create_connection(("127.0.0.1", api_server.port)) as onward:
            pump(connection, onward)

    def proxy(connection: socket.socket) -> None:
        if scheme == "http":
            relay(connection)
        else:
            with to_proxy.wrap_socket(connection, server_side=True) as secured:
                relay(secured)

    with RawServer(answer) as api_server, RawServer(proxy) as proxy_server:
        monkeypatch.setenv("HTTPS_PROXY", f"{scheme}://127.0.0.1:{proxy_server.port}")
        api = client("https://api.example", timeout_seconds=2)
        if slow:
            with pytest.raises(errors.NoAnswerError, match=r"\(ReadTimeout: timed out\)"):
                api.get("we_1")
        else:
            assert api.get("we_1").url == "https://a.example"
        api.close()
    assert asked == [b"CONNECT api.example:443 HTTP/1.1"]
