"""The scripts of the pipelines, with stubs of the commands that they run."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from support import forges
from support.pipelines import PIPELINES

FORGES = pytest.mark.parametrize("forge", ["github", "gitlab"])
MARKER = "<!-- pulumi-kinetic drift: prod -->"
LABEL = "pulumi-drift"
# Each call is noted, and ends with the exit code that the test has put in its line of `codes`, else with 0.
STUB = """#!/bin/sh
echo "${0##*/} $*" >> calls
[ "$1" != drift ] || cat report.md
code=$(sed -n "$(wc -l < calls)p" codes)
exit "${code:-0}"
"""
RECOVER = "pulumi-kinetic recover --stack prod"
UNLOCK = f"{RECOVER} --unlock"
UP = "pulumi up --yes --stack prod"


class Folder:
    """A checkout with the scripts, and a PATH on which `pulumi`, `pulumi-kinetic` and `gh` are stubs."""

    def __init__(self, path: Path, api: str) -> None:
        self.path = path / "checkout"
        self.path.mkdir()
        (self.path / "ci").symlink_to(PIPELINES / "ci")
        self.issues = forges.Issues(path / "issues.json")
        commands = forges.install_gh(path / "bin", path / "issues.json")
        for name in ("pulumi", "pulumi-kinetic"):
            (commands / name).write_text(STUB)
            (commands / name).chmod(0o755)
        (commands / "python3").symlink_to(sys.executable)
        self.variables = {
            "PATH": f"{commands}{os.pathsep}{os.environ['PATH']}",
            "STACK": "prod",
            "GH_TOKEN": forges.GITHUB_TOKEN,
            "GH_REPO": forges.REPOSITORY,
            "CI_API_V4_URL": api,
            "CI_PROJECT_ID": forges.PROJECT_ID,
            "DRIFT_ISSUES_TOKEN": forges.GITLAB_TOKEN,
        }

    def run(self, script: str, *arguments: str, codes: Sequence[int] = (), **variables: str) -> int:
        """Run a script of the pipelines; `codes` are the exit codes of the commands that it runs, in their order."""
        (self.path / "calls").write_text("")
        (self.path / "codes").write_text("".join(f"{code}\n" for code in codes))
        done = subprocess.run(  # noqa: S603 the example's script
            ["/bin/sh", f"ci/{script}", *arguments],
            cwd=self.path, env={**self.variables, **variables}, check=False, capture_output=True, timeout=60,
        )  # fmt: skip
        return done.returncode

    def check(self, forge: str, *lines: str, code: int = 7) -> int:
        """Check the drift with such a report, and report it; what the issue's script exits with."""
        (self.path / "report.md").write_text("\n".join((MARKER, *lines, "")))
        assert self.run("check_drift.sh", codes=[code]) == 0
        return self.run("report_drift.sh", forge)

    @property
    def calls(self) -> list[str]:
        return (self.path / "calls").read_text().splitlines()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with forges.gitlab(forges.Issues(tmp_path / "issues.json")) as api:
        yield Folder(tmp_path, api)


@pytest.mark.parametrize(
    ("codes", "calls", "code"),
    [
        pytest.param([], [UNLOCK, UP, RECOVER], 0, id="all is well"),
        pytest.param([0, 255], [UNLOCK, UP, UNLOCK, UP, RECOVER], 0, id="the first up fails"),
        pytest.param([0, 137, 0, 255], [UNLOCK, UP, UNLOCK, UP], 255, id="both fail"),
        pytest.param([7], [UNLOCK], 7, id="something needs a decision before"),
        pytest.param([0, 1, 7], [UNLOCK, UP, UNLOCK], 7, id="something needs a decision between"),
        pytest.param([0, 0, 7], [UNLOCK, UP, RECOVER], 7, id="something needs a decision after"),
    ],
)
def test_a_deploy_recovers_before_and_after_and_tries_twice(
    codes: list[int], calls: list[str], code: int, folder: Folder
) -> None:
    assert folder.run("deploy.sh", codes=codes, UNLOCK="true") == code
    assert folder.calls == calls


def test_a_deploy_lifts_no_lock_unless_told(folder: Folder) -> None:
    assert folder.run("deploy.sh", codes=[0, 1]) == 0
    assert folder.calls == [RECOVER, UP, RECOVER, UP, RECOVER]


