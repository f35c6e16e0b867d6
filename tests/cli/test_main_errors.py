"""Every command ends in one message and the exit code of its kind, whatever it meets."""

from collections.abc import Callable, Iterator

import click
import pytest
from click.testing import CliRunner, Result

from pulumi_kinetic import errors
from pulumi_kinetic.cli.main import main

# Each command, and what it calls: a test breaks that.
CALLS = {
    ("demo",): "pulumi_kinetic.cli.demo.prepare",
    ("doctor",): "pulumi_kinetic.cli.doctor.examine",
    ("drift",): "pulumi_kinetic.cli.drift.find_drift",
    ("emulator",): "pulumi_kinetic.emulator.server.Server.__init__",
    ("plugin", "install"): "pulumi_kinetic.cli.plugins.install",
    ("recover",): "pulumi_kinetic.cli.recover.Recovery.run",
    ("schema",): "pulumi_kinetic.schema.as_json",
}
Broken = Callable[[BaseException], Result]


@pytest.fixture(params=CALLS, ids=" ".join)
def broken(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Broken:
    """Run a command, and let what it calls raise an exception."""

    def run(error: BaseException) -> Result:
        def fail(*_: object, **__: object) -> None:
            raise error

        monkeypatch.setattr(CALLS[request.param], fail)
        return CliRunner().invoke(main, request.param)

    return run


def commands(group: click.Group, *path: str) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, *path, name)
        else:
            yield (*path, name)


def test_no_command_is_left_out() -> None:
    assert set(CALLS) == set(commands(main))


def test_a_defect_is_one_message_without_the_values_involved(broken: Broken) -> None:
    done = broken(ValueError("hunter2"))
    assert (done.exit_code, done.stdout) == (1, "")
    problem, advice = done.stderr.splitlines()
    assert problem.startswith("Error: could not ")
    assert "unexpected ValueError in fail, line" in problem
    assert advice == "This is a defect of pulumi-kinetic: please report it."
    assert "hunter2" not in done.output


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.SettingsError(["kinetic:apiKey is missing"]), 2),
        (errors.EnvironmentMismatchError("we_1", "sandbox", "production"), 2),
        (errors.UnauthorizedError("list", "refused"), 3),
        (errors.ForbiddenError("list", "refused"), 3),
        (errors.StackError("no stack", advice="Select one."), 1),
    ],
)
def test_an_error_is_its_message_and_the_code_of_its_kind(
    broken: Broken, error: errors.KineticError, code: int
) -> None:
    done = broken(error)
    assert (done.exit_code, done.stdout, done.stderr) == (code, "", f"Error: {error}\n")


def test_wrong_usage_stays_clicks_own(broken: Broken) -> None:
    done = broken(click.UsageError("--stack is empty"))
    assert done.exit_code == 2
    assert done.stderr.startswith("Usage: ")
    assert done.stderr.endswith("Error: --stack is empty\n")


def test_ctrl_c_is_no_defect(broken: Broken) -> None:
    done = broken(KeyboardInterrupt())
    assert (done.exit_code, done.stderr.strip()) == (1, "Aborted!")
