import pytest

from pulumi_kinetic.settings import Settings
from pulumi_kinetic.transport import is_exempt, proxy_of


@pytest.mark.parametrize(
    ("host", "port", "no_proxy", "exempt"),
    [
        ("a.example", 443, "", False),
        ("a.example", 443, "*", True),
        ("a.example", 443, "a.example", True),
        ("a.example", 443, "A.EXAMPLE", True),
        ("a.example", 443, " b.example , a.example ", True),
        ("a.example", 443, "example", True),
        ("a.example", 443, ".example", True),
        ("a.example", 443, "*.example", True),
        ("a.example", 443, "le", False),
        ("ba.example", 443, "a.example", False),
        ("a.example", 443, "a.example:443", True),
        ("a.example", 443, "a.example:8443", False),
        ("a.example", 443, "https://a.example", True),
        ("a.example.", 443, "a.example", True),
        ("10.1.2.3", 443, "10.0.0.0/8", True),
        ("10.1.2.3", 443, "10.1.2.0/8", True),
        ("11.1.2.3", 443, "10.0.0.0/8", False),
        ("10.1.2.3", 80, "10.1.2.3:80", True),
        ("fd00::1", 443, "[fd00::1]", True),
        ("fd00::1", 443, "[fd00::1]:443", True),
        ("fd00::1", 443, "[fd00::1]:80", False),
        ("fd00::1", 443, "fd00::/8", True),
        ("fd00::1", 443, "10.0.0.0/8", False),
        ("a.example", 443, "[::1", False),
        ("a.example", 443, "\x01,\udcff,-\u00e9.example,:,::,/8,a.example:" + "9" * 5000 + ",.,*.", False),
    ],
)
def test_no_proxy_is_read_as_other_programs_read_it(host: str, port: int, no_proxy: str, *, exempt: bool) -> None:
    assert is_exempt(host, port, no_proxy) is exempt


@pytest.mark.parametrize(
    ("base_url", "proxy"),
    [
        ("https://a.example", "http://p.example:3128"),
        ("https://b.example", None),
        ("http://a.example", None),
        ("https://127.0.0.1", None),
    ],
)
def test_the_proxy_in_use_is_told_without_its_password(
    base_url: str, proxy: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "https_proxy", "ALL_PROXY", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", "http://user:hunter2@p.example:3128")
    monkeypatch.setenv("NO_PROXY", "b.example")
    assert proxy_of(Settings.model_validate({"api_key": "md_test_1", "base_url": base_url})) == proxy