def test_a_check_names_the_stack_and_asks_for_unmanaged_endpoints(folder: Folder) -> None:
    assert folder.check("github", code=0) == 0
    assert folder.run("check_drift.sh") == 0
    assert folder.calls == ["pulumi-kinetic drift --unmanaged --stack prod --format markdown"]


@FORGES
def test_an_issue_is_opened_updated_closed_and_reopened(forge: str, folder: Folder) -> None:
    def issue_after(*lines: str, code: int = 7) -> forges.Issue:
        assert folder.check(forge, *lines, code=code) == 0
        (issue,) = folder.issues.all()
        return issue

    assert folder.check(forge, code=0) == 0
    assert folder.issues.all() == []
    opened = issue_after("a & b = ä", "%2F+`|`")
    assert opened["text"] == f"{MARKER}\na & b = ä\n%2F+`|`\n"
    assert (opened["state"], opened["labels"], opened["edits"]) == ("open", [LABEL], 0)
    assert issue_after("a & b = ä", "%2F+`|`") == opened
    updated = issue_after("b")
    assert (updated["text"], updated["state"], updated["edits"]) == (f"{MARKER}\nb\n", "open", 1)
    closed = issue_after("as declared", code=0)
    assert closed == {**updated, "state": "closed"}
    assert issue_after("as declared", code=0) == closed
    reopened = issue_after("c")
    assert (reopened["text"], reopened["state"]) == (f"{MARKER}\nc\n", "open")


@FORGES
def test_no_other_issue_is_touched(forge: str, folder: Folder) -> None:
    """That of another stack, one with the marker that somebody without the right to label has made, …"""
    others = [
        folder.issues.open("not labelled", f"{MARKER}\n"),
        folder.issues.open("another stack", "<!-- pulumi-kinetic drift: prod-eu -->\n", LABEL),
        folder.issues.open("two stacks", "<!-- pulumi-kinetic drift: prod test -->\n", LABEL),
        folder.issues.open("quoted", f"> {MARKER}\n", LABEL),
        folder.issues.open("without a text", "", LABEL),
    ]
    assert folder.check(forge, code=0) == 0
    assert folder.check(forge, "a") == 0
    assert folder.issues.all()[:-1] == others


@FORGES
def test_an_issue_is_found_on_a_later_page(forge: str, folder: Folder) -> None:
    assert folder.check(forge, "a") == 0
    others = [folder.issues.open(f"stack {number}", "x", LABEL) for number in range(2 * forges.PAGE)]
    assert folder.check(forge, "b") == 0
    first, *rest = folder.issues.all()
    assert (first["text"], rest) == (f"{MARKER}\nb\n", others)


@pytest.mark.parametrize("code", [1, 2, 3])
def test_a_check_that_failed_ends_with_its_own_code(code: int, folder: Folder) -> None:
    (folder.path / "report.md").write_text("")
    assert folder.run("check_drift.sh", codes=[code]) == code


@pytest.mark.parametrize(("forge", "token"), [("github", "GH_TOKEN"), ("gitlab", "DRIFT_ISSUES_TOKEN")])
def test_a_forge_that_refuses_fails_the_pipeline(forge: str, token: str, folder: Folder) -> None:
    folder.variables[token] = "expired"
    assert folder.check(forge, "a") != 0
    assert folder.issues.all() == []


def test_an_issue_that_cannot_be_written_fails_the_pipeline(folder: Folder) -> None:
    folder.variables["DRIFT_ISSUES_TOKEN"] = forges.GITLAB_READ_TOKEN
    assert folder.check("gitlab", "a") != 0
    kept = folder.issues.open("drift", f"{MARKER}\n", LABEL)
    assert folder.check("gitlab", "as declared", code=0) != 0
    assert folder.issues.all() == [kept]


def test_a_token_is_on_no_command_line(folder: Folder, tmp_path: Path) -> None:
    curl = tmp_path / "bin" / "curl"
    curl.write_text('#!/bin/sh\necho "$@" >> arguments\ncat > /dev/null\necho "[]" > page.json\n')
    curl.chmod(0o755)
    assert folder.check("gitlab", "a") == 0
    assert forges.GITLAB_TOKEN not in (folder.path / "arguments").read_text()
