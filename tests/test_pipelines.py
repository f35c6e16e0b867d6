"""The pipelines of the examples as files: what they may do, what they run, and what linters say of them."""

import re
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.pipelines import GITLAB, PIPELINES, WORKFLOWS, jobs_of_gitlab, workflow

SCRIPTS = sorted((PIPELINES / "ci").glob("*.sh"))
WORKFLOW = pytest.mark.parametrize("name", WORKFLOWS)
CREDENTIALS = {"KINETIC_API_KEY", "PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE"}
FORGE_TOKENS = {"GH_TOKEN", "GH_REPO"}


def tool(name: str, *arguments: str | Path) -> str:
    """What a linter of this environment finds; its exit code says whether it found anything."""
    command = [str(Path(sysconfig.get_path("scripts")) / name), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)  # noqa: S603 a linter
    return "" if done.returncode == 0 else done.stdout + done.stderr


def job_of(name: str) -> dict[str, Any]:
    (job,) = workflow(name)["jobs"].values()
    assert isinstance(job, dict)
    return job


def test_there_are_a_deploy_and_a_check_for_each_forge() -> None:
    assert list(WORKFLOWS) == list(jobs_of_gitlab()) == ["deploy", "drift"]


@WORKFLOW
def test_actions_are_named_by_their_commit(name: str) -> None:
    uses = re.findall(r"uses: (.*)", WORKFLOWS[name].read_text())
    assert len(uses) == 3
    assert [action for action in uses if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action)] == []


def test_both_workflows_use_the_same_actions() -> None:
    found = {tuple(re.findall(r"uses: (.*)", path.read_text())) for path in WORKFLOWS.values()}
    assert len(found) == 1


@pytest.mark.parametrize(
    ("name", "permissions"), [("deploy", {"contents": "read"}), ("drift", {"contents": "read", "issues": "write"})]
)
def test_a_workflow_may_do_no_more_than_it_does(name: str, permissions: dict[str, str]) -> None:
    assert workflow(name)["permissions"] == {}
    assert job_of(name)["permissions"] == permissions
    (checkout,) = [step for step in job_of(name)["steps"] if step.get("uses", "").startswith("actions/checkout@")]
    assert checkout["with"] == {"persist-credentials": False}


@WORKFLOW
def test_no_expression_gets_into_a_script(name: str) -> None:
    assert [step for step in job_of(name)["steps"] if "${{" in step.get("run", "")] == []


@WORKFLOW
def test_a_secret_goes_only_to_the_step_that_needs_it(name: str) -> None:
    """Not to what `pulumi install` runs, and none of Kinetic's to the step that writes issues."""
    text = yaml.safe_dump({key: value for key, value in workflow(name).items() if key != "jobs"})
    assert "secrets." not in text
    assert "env" not in job_of(name)
    for step in job_of(name)["steps"]:
        given = set(step.get("env", {})) - {"STACK", "UNLOCK"}
        runs = step.get("run", "")
        needs_stack = "ci/deploy.sh" in runs or "ci/check_drift.sh" in runs
        expected = CREDENTIALS if needs_stack else FORGE_TOKENS if "ci/report_drift.sh" in runs else set()
        assert given == expected, step


def test_the_check_of_drift_has_a_key_of_its_own() -> None:
    assert [job_of(name)["environment"] for name in WORKFLOWS] == ["prod", "prod-drift"]
    assert [job["environment"]["name"] for job in jobs_of_gitlab().values()] == ["prod", "prod-drift"]


def test_two_runs_of_a_pipeline_never_overlap() -> None:
    groups = {name: workflow(name)["concurrency"] for name in WORKFLOWS}
    assert {group["cancel-in-progress"] for group in groups.values()} == {False}
    # one that waits is cancelled by the next one of its group: no check may cancel a deploy
    assert len({group["group"] for group in groups.values()}) == len(groups)
    assert {job["resource_group"] for job in jobs_of_gitlab().values()} == {"pulumi-prod"}
    assert jobs_of_gitlab()["deploy"]["interruptible"] is False


@pytest.mark.parametrize("path", [WORKFLOWS["deploy"], GITLAB], ids=["github", "gitlab"])
def test_unlock_says_when_it_is_safe(path: Path) -> None:
    comment = re.search(r"((?: +#.*\n)+) +UNLOCK: \"true\"\n", path.read_text())
    assert comment
    assert "only safe because nothing else can hold the stack" in " ".join(comment[1].replace("#", " ").split())


@pytest.mark.parametrize("name", ["deploy", "drift"])
def test_a_check_runs_by_the_clock_and_a_deploy_by_a_push(name: str) -> None:
    triggers = {"deploy": ("push", '"push"'), "drift": ("schedule", '"schedule"')}[name]
    assert set(workflow(name)[True]) == {triggers[0], "workflow_dispatch"}  # `on` is a truth value of YAML 1.1
    (rule,) = jobs_of_gitlab()[name]["rules"]
    assert f"$CI_PIPELINE_SOURCE == {triggers[1]}" in rule["if"]


def test_every_script_of_the_pipelines_is_there() -> None:
    texts = [path.read_text() for path in (*WORKFLOWS.values(), GITLAB, *SCRIPTS)]
    named = {name for text in texts for name in re.findall(r"\bci/(\w+\.\w+)", text)}
    assert named == {path.name for path in (PIPELINES / "ci").iterdir() if path.is_file()}


def test_shellcheck_finds_nothing() -> None:
    assert len(SCRIPTS) == 5
    assert tool("shellcheck", "--external-sources", "--source-path", PIPELINES, *SCRIPTS) == ""


@WORKFLOW
def test_zizmor_finds_nothing(name: str) -> None:
    assert tool("zizmor", "--offline", "--no-progress", "--persona=pedantic", WORKFLOWS[name]) == ""


def test_zizmor_finds_what_is_unsafe(tmp_path: Path) -> None:
    """So that its silence means something here."""
    text = (
        WORKFLOWS["drift"].read_text().replace('cat drift.md >> "$GITHUB_STEP_SUMMARY"', "echo ${{ github.head_ref }}")
    )
    assert "template-injection" in tool("zizmor", "--offline", "--no-progress", _written(tmp_path / "drift.yml", text))


def _written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path
