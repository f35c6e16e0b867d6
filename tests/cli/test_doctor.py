"""`doctor` as it is called: against the emulator, with a stub of the CLI."""

import json
import os
from pathlib import Path

import pytest

from pulumi_kinetic.address import Address
from pulumi_kinetic.journal import Journal, default_folder
from pulumi_kinetic.record import new_record
from support.emulator import KEY, PRODUCTION_KEY, EmulatorClient
from support.exports import endpoint_entry, exported, pending, provider_entry, provider_reference
from support.pulumi_stub import answering
from support.set_up import CHECKS, SetUp


def test_a_healthy_set_up_has_nothing_to_put_right(set_up: SetUp, emulator: EmulatorClient) -> None:
    emulator.clear_log()
    report = set_up.run()
    assert list(report.checks) == CHECKS
    assert (report.code, report.named("fail"), report.named("warn")) == (0, [], [])
    assert report.named("skip") == ["plugin", "write scope"]
    assert [request["method"] for request in emulator.requests()] == ["GET"]


def test_the_write_scope_is_never_tried_and_that_is_said(set_up: SetUp) -> None:
    check = set_up.run().checks["write scope"]
    assert (check["status"], check["cure"]) == ("skip", "")
    assert "only a write can prove it, and doctor makes none" in check["detail"]


def test_nothing_is_changed_on_this_machine(set_up: SetUp, tmp_path: Path) -> None:
    """Not even what a killed process has left in the journal, which every other reader removes."""
    folder = default_folder(Path())
    folder.mkdir(parents=True)
    (folder / ".x.json.1.1").write_text("half a record")
    os.utime(folder / ".x.json.1.1", (0, 0))
    set_up.run()
    before = files_below(tmp_path)
    set_up.run()
    assert files_below(tmp_path) == before
    assert (folder / ".x.json.1.1").exists()


def files_below(folder: Path) -> dict[str, tuple[int, int]]:
    found = (path for path in folder.rglob("*") if path.is_file() and path.name != "pulumi")
    return {str(path): (path.stat().st_mtime_ns, path.stat().st_size) for path in found}


def test_a_selected_stack_that_is_missing_is_a_warning_and_no_failure(set_up: SetUp) -> None:
    set_up.script = 'case "$*" in *" version") echo v3.259.0;; *) echo "error: no stack selected" >&2; exit 6;; esac'
    assert set_up.run().checks["stack"]["status"] == "warn"


def test_without_a_project_no_stack_is_looked_for(set_up: SetUp, monkeypatch: pytest.MonkeyPatch) -> None:
    (set_up.folder / "Pulumi.yaml").unlink()
    set_up.script = 'case "$*" in *" version") echo v3.259.0;; *) echo "error: no Pulumi.yaml" >&2; exit 1;; esac'
    monkeypatch.setenv("KINETIC_API_KEY", KEY)
    monkeypatch.setenv("KINETIC_BASE_URL", set_up.config["baseUrl"])
    report = set_up.run()
    assert (report.code, report.checks["stack"]["status"]) == (0, "skip")
    assert report.checks["read scope"]["status"] == "pass"


