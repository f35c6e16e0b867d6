"""What a client needs before its first request: a base URL, and the machine's proxies and certificates."""

import re
import traceback
from pathlib import Path

import pytest

from pulumi_kinetic import errors
from pulumi_kinetic.client import Client
from pulumi_kinetic.settings import Settings
from support.emulator import KEY, EmulatorClient

SECRET = "hunter2"
NETWORK = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")
LONG_LABEL = "a" * 64
NO_HOSTS = [
    "-é.example",  # IDNA allows no hyphen there
    "é" * 64,
    "xn--.example",  # says that it is encoded, and isn't
    "xn--a.example",
    f"{LONG_LABEL}.example",
    "a..example",
    ".",
    "999.1.1.1",
    "\u202e.example",
    "a\udcff.example",  # what a byte that isn't UTF-8 becomes in an environment variable
]


@pytest.fixture(autouse=True)
def _no_network_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NETWORK:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def settings(base_url: str = "https://api.example") -> Settings:
    return Settings.model_validate({"api_key": KEY, "base_url": base_url, "max_retries": 0})


def setup_problem(base_url: str = "https://api.example") -> str:
    """The only problem that a client has before its first request, which shows no secret."""
    with pytest.raises(errors.SettingsError) as raised:
        Client(settings(base_url))
    assert SECRET not in "".join(traceback.format_exception(raised.value))
    (problem,) = raised.value.problems
    return problem


@pytest.mark.parametrize("host", NO_HOSTS)
def test_a_base_url_whose_host_has_no_address_is_a_mistake_in_the_settings(host: str) -> None:
    problem = setup_problem(f"https://{host}")
    assert problem.startswith("kinetic:baseUrl (or KINETIC_BASE_URL) isn't a URL that a request can be sent to. Given:")


@pytest.mark.parametrize("url", ["https://a.example/\udcff", f"https://a.example/{'x' * 70_000}"])
def test_a_base_url_whose_path_cannot_be_sent_is_a_mistake_in_the_settings(url: str) -> None:
    assert setup_problem(url).startswith("kinetic:baseUrl (or KINETIC_BASE_URL) isn't a URL")


@pytest.mark.parametrize("host", ["é.example", "a.example.", "[::1]", "127.0.0.1", "xn--9ca.example", "a_b.example"])
def test_every_host_that_may_have_an_address_is_accepted(host: str) -> None:
    Client(settings(f"https://{host}")).close()


@pytest.mark.parametrize("name", ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"])
@pytest.mark.parametrize("proxy", ["ftp://user:hunter2@proxy.example", "http://user:hunter2@a..example:3128"])
def test_a_proxy_that_cannot_be_used_is_named_by_its_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, proxy: str
) -> None:
    monkeypatch.setenv(name, proxy)
    assert setup_problem().endswith(f": check {name}")


@pytest.mark.parametrize(
    "proxy",
    [
        "socks5://user:hunter2@proxy.example:1080",  # needs a package that we don't require
        "user:hunter2@proxy.example:port",
        "user:hunter2@a..example:3128",
        "http://user:hunter2@[::1",
        "http://user:hunter2@proxy\x01.example",
        "http://hunter2\udcff@proxy.example",
        *(f"http://user:hunter2@{host}:3128" for host in NO_HOSTS),
    ],
)
def test_no_part_of_a_proxy_that_cannot_be_used_is_shown(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    assert re.fullmatch(r"can't set up HTTP \(\w+\): check ALL_PROXY", setup_problem())


@pytest.mark.parametrize("name", ["NO_PROXY", "no_proxy"])
@pytest.mark.parametrize("hosts", ["[::1]", "[::1", "-é.example", "hunter2:port", "::1/128", "hunter2\x01", "é" * 64])
def test_a_list_of_exceptions_that_cannot_be_used_is_named_by_its_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, hosts: str
) -> None:
    monkeypatch.setenv(name, hosts)
    assert setup_problem().endswith(f": check {name}")


def test_every_variable_that_may_be_at_fault_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://user:hunter2@proxy.example")
    monkeypatch.setenv("NO_PROXY", "[::1]")
    assert setup_problem() == "can't set up HTTP (InvalidURL): check https_proxy, NO_PROXY"


@pytest.mark.parametrize(
    "content", [b"", b"hunter2", b"\xff\xfe", b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"]
)
def test_a_file_without_certificates_is_named_by_its_variable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes
) -> None:
    bundle = tmp_path / SECRET
    bundle.write_bytes(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    assert setup_problem().endswith(": check SSL_CERT_FILE")


@pytest.mark.parametrize("place", ["hunter2", ".", "hunter2\udcff", "x" * 5000])
def test_a_file_of_certificates_that_cannot_be_read_is_named_by_its_variable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, place: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / place))
    assert setup_problem().endswith(": check SSL_CERT_FILE")


def test_other_programs_proxies_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("other_proxy", "http://user:hunter2@[::1")
    Client(settings()).close()


def test_exceptions_from_the_proxy_are_obeyed(monkeypatch: pytest.MonkeyPatch, emulator: EmulatorClient) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://user:hunter2@127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    api = Client(emulator.settings())
    assert list(api.list()) == []
    api.close()


@pytest.mark.parametrize("name", ["HTTP_PROXY", "ALL_PROXY"])
def test_an_api_on_this_machine_is_reached_past_any_proxy(
    monkeypatch: pytest.MonkeyPatch, emulator: EmulatorClient, name: str
) -> None:
    monkeypatch.setenv(name, "http://user:hunter2@127.0.0.1:9")
    api = Client(emulator.settings())
    assert list(api.list()) == []
    api.close()


@pytest.mark.parametrize("base_url", ["https://127.0.0.1:8443", "https://localhost", "https://[::1]:8443"])
def test_its_certificates_are_read_all_the_same(monkeypatch: pytest.MonkeyPatch, base_url: str) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere")
    assert setup_problem(base_url).endswith(": check SSL_CERT_FILE")


def test_a_proxy_that_does_not_answer_is_no_answer_and_keeps_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://user:hunter2@127.0.0.1:9")
    api = Client(settings())
    with pytest.raises(errors.NoAnswerError, match="could not read webhook endpoint we_1: no answer from") as raised:
        api.get("we_1")
    assert SECRET not in "".join(traceback.format_exception(raised.value))
    api.close()
