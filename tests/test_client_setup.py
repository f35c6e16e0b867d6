"""What a client needs for its first request: a base URL, and the machine's proxies and certificates."""

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
    """The only problem that a client's first request has, which shows no secret."""
    with pytest.raises(errors.SettingsError) as raised:
        Client(settings(base_url)).get("we_1")
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


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "ALL_PROXY", "https_proxy", "all_proxy"])
@pytest.mark.parametrize(
    ("proxy", "problem"),
    [
        ("ftp://user:hunter2@proxy.example", "isn't the URL of a proxy (http://, https://, socks5://, socks5h://)"),
        ("http://user:hunter2@a..example:3128", "isn't the URL of a proxy"),
        ("socks5://user:hunter2@proxy.example:1080", "needs one more package: pip install 'httpx[socks]'"),
        ("socks5h://proxy.example", "needs one more package: pip install 'httpx[socks]'"),
        ("user:hunter2@proxy.example:port", "isn't the URL of a proxy"),
        ("user:hunter2@a..example:3128", "isn't the URL of a proxy"),
        ("http://user:hunter2@[::1", "isn't the URL of a proxy"),
        ("http://user:hunter2@proxy\x01.example", "isn't the URL of a proxy"),
        ("http://hunter2\udcff@proxy.example", "isn't the URL of a proxy"),
        ("http://proxy.example:0", "isn't the URL of a proxy"),
        ("http://proxy.example:99999", "isn't the URL of a proxy"),
        ("http://", "isn't the URL of a proxy"),
        *((f"http://user:hunter2@{host}:3128", "isn't the URL of a proxy") for host in NO_HOSTS),
    ],
)
def test_a_proxy_that_cannot_be_used_is_told_with_its_variable_and_value(
    monkeypatch: pytest.MonkeyPatch, name: str, proxy: str, problem: str
) -> None:
    monkeypatch.setenv(name, proxy)
    said = setup_problem()
    assert said.startswith(f"{name} {problem}")
    assert '. Given: "' in said


def test_a_proxy_for_another_scheme_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "ftp://proxy.example")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    with pytest.raises(errors.NoAnswerError):
        Client(settings()).get("we_1")
    assert setup_problem("http://api.example").startswith("HTTP_PROXY isn't the URL of a proxy")


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_what_asks_nothing_needs_no_proxy_and_no_certificate(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "ftp://nowhere")
    Client(settings()).close()


@pytest.mark.parametrize(
    "hosts", ["*", "api.example", "[::1],x,api.example", ".example", "API.example:443", "::1/128,*"]
)
def test_a_host_that_is_exempt_needs_no_proxy(monkeypatch: pytest.MonkeyPatch, hosts: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "ftp://proxy.example")
    monkeypatch.setenv("NO_PROXY", hosts)
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere")
    assert setup_problem().startswith("SSL_CERT_FILE ")  # so the proxy wasn't looked at


@pytest.mark.parametrize(
    "content", [b"", b"hunter2", b"\xff\xfe", b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"]
)
def test_a_file_without_certificates_is_named_by_its_variable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes
) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_bytes(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    assert setup_problem() == f'SSL_CERT_FILE holds no certificates (PEM). Given: "{bundle}"'


@pytest.mark.parametrize(
    ("place", "problem"),
    [("nowhere", "isn't there"), (".", "can't be read"), ("a\udcff", "isn't there"), ("x" * 5000, "can't be read")],
)
def test_a_file_of_certificates_that_cannot_be_read_is_named_by_its_variable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, place: str, problem: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / place))
    assert setup_problem().startswith(f"SSL_CERT_FILE {problem}. Given: ")


@pytest.mark.parametrize("place", ["nowhere", "file", "a\udcff", "x" * 5000])
def test_a_folder_of_certificates_that_cannot_be_read_is_named_by_its_variable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, place: str
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / place))
    assert setup_problem().startswith("SSL_CERT_DIR isn't a folder that can be read. Given: ")


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
    assert setup_problem(base_url) == 'SSL_CERT_FILE isn\'t there. Given: "/nowhere"'


def test_a_proxy_that_does_not_answer_is_no_answer_and_keeps_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://user:hunter2@127.0.0.1:9")
    api = Client(settings())
    with pytest.raises(errors.NoAnswerError, match="could not read webhook endpoint we_1: no answer from") as raised:
        api.get("we_1")
    assert SECRET not in "".join(traceback.format_exception(raised.value))
    api.close()
