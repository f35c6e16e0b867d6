"""Runs the pipelines of `examples/pipelines`: the steps of the YAML files themselves, as a runner runs them.

Each run is on a runner of its own, with a fresh checkout and an empty home.
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

import engine
from support import forges
from support.emulator import KEY, READ_ONLY_KEY
from support.language_host import install_host
from support.processes import processes_of_session
from support.stack import PASSPHRASE

EXAMPLES = Path(__file__).parents[2] / "examples"
PIPELINES = EXAMPLES / "pipelines"
WORKFLOWS = {path.stem: path for path in sorted((PIPELINES / ".github" / "workflows").glob("*.yml"))}
GITLAB = PIPELINES / ".gitlab-ci.yml"
STEP_SECONDS = 600.0  # up to nine commands that start the CLI, on a busy machine
KEYS = {"prod": KEY, "prod-drift": READ_ONLY_KEY}
"""What the environments of either forge keep as KINETIC_API_KEY."""


@dataclass(frozen=True)
class Step:
    """A step that runs in the shell: its script, and what its environment has beside the runner's own."""

    script: str
    variables: Mapping[str, str] = field(default_factory=dict)


def workflow(name: str) -> Any:
    """A workflow of GitHub. Its `on` is True in YAML 1.1."""
    return yaml.safe_load(WORKFLOWS[name].read_text())


def jobs_of_gitlab() -> dict[str, Any]:
    file: dict[str, Any] = yaml.safe_load(GITLAB.read_text())
    return {name: job for name, job in file.items() if name not in ("default", "variables")}


def github_steps(name: str, backend: str) -> Iterator[Step]:
    """The steps of a workflow's job, with what GitHub puts in the place of its expressions."""
    (job,) = workflow(name)["jobs"].values()
    values = {
        "secrets.KINETIC_API_KEY": KEYS[job["environment"]],
        "secrets.PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
        "vars.PULUMI_BACKEND_URL": backend,
        "github.token": forges.GITHUB_TOKEN,
        "github.repository": forges.REPOSITORY,
    }
    for step in job["steps"]:
        if "run" in step:
            given = {key: _filled_in(str(value), values) for key, value in step.get("env", {}).items()}
            yield Step(f"set -e\n{step['run']}", given)


def gitlab_steps(name: str, backend: str, api: str) -> Iterator[Step]:
    """A job's one script, with the variables of the file, of the project and of the job's environment."""
    file = yaml.safe_load(GITLAB.read_text())
    job = file[name]
    environment = job["environment"]["name"]
    given = {
        "KINETIC_API_KEY": KEYS[environment],
        "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
        "PULUMI_BACKEND_URL": backend,
        "CI_API_V4_URL": api,
        "CI_PROJECT_ID": forges.PROJECT_ID,
        **({"DRIFT_ISSUES_TOKEN": forges.GITLAB_TOKEN} if environment == "prod-drift" else {}),
        **file["variables"],
        **job.get("variables", {}),
    }
    lines = ["set -eo pipefail", *file["default"]["before_script"], *job["script"]]
    yield Step("\n".join(lines), given)


def _filled_in(text: str, values: Mapping[str, str]) -> str:
    return re.sub(r"\$\{\{ *(.+?) *\}\}", lambda found: values[found[1]], text)


