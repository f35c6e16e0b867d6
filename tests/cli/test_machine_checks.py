from pathlib import Path
from typing import Any

import pytest

from pulumi_kinetic.address import Address
from pulumi_kinetic.cli import machine_checks
from pulumi_kinetic.cli.machine_checks import PluginFacts
from pulumi_kinetic.cli.plugins import InstalledPlugin
from pulumi_kinetic.errors import StackError
from pulumi_kinetic.record import Record, new_record

OWN = Path("/venv/bin/pulumi-resource-kinetic")
HERE = ("file:///state", "dev", "shop")


@pytest.mark.parametrize(
    ("shown", "status", "words"),
    [
        ("v3.259.0", "pass", "v3.259.0"),
        ("v3.254.0", "pass", "v3.254.0"),
        ("v3.254.0-alpha.1+2", "pass", "v3.254.0"),
        ("v3.253.9", "warn", "`pulumi import --file`"),
        ("v3.9.0", "warn", "exit code 7 of --expect-no-changes (from 3.227.0), and `inputs`"),
        ("v4.0.0", "pass", "v4.0.0"),
        ("", "warn", "says no version: nothing"),
        ("dev", "warn", "says no version: dev"),
    ],
)
def test_the_cli(shown: str, status: str, words: str) -> None:
    check = machine_checks.pulumi_cli(shown, None)
    assert (check.status, words in check.detail) == (status, True), check


def test_a_cli_that_fails() -> None:
    check = machine_checks.pulumi_cli(None, StackError("there is no `pulumi` on PATH", advice="Install it."))
    assert (check.status, check.detail) == ("fail", "there is no `pulumi` on PATH")


@pytest.mark.parametrize(
    ("shown", "status"),
    [("3.272.0", "pass"), ("3.271.9", "warn"), ("3.216.0", "warn"), ("3.215.9", "fail"), ("10.0.0", "pass")],
)
def test_the_sdk(shown: str, status: str) -> None:
    assert machine_checks.pulumi_sdk(shown).status == status


@pytest.mark.parametrize(
    ("content", "status"), [({"resource": False}, "pass"), ({"resource": True}, "fail"), ({}, "fail"), (None, "fail")]
)
def test_the_file_for_pulumis_python_host(content: dict[str, Any] | None, status: str) -> None:
    assert machine_checks.plugin_file(content).status == status


def in_folder(version: str = "1.2.3", *, starts: Path | None = OWN, is_complete: bool = True) -> InstalledPlugin:
    return InstalledPlugin(version, Path(f"/home/plugins/resource-kinetic-v{version}"), starts, is_complete)


@pytest.mark.parametrize(
    ("on_path", "installed", "is_needed", "status", "words"),
    [
        (OWN, [], False, "pass", "since it is on PATH; the engine warns"),
        (OWN, [in_folder()], True, "pass", "since it is on PATH"),
        (Path("/usr/bin/pulumi-resource-kinetic"), [in_folder()], True, "warn", "it isn't this installation's"),
        (None, [in_folder()], True, "pass", f"1.2.3 in /home/plugins/resource-kinetic-v1.2.3, which starts {OWN}"),
        (None, [in_folder(starts=None)], True, "pass", "1.2.3 in /home/plugins/resource-kinetic-v1.2.3"),
        (None, [in_folder("1.3.0"), in_folder()], True, "warn", "1.3.0 in"),
        (None, [in_folder(is_complete=False)], False, "fail", f"starts {OWN}, which isn't there"),
        (None, [in_folder(starts=None, is_complete=False)], False, "fail", "wasn't installed to the end"),
        (None, [], False, "skip", "Python programs need none"),
        (None, [], True, "fail", "the stack has resources of it"),
    ],
)
def test_the_plugin(
    on_path: Path | None, installed: list[InstalledPlugin], *, is_needed: bool, status: str, words: str
) -> None:
    facts = PluginFacts(on_path, installed, OWN, "1.2.3", is_needed)
    check = machine_checks.plugin(facts)
    assert (check.status, words in check.detail) == (status, True), check
    assert bool(check.cure) == (status != "pass")


