import json
from pathlib import Path

import pytest

from pulumi_kinetic import errors
from pulumi_kinetic.cli.drift import UnmanagedEndpoint
from pulumi_kinetic.cli.import_file import import_file, read_secrets, write
from support.exports import PLUGIN, secret


def unmanaged(name: str, origin: str = "https://example.com", provider: str | None = None) -> UnmanagedEndpoint:
    return UnmanagedEndpoint(name, origin, "enabled", "2026-06-12T18:40:00Z", provider)


def test_an_endpoint_is_named_by_its_host_and_by_a_number_where_that_is_taken() -> None:
    endpoints = [unmanaged("we_1"), unmanaged("we_2"), unmanaged("we_3", "http://[::1]:80"), unmanaged("we_4", "")]
    content = import_file(endpoints, {}, {"example-com"})
    assert [(entry["name"], entry["id"]) for entry in content["resources"]] == [
        ("example-com-2", "we_1"),
        ("example-com-3", "we_2"),
        ("webhook", "we_3"),
        ("webhook-2", "we_4"),
    ]
    assert {entry["type"] for entry in content["resources"]} == {PLUGIN}


def test_a_secret_is_marked_so_that_the_engine_encrypts_it() -> None:
    content = import_file([unmanaged("we_1"), unmanaged("we_2")], {"we_2": "whsec_2"})
    assert [entry.get("inputs") for entry in content["resources"]] == [
        None,
        {"existingSigningSecret": secret("whsec_2")},
    ]


def test_an_endpoint_of_an_explicit_provider_names_it() -> None:
    urn = "urn:pulumi:dev::shop::pulumi:providers:kinetic::live"
    content = import_file([unmanaged("we_1"), unmanaged("we_2", provider=urn)], {})
    assert content["nameTable"] == {"provider1": urn}
    assert [entry.get("provider") for entry in content["resources"]] == [None, "provider1"]


def test_a_secret_of_no_unmanaged_endpoint_is_reported() -> None:
    with pytest.raises(errors.SettingsError, match="no unmanaged endpoint has the id we_9"):
        import_file([unmanaged("we_1")], {"we_9": "whsec_9"})


def test_the_file_is_its_owners_alone_and_overwrites_nothing(tmp_path: Path) -> None:
    path = tmp_path / "import.json"
    write({"resources": []}, path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert json.loads(path.read_text()) == {"resources": []}
    with pytest.raises(errors.SettingsError, match=r"import\.json can't be written: File exists"):
        write({"resources": [1]}, path)
    assert json.loads(path.read_text()) == {"resources": []}
    with pytest.raises(errors.SettingsError, match="No such file or directory"):
        write({}, tmp_path / "none" / "import.json")


def test_secrets_are_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    path.write_text('{"we_1": "whsec_1"}')
    assert read_secrets(path) == {"we_1": "whsec_1"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "isn't a JSON object of ids and signing secrets"),
        ('["whsec_1"]', "isn't a JSON object of ids and signing secrets"),
        ('{"we_1": "", "we_2": "whsec_2"}', "has no signing secret for we_1"),
        ('{"we_1": "whsec_****"}', "has no signing secret for we_1"),
        ('{"we_1": {"whsec": 1}}', "has no signing secret for we_1"),
    ],
)
def test_a_file_without_usable_secrets_is_refused_and_not_shown(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "secrets.json"
    path.write_text(text)
    with pytest.raises(errors.SettingsError, match=words) as raised:
        read_secrets(path)
    assert "whsec_2" not in str(raised.value)