def test_a_variable_that_the_configuration_outdoes_is_named(set_up: SetUp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINETIC_API_KEY", "md_test_other")
    check = set_up.run().checks["API key"]
    assert check["status"] == "warn"
    assert check["detail"].endswith("KINETIC_API_KEY has another one, which isn't used")


def test_interrupted_creates_of_this_stack_and_of_others_are_counted(set_up: SetUp, tmp_path: Path) -> None:
    journal = Journal(default_folder(Path()))
    for number, stack in enumerate(["dev", "dev", "prod"]):
        address = Address(f"file://{tmp_path}", "shop", stack, f"urn:pulumi:{stack}::shop::t::e{number}")
        record = new_record(address, f"key {number}", b"{}").model_copy(update={"stage": "failed"})
        journal.begin(record)
    settled = new_record(Address(f"file://{tmp_path}", "shop", "dev", "urn"), "settled", b"{}")
    journal.settle(journal.begin(settled))
    set_up.pending = [pending("late", key="key of another machine")]
    check = set_up.run().checks["interrupted creates"]
    assert (check["status"], check["detail"]) == (
        "warn",
        "2 of this stack in the journal, 1 in its state, 1 of shop/prod",
    )
    assert check["cure"].startswith("`pulumi-kinetic recover`")


@pytest.mark.parametrize(
    ("files", "status"),
    [
        ({}, "pass"),
        ({"meta.yaml": "version: 1\n", "stacks/shop/dev.json": "{}"}, "pass"),
        ({"meta.yaml": "version: 1\n", "stacks/old.json": "{}"}, "pass"),  # the CLI itself warns of such a file
        ({"stacks/dev.json": "{}"}, "warn"),
        ({"meta.yaml": "version: 0\n", "stacks/dev.json": "{}"}, "warn"),
    ],
)
def test_a_backend_of_before_projects_is_told(
    files: dict[str, str], status: str, set_up: SetUp, tmp_path: Path
) -> None:
    for name, text in files.items():
        path = tmp_path / ".pulumi" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert set_up.run().checks["backend"]["status"] == status


def test_a_throw_away_runner_is_a_warning(set_up: SetUp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    report = set_up.run()
    assert (report.code, report.named("warn")) == (0, ["journal"])


def test_each_explicit_provider_is_looked_at(set_up: SetUp, emulator: EmulatorClient) -> None:
    (made,) = emulator.seed(1, "production")
    settings = {"apiKey": PRODUCTION_KEY, "baseUrl": emulator.url}
    entry = endpoint_entry("live", made, outputs={"environment": "production"}, provider=provider_reference("eu"))
    set_up.entries += [provider_entry("eu", **settings), entry]
    report = set_up.run()
    assert report.checks['read scope of provider "eu"']["detail"] == "the API lists webhook endpoints: 1"
    assert report.checks["environment"]["status"] == "pass"


def test_a_stack_of_explicit_providers_needs_no_key_of_its_own(set_up: SetUp) -> None:
    provider = provider_entry("eu", **set_up.config)
    set_up.entries = [provider, endpoint_entry("live", set_up.entries[0]["id"], provider=provider_reference("eu"))]
    set_up.config = {}
    report = set_up.run()
    assert (report.code, "API key" in report.checks, 'API key of provider "eu"' in report.checks) == (0, False, True)


def test_an_older_cli_lacks_something(set_up: SetUp) -> None:
    set_up.version = "v3.226.1"
    check = set_up.run().checks["Pulumi CLI"]
    assert check["status"] == "warn"
    assert "3.227.0" in check["detail"]


def test_a_check_that_cannot_be_made_says_so_and_the_others_are(set_up: SetUp, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError(KEY)

    monkeypatch.setattr("pulumi_kinetic.cli.doctor.machine_checks.plugin_file", fail)
    report = set_up.run()
    assert report.named("fail") == ["pulumi-plugin.json"]
    assert "unexpected ValueError" in report.checks["pulumi-plugin.json"]["detail"]
    assert list(report.checks) == CHECKS


@pytest.mark.parametrize("key", [KEY, "two words", "key-0123456789"])
def test_no_key_is_shown_whoever_repeats_it(key: str, set_up: SetUp, emulator: EmulatorClient) -> None:
    set_up.config["apiKey"] = key
    emulator.faults({"method": "GET", "status": 400, "body": json.dumps({"error": f"bad key {key}"})})
    answers = answering(exported([]), set_up.config)
    set_up.script = f'case "$*" in *"stack export"*) echo "error: bad key {key}" >&2; exit 1;; esac\n{answers}'
    report = set_up.run("--stack", "dev")
    assert "bad key" in report.checks["stack"]["detail"]
    assert key not in str(report)
    assert key not in set_up.text()


def test_the_report_for_a_person_is_a_table_and_what_to_do(set_up: SetUp) -> None:
    set_up.config["apiKey"] = ""
    lines = [line.rstrip() for line in set_up.text().splitlines()]
    assert lines[0] == "pass  Pulumi CLI           v3.259.0"
    assert "- API key: `pulumi config set --secret kinetic:apiKey`, or set KINETIC_API_KEY." in lines
    assert lines[-1] == "11 pass, 1 fail, 5 skip"