class Repository:
    """A user's repository: the program of the quickstart, and the pipelines as their README says to copy them.

    Attributes:
        backend: The URL of the stack's backend.
        api: The value of CI_API_V4_URL.
        keys: What the environments keep as KINETIC_API_KEY; a test may change it.
    """

    def __init__(self, folder: Path, emulator_url: str, api: str) -> None:
        self._folder = folder
        self._begun: list[Run] = []
        self.api = api
        self.issues = forges.Issues(folder / "issues.json")
        (folder / "backend").mkdir()
        self.backend = f"file://{folder / 'backend'}"
        self._path = [str(engine.ensure()), str(install_host(folder / "host"))]
        self._path.append(str(forges.install_gh(folder / "gh", folder / "issues.json")))
        self._path += ["/usr/local/bin", "/usr/bin", "/bin"]
        self.sources = folder / "repository"
        shutil.copytree(EXAMPLES / "quickstart", self.sources, ignore=shutil.ignore_patterns(".venv"))
        for name in (".github", "ci"):
            shutil.copytree(PIPELINES / name, self.sources / name)
        shutil.copy(GITLAB, self.sources)
        self.pulumi("stack", "init", "prod")
        for key, value in {"baseUrl": emulator_url, "timeoutSeconds": "5", "maxRetries": "1"}.items():
            self.pulumi("config", "set", f"kinetic:{key}", value, "--stack", "prod")

    def pulumi(self, *arguments: str) -> str:
        """What a command of the CLI prints, run by a person who has the repository."""
        variables = {"PULUMI_BACKEND_URL": self.backend, "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE}
        environment = {**self._machine("person"), **variables}
        command = ["pulumi", "--non-interactive", *arguments]
        done = subprocess.run(  # noqa: S603 our own command
            command,
            cwd=self.sources,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=STEP_SECONDS,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def run(self, forge: str, name: str, **changed: str) -> "Run":
        """Run a workflow or a job on a runner of its own, as far as its first step that fails."""
        run = self.begin(forge, name, **changed)
        run.work()
        return run

    def begin(self, forge: str, name: str, **changed: str) -> "Run":
        """Prepare a run; `changed` are variables that its steps get in the place of those of the pipeline."""
        folder = self._folder / f"runner-{len(self._begun)}"
        shutil.copytree(self.sources, folder / "checkout")
        steps = github_steps(name, self.backend) if forge == "github" else gitlab_steps(name, self.backend, self.api)
        given = [Step(step.script, {**step.variables, **_known(step, changed)}) for step in steps]
        self._begun.append(Run(folder / "checkout", given, self._machine(folder.name)))
        return self._begun[-1]

    def end_runners(self) -> None:
        """What a killed CLI has left behind serves on for ever."""
        for run in self._begun:
            run.end()

    def _machine(self, name: str) -> dict[str, str]:
        home = self._folder / "homes" / name
        home.mkdir(parents=True, exist_ok=True)
        return {"PATH": os.pathsep.join(self._path), "HOME": str(home), "PULUMI_SKIP_UPDATE_CHECK": "true"}


def _known(step: Step, changed: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in changed.items() if name in step.variables}


class Run:
    """One run on a runner: its exit code, and what it printed."""

    def __init__(self, checkout: Path, steps: list[Step], machine: Mapping[str, str]) -> None:
        self.checkout = checkout
        self.code = 0
        self.process: subprocess.Popen[str] | None = None
        self.sessions: list[int] = []
        self._steps = steps
        self._machine = machine
        self._log = checkout.parent / "log"
        self._path_file = checkout.parent / "github-path"
        self.summary = checkout.parent / "summary.md"
        self._path_file.touch()

    @property
    def output(self) -> str:
        return self._log.read_text()

    def work(self) -> None:
        for step in self._steps:
            added = self._path_file.read_text().split()
            environment = {
                **self._machine,
                **step.variables,
                "PATH": os.pathsep.join([*reversed(added), self._machine["PATH"]]),
                "GITHUB_PATH": str(self._path_file),
                "GITHUB_STEP_SUMMARY": str(self.summary),
            }
            script = self.checkout.parent / "step.sh"
            script.write_text(step.script)
            with self._log.open("a") as log:
                self.process = subprocess.Popen(  # noqa: S603 the example's own step
                    ["/bin/bash", str(script)], cwd=self.checkout, env=environment, text=True,
                    stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                )  # fmt: skip
                self.sessions.append(self.process.pid)
                self.code = self.process.wait(STEP_SECONDS)
            if self.code:
                return

    def end(self) -> None:
        """Take the runner away: all that runs there ends at once."""
        for process in [process for session in self.sessions for process in processes_of_session(session)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
