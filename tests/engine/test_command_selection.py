"""Which stack and project the commands take: those that a command of the Pulumi CLI would take."""

import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from pulumi_kinetic.testing import Emulator
from support.emulator import KEY, EmulatorClient
from support.stack import cli_variables

NOT_AS_DECLARED = 7


class Done(NamedTuple):
    code: int
    stdout: str
    stderr: str


class Project:
    """A project with two stacks on the file backend; only `dev` is configured for the API."""

    def __init__(self, folder: Path, environment: dict[str, str], base_url: str) -> None:
        self.folder = folder / "shop"
        self.below = self.folder / "src" / "deep"
        self.below.mkdir(parents=True)
        (self.folder / "Pulumi.yaml").write_text("name: shop\nruntime: yaml\n")
        (folder / "state").mkdir()
        self.variables = {
            **environment,
            "HOME": str(folder),
            **cli_variables(folder, f"file://{folder / 'state'}"),
        }
        for name in ("prod", "dev"):
            self.succeeds("pulumi", "stack", "init", name, "--no-select")
        self.succeeds("pulumi", "config", "set", "kinetic:baseUrl", base_url, "--stack", "dev")
        self.succeeds("pulumi", "config", "set", "--secret", "kinetic:apiKey", KEY, "--stack", "dev")

    def run(
        self, *command: str, folder: Path | None = None, without: str = "", variables: Mapping[str, str] | None = None
    ) -> Done:
        """Run a command without a terminal, and with an input that nobody ends: a prompt would wait for it."""
        program = shutil.which(command[0], path=self.variables["PATH"])
        assert program
        environment = {name: value for name, value in self.variables.items() if name != without} | dict(variables or {})
        with subprocess.Popen(  # noqa: S603
            [program, *command[1:]], cwd=folder or self.folder, env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        ) as running:  # fmt: skip
            try:
                assert running.stdout
                assert running.stderr
                return Done(stdout=running.stdout.read(), stderr=running.stderr.read(), code=running.wait(60))
            finally:
                running.kill()

    def succeeds(self, *command: str) -> None:
        done = self.run(*command)
        assert done.code == 0, done.stderr


@pytest.fixture(scope="module")
def project(
    tmp_path_factory: pytest.TempPathFactory, engine_environment: dict[str, str], kinetic_server: Emulator
) -> Project:
    return Project(tmp_path_factory.mktemp("project"), engine_environment, kinetic_server.url)


Way = Callable[[Project], tuple[list[str], dict[str, str], Path]]
DEV: dict[str, Way] = {
    "--stack": lambda project: (["--stack", "dev"], {}, project.folder),
    "-s": lambda project: (["-s", "dev"], {}, project.folder),
    "with organization and project": lambda project: (["--stack", "organization/shop/dev"], {}, project.folder),
    "PULUMI_STACK": lambda project: ([], {"PULUMI_STACK": "dev"}, project.folder),
    "--stack before PULUMI_STACK": lambda project: (["--stack", "dev"], {"PULUMI_STACK": "prod"}, project.folder),
    "a folder below the project's": lambda project: (["--stack", "dev"], {}, project.below),
    "--cwd": lambda project: (["--stack", "dev", "--cwd", str(project.folder)], {}, Path("/")),
    "-C of a folder below": lambda project: (["--stack", "dev", "-C", str(project.below)], {}, Path("/")),
}


@pytest.mark.parametrize("way", DEV)
def test_a_stack_is_named_as_for_pulumi(way: str, project: Project, emulator: EmulatorClient) -> None:
    emulator.seed(1)
    arguments, variables, folder = DEV[way](project)
    drift = ["drift", "--unmanaged", "--json"]
    compared = project.run("pulumi-kinetic", *drift, *arguments, folder=folder, variables=variables)
    assert (compared.code, compared.stderr) == (NOT_AS_DECLARED, "")
    assert [shown["webhook_endpoint_id"] for shown in json.loads(compared.stdout)["unmanaged"]] == list(
        emulator.truth()
    )
    recovered = project.run("pulumi-kinetic", "recover", *arguments, folder=folder, variables=variables)
    assert recovered == Done(0, "Nothing to recover.\n", "")


def test_the_selected_stack_is_taken(project: Project, emulator: EmulatorClient) -> None:
    emulator.seed(1)
    project.succeeds("pulumi", "stack", "select", "dev")
    assert project.run("pulumi-kinetic", "drift", "--unmanaged").code == NOT_AS_DECLARED
    project.succeeds("pulumi", "stack", "select", "prod")
    compared = project.run("pulumi-kinetic", "drift", "--unmanaged")
    assert compared.code == 2
    assert "kinetic:apiKey" in compared.stderr  # only dev has one
    project.succeeds("pulumi", "stack", "unselect")


@pytest.mark.parametrize("command", ["recover", "drift"])
@pytest.mark.parametrize(
    ("told", "arguments", "variables"),
    [
        ("no stack selected; please use `pulumi stack select` to choose one", [], {}),
        ("no stack named 'staging' found", ["--stack", "staging"], {}),
        ("no stack named 'organization/other/dev' found", ["--stack", "organization/other/dev"], {}),
        ("no Pulumi.yaml project file found", ["--cwd", "/"], {}),
        ("PULUMI_ACCESS_TOKEN must be set for login", [], {"PULUMI_BACKEND_URL": "https://api.pulumi.com"}),
        ("unable to open state directory", [], {"PULUMI_BACKEND_URL": "file:///no/such/folder"}),
        ("there is no `pulumi` on PATH\nInstall the Pulumi CLI.", [], {"PATH": "/no/such/folder"}),
    ],
)
def test_what_pulumi_refuses_is_told_in_its_own_words(
    told: str, arguments: list[str], variables: dict[str, str], command: str, project: Project
) -> None:
    done = project.run("pulumi-kinetic", command, *arguments, variables=variables)
    assert done.code == 1
    assert done.stdout == ""
    assert told in done.stderr
    assert done.stderr.startswith("Error: ")
    assert len(done.stderr.splitlines()) <= 2


def test_a_missing_passphrase_is_told_in_pulumis_words(project: Project) -> None:
    done = project.run("pulumi-kinetic", "drift", "--stack", "dev", without="PULUMI_CONFIG_PASSPHRASE")
    assert done.code == 1
    assert "PULUMI_CONFIG_PASSPHRASE" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("without", ["HOME", "PULUMI_HOME"])
def test_a_machine_without_a_home_in_its_environment_will_do(without: str, project: Project) -> None:
    done = project.run("pulumi-kinetic", "recover", "--stack", "dev", without=without)
    assert done == Done(0, "Nothing to recover.\n", "")
