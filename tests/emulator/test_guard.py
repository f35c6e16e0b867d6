"""Which requests the emulator serves: what a stranger's page can send is refused, what a user sends isn't."""

import contextlib
import json
import socket
from collections.abc import Iterator

import httpx
import pytest

from pulumi_kinetic.emulator.guard import MAX_BODY_BYTES, MAX_CONTROL_BODY_BYTES
from pulumi_kinetic.emulator.server import Server
from support.emulator import EmulatorClient

API, RESET, ENDPOINTS = "/v1/webhook_endpoints", "/_emulator/reset", "/_emulator/endpoints"
EVENTS = "/_emulator/events"
PAGE = ["/", "/_emulator/page/page.js", "/_emulator/overview"]
LOOPBACK_HOSTS = [
    "127.0.0.1",
    "127.0.0.1:8787",
    "127.255.0.1",
    "localhost",
    "LocalHost:1",
    "localhost.",
    "localhost.:80",
    "[::1]",
    "[0:0:0:0:0:0:0:1]:80",
]
FOREIGN_HOSTS = [
    "evil.example",
    "evil.example:8787",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "127.0.0.1@evil.example",
    "evil.example#127.0.0.1",
    "xlocalhost",
    "localhost..",
    "0.0.0.0",  # noqa: S104 a name that a page may use
    "128.0.0.1",
    "0177.0.0.1",
    "192.168.0.1",
    "[::]",
    "[::2]",
    "[::ffff:127.0.0.1]",
    "::1",
    "[127.0.0.1]",
    "localhost:80:80",
    "localhost:http",
    "",
]
FOREIGN_ORIGINS = [
    "https://evil.example",
    "null",
    "http://localhost.evil.example",
    "file://",
    "http://",
    "",
    "localhost",
]


def status_line(emulator: EmulatorClient, request: str) -> str:
    """What the emulator answers to a request that no client library sends."""
    url = httpx.URL(emulator.url)
    with socket.create_connection((url.host, url.port or 0), timeout=10) as client:
        client.sendall(request.replace("\n", "\r\n").encode())
        return client.recv(4096).split(b"\r\n")[0].decode()


@pytest.fixture
def seeded(emulator: EmulatorClient) -> Iterator[EmulatorClient]:
    """An emulator with an endpoint, which has to be there afterwards."""
    emulator.seed(1)
    before = emulator.truth()
    yield emulator
    assert emulator.truth() == before


@pytest.mark.parametrize("host", LOOPBACK_HOSTS)
def test_loopback_is_served_by_every_name(emulator: EmulatorClient, host: str) -> None:
    assert [emulator.http.get(path, headers={"Host": host}).status_code for path in (API, ENDPOINTS)] == [200, 200]


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
@pytest.mark.parametrize("path", [API, ENDPOINTS, EVENTS, *PAGE, "/_emulator/openapi.json"])
def test_another_host_is_misdirected(seeded: EmulatorClient, path: str, host: str) -> None:
    forwarded = {"X-Forwarded-Host": "localhost", "Forwarded": "host=localhost"}
    answer = seeded.http.get(path, headers={"Host": host, **forwarded})
    assert answer.status_code == 421
    assert "whsec" not in answer.text


