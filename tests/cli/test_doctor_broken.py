"""`doctor` on broken set-ups: what is broken is named, and every other check is made."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pulumi_kinetic import __version__
from pulumi_kinetic.cli import plugins
from support.emulator import KEY, PRODUCTION_KEY, EmulatorClient
from support.exports import PLUGIN, endpoint_entry
from support.set_up import CHECKS, SetUp


def without_key(it: SetUp, _: pytest.MonkeyPatch) -> None:
    del it.config["apiKey"]


def with_a_broken_key(it: SetUp, _: pytest.MonkeyPatch) -> None:
    it.config["apiKey"] = "two words"


def without_cli(it: SetUp, patch: pytest.MonkeyPatch) -> None:
    it.has_cli = False
    patch.setenv("PATH", "/nowhere")


def without_stack(it: SetUp, _: pytest.MonkeyPatch) -> None:
    it.script = 'case "$*" in *" version") echo v3.259.0;; *) echo "error: no stack selected" >&2; exit 6;; esac'


def with_a_legacy_backend(it: SetUp, _: pytest.MonkeyPatch) -> None:
    it.script = (
        'case "$*" in *" version") echo v3.259.0;; '
        '*) printf "\\n====\\nLegacy DIY state is deprecated, please upgrade" >&2; exit 1;; esac'
    )


def with_the_key_of_the_other_environment(it: SetUp, _: pytest.MonkeyPatch) -> None:
    it.config["apiKey"] = PRODUCTION_KEY


def with_an_unknown_key(it: SetUp, _: pytest.MonkeyPatch) -> None:
    it.config["apiKey"] = "md_test_unknown"


def with_a_key_that_may_not_read(it: SetUp, _: pytest.MonkeyPatch) -> None:
    it.config["apiKey"] = "md_test_writer"


def with_an_api_that_is_away(it: SetUp, _: pytest.MonkeyPatch) -> None:
    it.config["baseUrl"] = "http://127.0.0.1:9"


def with_a_broken_base_url(it: SetUp, _: pytest.MonkeyPatch) -> None:
    it.config["baseUrl"] = "ftp://user:hunter2@a.example"


def with_a_host_that_is_none(it: SetUp, _: pytest.MonkeyPatch) -> None:
    it.config["baseUrl"] = "https://a..example"


def with_a_broken_limit(it: SetUp, _: pytest.MonkeyPatch) -> None:
    it.config["timeoutSeconds"] = "soon"


def with_a_broken_proxy(it: SetUp, patch: pytest.MonkeyPatch) -> None:
    it.config["baseUrl"] = "https://a.example"
    patch.setenv("HTTPS_PROXY", "ftp://user:hunter2@p.example")


def with_certificates_that_are_not_there(it: SetUp, patch: pytest.MonkeyPatch) -> None:
    it.config["baseUrl"] = "https://a.example"
    patch.setenv("SSL_CERT_FILE", "/nowhere")


def with_a_launcher_that_starts_nothing(it: SetUp, _: pytest.MonkeyPatch) -> None:
    folder = plugins.plugin_folder(it.folder) / f"resource-kinetic-v{__version__}"
    folder.mkdir(parents=True)
    (folder / plugins.COMMAND).write_text(plugins.launcher(Path("/gone"), windows=False)[1])


def with_a_program_of_the_plugin(it: SetUp, _: pytest.MonkeyPatch) -> None:
    it.entries = [endpoint_entry("orders", it.entries[0]["id"], PLUGIN)]


def with_a_journal_that_cannot_be_written(it: SetUp, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("PULUMI_HOME", str(it.folder / "Pulumi.yaml" / "home"))


BROKEN: dict[str, tuple[Callable[[SetUp, pytest.MonkeyPatch], None], set[str], str]] = {
    "no key": (without_key, {"API key"}, "the API key is missing"),
    "a broken key": (with_a_broken_key, {"API key"}, "contains characters"),
    "no CLI": (without_cli, {"Pulumi CLI", "API key"}, "there is no `pulumi` on PATH"),
    "no stack": (without_stack, {"stack", "API key"}, "no stack selected"),
    "a legacy backend": (with_a_legacy_backend, {"backend", "stack", "API key"}, "legacy layout"),
    "the other environment": (with_the_key_of_the_other_environment, {"environment"}, "orders"),
    "an unknown key": (with_an_unknown_key, {"read scope"}, "(401)"),
    "a key without read scope": (with_a_key_that_may_not_read, {"read scope"}, "webhook_endpoints:read (403)"),
    "no API": (with_an_api_that_is_away, {"read scope"}, "no answer from"),
    "a broken base URL": (with_a_broken_base_url, {"base URL"}, "kinetic:baseUrl"),
    "a host that is none": (with_a_host_that_is_none, {"base URL"}, "isn't a URL"),
    "a broken limit": (with_a_broken_limit, {"limits"}, "must be a number"),
    "a broken proxy": (with_a_broken_proxy, {"network"}, "HTTPS_PROXY isn't the URL of a proxy"),
    "no certificates": (with_certificates_that_are_not_there, {"network"}, "SSL_CERT_FILE isn't there"),
    "a launcher of nothing": (with_a_launcher_that_starts_nothing, {"plugin"}, "which isn't there"),
    "no plugin": (with_a_program_of_the_plugin, {"plugin"}, "the stack has resources of it"),
    "a read-only journal": (with_a_journal_that_cannot_be_written, {"journal"}, "can't be written"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_named_and_every_other_check_is_made(
    name: str, set_up: SetUp, emulator: EmulatorClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator.keys(
        **{KEY: {"environment": "sandbox"}, PRODUCTION_KEY: {"environment": "production"}},
        md_test_writer={"environment": "sandbox", "scopes": ["webhook_endpoints:write"]},
    )
    broken, failing, words = BROKEN[name]
    broken(set_up, monkeypatch)
    report = set_up.run("--stack", "dev")
    assert list(report.checks) == CHECKS
    assert report.code == 1
    assert set(report.named("fail")) == failing
    failed = [report.checks[check] for check in failing]
    assert any(words in check["detail"] for check in failed)
    assert all(check["cure"] for check in failed)
    assert "hunter2" not in str(report)
    assert emulator.requests("POST", "PATCH", "DELETE") == []