@pytest.mark.parametrize(
    ("is_legacy", "is_refused", "status"), [(False, False, "pass"), (True, False, "warn"), (True, True, "fail")]
)
def test_the_backend(*, is_legacy: bool, is_refused: bool, status: str) -> None:
    check = machine_checks.backend("s3://bucket", is_legacy=is_legacy, is_refused=is_refused)
    assert (check.status, check.detail.startswith("s3://bucket")) == (status, True)
    assert check.cure == ("" if status == "pass" else "`pulumi state upgrade`")


@pytest.mark.parametrize(
    ("error", "has_cli", "is_asked_for", "has_project", "status"),
    [
        (None, True, False, True, "pass"),
        (StackError("no stack"), True, True, True, "fail"),
        (StackError("no stack"), True, True, False, "fail"),
        (StackError("no stack"), True, False, True, "warn"),
        (StackError("no project"), True, False, False, "skip"),
        (StackError("no CLI"), False, True, True, "skip"),
    ],
)
def test_the_stack(
    *, error: StackError | None, has_cli: bool, is_asked_for: bool, has_project: bool, status: str
) -> None:
    check = machine_checks.stack(
        "dev", error, endpoints=2, has_cli=has_cli, is_asked_for=is_asked_for, has_project=has_project
    )
    assert check.status == status


@pytest.mark.parametrize(
    ("variables", "in_container", "reason"),
    [
        ({}, False, None),
        ({"CI": "true"}, False, "CI is set"),
        ({"CI": "1"}, True, "CI is set"),
        ({"CI": "false"}, False, None),
        ({"CI": ""}, False, None),
        ({"JENKINS_URL": "http://j.example"}, False, "JENKINS_URL is set"),
        ({}, True, "it is in a container, and on no volume"),
    ],
)
def test_a_machine_that_is_thrown_away(variables: dict[str, str], *, in_container: bool, reason: str | None) -> None:
    assert machine_checks.throw_away_reason(variables, is_in_container=in_container) == reason


@pytest.mark.parametrize(
    ("problems", "is_writable", "lost", "status"),
    [
        ([], True, None, "pass"),
        ([], True, "CI is set", "warn"),
        (["x isn't a record"], True, None, "warn"),
        ([], False, None, "fail"),
        (["it belongs to another user"], False, "CI is set", "fail"),
    ],
)
def test_the_journal(problems: list[str], *, is_writable: bool, lost: str | None, status: str) -> None:
    check = machine_checks.journal(Path("/home/kinetic/journal"), problems, is_writable=is_writable, lost=lost)
    assert check.status == status
    assert bool(check.cure) == (status != "pass")


def record(stack: str = "dev", project: str = "shop", backend: str = "file:///state", stage: str = "failed") -> Record:
    made = new_record(Address(backend, project, stack, "urn"), "key", b"{}")
    return made.model_copy(update={"stage": stage})


@pytest.mark.parametrize(
    ("records", "pending", "status", "detail"),
    [
        ([], 0, "pass", "none"),
        ([record(stage="open")], 0, "pass", "1 under way just now"),
        ([record()], 0, "warn", "1 of this stack in the journal"),
        ([], 2, "warn", "2 in its state"),
        (
            [record(), record("prod"), record("prod")],
            1,
            "warn",
            "1 of this stack in the journal, 1 in its state, 2 of shop/prod",
        ),
        ([record(backend="s3://b")], 0, "warn", "1 of shop/dev"),
        ([record(project="other")], 0, "warn", "1 of other/dev"),
    ],
)
def test_interrupted_creates(records: list[Record], pending: int, status: str, detail: str) -> None:
    check = machine_checks.interrupted(records, HERE, pending)
    assert (check.status, check.detail) == (status, detail)
    assert check.cure.startswith("In these stacks: ") == (status == "warn" and "this" not in detail and not pending)
