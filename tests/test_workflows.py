"""The workflows and the issue form on GitHub. zizmor reads the workflows in `make lint`, without a network."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PINNED = re.compile(r"uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
WRITING = {
    "release.yml: pypi: id-token",
    "release.yml: github: contents",
    "release.yml: github: id-token",
    "release.yml: github: attestations",
}


def loaded(path: Path) -> Any:
    return yaml.safe_load(path.read_text())


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_action_is_pinned_by_its_commit_and_says_its_version(path: Path) -> None:
    used = [line.strip().removeprefix("- ") for line in path.read_text().splitlines() if "uses:" in line]
    assert used
    assert [line for line in used if not PINNED.fullmatch(line)] == []


def test_an_action_has_one_version_in_all_workflows() -> None:
    pins = {pin for path in WORKFLOWS for pin in re.findall(r"uses: (\S+)@(\S+)", path.read_text())}
    assert len(pins) == len({action for action, _ in pins})


def test_only_the_jobs_that_publish_may_write() -> None:
    written = set()
    for path in WORKFLOWS:
        workflow = loaded(path)
        assert workflow["permissions"] == {}
        for name, job in workflow["jobs"].items():
            granted = {scope for scope, access in job["permissions"].items() if access == "write"}
            written |= {f"{path.name}: {name}: {scope}" for scope in granted}
    assert written == WRITING


def test_no_job_that_may_write_runs_what_is_in_the_repository() -> None:
    """What the tests and the build run, their dependencies too, can neither publish nor sign."""
    jobs = loaded(ROOT / ".github" / "workflows" / "release.yml")["jobs"]
    for name in ("pypi", "github"):
        used = [step.get("uses", "") for step in jobs[name]["steps"]]
        assert not [action for action in used if action.startswith(("actions/checkout", "actions/setup-"))]
        assert "environment" in jobs[name]


def test_what_has_to_be_set_up_on_the_day_is_told() -> None:
    told = (ROOT / "docs" / "contributing" / "releasing.md").read_text()
    jobs = loaded(ROOT / ".github" / "workflows" / "release.yml")["jobs"]
    environments = [job["environment"] for job in jobs.values() if "environment" in job]
    assert environments == ["pypi", "github-release"]
    assert [name for name in [*environments, "release.yml", *jobs] if f"`{name}`" not in told] == []


def test_the_pythons_are_those_of_the_classifiers() -> None:
    listed = re.findall(r'"Programming Language :: Python :: (3\.\d+)"', (ROOT / "pyproject.toml").read_text())
    matrix = loaded(ROOT / ".github" / "workflows" / "ci.yml")["jobs"]["pythons"]["strategy"]["matrix"]["python"]
    assert listed == matrix == ["3.10", "3.11", "3.12", "3.13", "3.14"]


def test_every_script_and_test_that_a_workflow_names_is_there() -> None:
    named = {name for path in WORKFLOWS for name in re.findall(r"\b(?:scripts|tests)/[\w/]+\.py", path.read_text())}
    assert len(named) > 1
    assert [name for name in named if not (ROOT / name).is_file()] == []


@pytest.fixture
def actionlint(tmp_path: Path) -> str:
    """The one on PATH, or one that Go builds, as it builds the engine."""
    if found := shutil.which("actionlint"):
        return found
    module = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12"
    variables = {**os.environ, "GOBIN": str(tmp_path)}
    if not shutil.which("go"):
        pytest.skip("there is neither actionlint nor Go to build it")
    command = ["go", "install", module]
    built = subprocess.run(command, env=variables, capture_output=True, check=False, timeout=300)  # noqa: S603
    assert built.returncode == 0, built.stderr.decode()
    return str(tmp_path / "actionlint")


def test_actionlint_finds_nothing(actionlint: str) -> None:
    done = subprocess.run([actionlint], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 a linter
    assert done.stdout + done.stderr == ""


def test_the_bug_form_asks_for_the_doctors_report_and_warns_of_secrets() -> None:
    form = loaded(ROOT / ".github" / "ISSUE_TEMPLATE" / "bug.yml")
    warning, *fields = form["body"]
    assert "Paste no secret" in warning["attributes"]["value"]
    assert "SECURITY.md" in warning["attributes"]["value"]
    by_id = {field["id"]: field for field in fields}
    assert "`pulumi-kinetic doctor --json`" in by_id["doctor"]["attributes"]["label"]
    assert by_id["doctor"]["validations"]["required"]
    assert by_id["secrets"]["attributes"]["options"][0]["required"]
