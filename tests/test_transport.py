import pytest

from pulumi_kinetic.transport import is_exempt


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
