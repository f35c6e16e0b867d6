"""The pipelines of the examples, run step by step: what is left at the API, in the state, and as an issue."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import forges
from support.emulator import EmulatorClient
from support.pipelines import STEP_SECONDS, Repository, Run
from support.processes import children_of, is_engine
from support.waiting import in_background, wait_until

FORGES = pytest.mark.parametrize("forge", ["github", "gitlab"])
LOST_ANSWERS = {"method": "POST", "drop": True, "times": 2}  # of both attempts of the first `up`
SLOW_ANSWER = {"method": "POST", "delay_after_seconds": 2}
MARKER = "<!-- pulumi-kinetic drift: prod -->\n"


@pytest.fixture
def repository(tmp_path: Path, emulator: EmulatorClient) -> Iterator[Repository]:
    issues = forges.Issues(tmp_path / "issues.json")
    with forges.gitlab(issues) as api:
        made = Repository(tmp_path, emulator.url, api)
        yield made
        made.end_runners()


def expect_success(run: Run) -> None:
    assert run.code == 0, run.output


def expect_deployed(repository: Repository, emulator: EmulatorClient) -> None:
    """One endpoint, as the program says, and the state has it with its secret; nothing is left to continue."""
    ((endpoint_id, made),) = emulator.truth().items()
    assert (made["url"], made["status"]) == ("https://example.com/md/webhooks", "enabled")
    outputs = json.loads(repository.pulumi("stack", "output", "--json", "--show-secrets", "--stack", "prod"))
    assert (outputs["endpoint_id"], outputs["signing_secret"]) == (endpoint_id, made["signing_secret"])
    exported = json.loads(repository.pulumi("stack", "export", "--stack", "prod"))
    assert exported["deployment"].get("pending_operations", []) == []


def posts(emulator: EmulatorClient) -> list[str | None]:
    """Which Idempotency-Key each POST had."""
    return [request["idempotency_mark"] for request in emulator.requests("POST")]


def engines_of(process: int) -> list[int]:
    """The running CLI below a process."""
    children = children_of(process)
    return [child for child in children if is_engine(child)] + [one for child in children for one in engines_of(child)]


def expect_quiet(repository: Repository, emulator: EmulatorClient, forge: str) -> None:
    """One more deploy, on another runner, changes nothing."""
    emulator.clear_log()
    expect_success(repository.run(forge, "deploy"))
    assert emulator.requests("POST", "PATCH", "DELETE") == []


def test_the_second_try_continues_a_create_whose_answer_was_lost(
    repository: Repository, emulator: EmulatorClient
) -> None:
    emulator.faults(LOST_ANSWERS)
    run = repository.run("gitlab", "deploy")
    expect_success(run)
    assert "once more" in run.output
    assert len(posts(emulator)) == 3
    assert len(set(posts(emulator))) == 1
    expect_deployed(repository, emulator)
    expect_quiet(repository, emulator, "gitlab")


def test_the_second_try_continues_what_a_killed_up_has_begun(repository: Repository, emulator: EmulatorClient) -> None:
    """The killed CLI leaves the stack locked, too."""
    emulator.faults(SLOW_ANSWER)
    run = repository.begin("github", "deploy")
    with in_background(run.work, "the deploy", STEP_SECONDS):
        wait_until(lambda: posts(emulator), "the POST to arrive", STEP_SECONDS)
        assert run.process
        (cli,) = engines_of(run.process.pid)
        os.kill(cli, signal.SIGKILL)
    expect_success(run)
    assert "once more" in run.output
    assert len(set(posts(emulator))) == 1
    expect_deployed(repository, emulator)
    expect_quiet(repository, emulator, "github")


def test_the_next_deploy_continues_what_a_lost_runner_has_begun(
    repository: Repository, emulator: EmulatorClient
) -> None:
    emulator.faults(SLOW_ANSWER)
    lost = repository.begin("github", "deploy")
    with in_background(lost.work, "the deploy", STEP_SECONDS):
        wait_until(lambda: posts(emulator), "the POST to arrive", STEP_SECONDS)
        lost.end()
    assert lost.code == -signal.SIGKILL
    run = repository.run("github", "deploy")
    expect_success(run)
    assert "once more" not in run.output
    assert len(set(posts(emulator))) == 1
    expect_deployed(repository, emulator)


def expect_reported(run: Run, forge: str) -> None:
    """GitHub shows the report with the run; GitLab counts, of which this stack has one endpoint or none."""
    if forge == "github":
        assert run.summary.read_text() == (run.checkout / "drift.md").read_text()
        return
    counts = json.loads((run.checkout / "drift.json").read_text())
    changed = "declared at" in (run.checkout / "drift.md").read_text()
    assert counts == {"create": 0, "update": int(changed), "delete": 0}


@FORGES
def test_drift_keeps_one_issue_for_the_stack(forge: str, repository: Repository, emulator: EmulatorClient) -> None:
    expect_success(repository.run(forge, "deploy"))
    (endpoint_id,) = emulator.truth()
    emulator.clear_log()

    def issues_after_a_check() -> list[forges.Issue]:
        run = repository.run(forge, "drift")
        expect_success(run)
        expect_reported(run, forge)
        return repository.issues.all()

    assert issues_after_a_check() == []
    emulator.edit(endpoint_id, status="disabled")
    (opened,) = issues_after_a_check()
    assert opened["text"].startswith(MARKER)
    assert "`disabled`" in opened["text"]
    assert (opened["state"], opened["edits"]) == ("open", 0)
    assert issues_after_a_check() == [opened]
    (unmanaged,) = emulator.seed(1)
    (updated,) = issues_after_a_check()
    assert unmanaged in updated["text"]
    assert (updated["state"], updated["edits"]) == ("open", 1)
    assert repository.run(forge, "drift", KINETIC_API_KEY="md_test_unknown").code == 3
    assert repository.issues.all() == [updated]
    emulator.edit(endpoint_id, status="enabled")
    (half,) = issues_after_a_check()
    assert (half["state"], half["edits"], "`disabled`" in half["text"]) == ("open", 2, False)
    emulator.remove(unmanaged)
    assert issues_after_a_check() == [{**half, "state": "closed"}]
    emulator.edit(endpoint_id, url="https://example.com/elsewhere")
    (reopened,) = issues_after_a_check()
    assert "elsewhere" in reopened["text"]
    assert reopened["state"] == "open"
    assert emulator.requests("POST", "PATCH", "DELETE") == []