@pytest.mark.parametrize(
    ("request_head", "status"),
    [
        (f"GET {ENDPOINTS} HTTP/1.0\n\n", 421),
        (f"GET http://evil.example{ENDPOINTS} HTTP/1.1\nHost: localhost\n\n", 421),
        (f"GET http://localhost{ENDPOINTS} HTTP/1.1\nHost: evil.example\n\n", 421),
        ("OPTIONS * HTTP/1.1\nHost: localhost\n\n", 421),
        ("CONNECT evil.example:443 HTTP/1.1\nHost: evil.example\n\n", 421),
        (f"GET {ENDPOINTS} HTTP/1.1\n\n", 400),
        (f"GET {ENDPOINTS} HTTP/1.1\nHost: localhost\nHost: evil.example\n\n", 400),
    ],
)
def test_a_host_that_is_absent_doubled_or_in_the_target_is_refused(
    seeded: EmulatorClient, request_head: str, status: int
) -> None:
    assert status_line(seeded, request_head).startswith(f"HTTP/1.1 {status} ")


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(("GET", path) for path in [API, ENDPOINTS, EVENTS, *PAGE]),
        ("POST", RESET),
        ("OPTIONS", RESET),
        ("DELETE", API),
    ],
)
def test_a_page_of_another_site_is_refused(seeded: EmulatorClient, method: str, path: str, origin: str) -> None:
    answer = seeded.http.request(method, path, headers={"Origin": origin, "Content-Type": "application/json"})
    assert answer.status_code == 403
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("origin", ["http://localhost:3000", "https://127.0.0.1", "http://[::1]:8787"])
def test_a_page_of_loopback_is_served_without_leave_to_read(emulator: EmulatorClient, origin: str) -> None:
    answer = emulator.http.get(API, headers={"Origin": origin, "Sec-Fetch-Site": "same-site"})
    assert answer.status_code == 200
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("path", [API, ENDPOINTS, *PAGE])
def test_what_a_browser_calls_cross_site_is_refused(seeded: EmulatorClient, path: str) -> None:
    assert seeded.http.get(path, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert seeded.http.get(path, headers={"Sec-Fetch-Site": "none"}).status_code == 200


def test_the_events_are_for_no_page_of_another_site(seeded: EmulatorClient) -> None:
    assert seeded.http.get(EVENTS, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    with seeded.http.stream("GET", EVENTS, headers={"Sec-Fetch-Site": "same-origin"}) as answer:
        assert answer.status_code == 200


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain; application/json",
        "application/json-seq",
        "text/plain, application/json",
        "",
    ],
)
@pytest.mark.parametrize("path", [RESET, "/_emulator/seed", "/_emulator/expire-keys", "/_emulator/unknown"])
def test_a_form_of_any_kind_controls_nothing(seeded: EmulatorClient, path: str, content_type: str | None) -> None:
    headers = {} if content_type is None else {"Content-Type": content_type}
    assert seeded.http.post(path, content=b'{"count": 1}', headers=headers).status_code == 415


def test_a_content_type_may_have_parameters(emulator: EmulatorClient) -> None:
    headers = {"Content-Type": "Application/JSON; charset=utf-8"}
    assert emulator.http.post(RESET, content=b"{}", headers=headers).status_code == 200


@pytest.mark.parametrize(("path", "limit"), [(API, MAX_BODY_BYTES), (RESET, MAX_CONTROL_BODY_BYTES)])
def test_a_body_above_the_limit_is_refused_before_it_is_read(seeded: EmulatorClient, path: str, limit: int) -> None:
    head = f"POST {path} HTTP/1.1\nHost: localhost\nContent-Type: application/json\nContent-Length: {limit + 1}\n\n"
    assert status_line(seeded, head).startswith("HTTP/1.1 413 ")


def test_a_body_of_unknown_length_is_refused(seeded: EmulatorClient) -> None:
    assert seeded.http.post(API, content=iter([b"{}"])).status_code == 411


def test_a_body_may_be_as_long_as_the_limit(emulator: EmulatorClient) -> None:
    padding = "x" * (MAX_BODY_BYTES - len(json.dumps({"url": "https://a.example/"})))
    body = json.dumps({"url": f"https://a.example/{padding}"})
    assert emulator.http.post(API, content=body).status_code == 201


def test_json_of_any_depth_is_refused_as_invalid(seeded: EmulatorClient) -> None:
    assert seeded.http.post(API, content=b"[" * 500_000).status_code == 422


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/docs/oauth2-redirect", "/openapi.json", "/_emulator/docs"])
def test_no_page_loads_anything_from_elsewhere(emulator: EmulatorClient, path: str) -> None:
    assert emulator.http.get(path).status_code == 404


def test_the_openapi_document_is_a_control_route(emulator: EmulatorClient) -> None:
    assert API in emulator.http.get("/_emulator/openapi.json").json()["paths"]
    assert emulator.requests() == []


def test_a_named_host_is_served_and_no_other() -> None:
    with Server(names={"emulator"}) as server, contextlib.closing(httpx.Client(base_url=server.url)) as http:
        hosts = ["emulator", "Emulator:8787", "localhost", "other", "emulator.evil.example"]
        statuses = [http.get(ENDPOINTS, headers={"Host": host}).status_code for host in hosts]
        assert statuses == [200, 200, 200, 421, 421]
        origins = [http.get(ENDPOINTS, headers={"Origin": origin}) for origin in ("http://emulator:1", "http://other")]
        assert [answer.status_code for answer in origins] == [200, 403]
