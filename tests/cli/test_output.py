import io
import json
import sys

import pytest

from pulumi_kinetic.cli import output
from pulumi_kinetic.cli.check import Check
from pulumi_kinetic.cli.drift import Change, DriftedEndpoint, Report, StackDrift, UnmanagedEndpoint
from pulumi_kinetic.cli.state import Position


@pytest.fixture(autouse=True)
def _plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the machine or a runner of tests has set has no say in what is printed."""
    for name in ("FORCE_COLOR", "NO_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)


def drifted(name: str, *changes: Change, position: Position | None = None) -> DriftedEndpoint:
    return DriftedEndpoint(f"urn:pulumi:dev::shop::t::{name}", name, f"we_{name}", position, list(changes))


CLEAN = Report([StackDrift("prod", 1, [], [])])
CHANGED = drifted("orders", Change("status", "enabled", "disabled"), position=Position("__main__.py", 7))
OTHER = UnmanagedEndpoint("we_9", "https://example.com", "enabled", "2026-06-12T18:40:00Z", None)
DRIFT = Report([StackDrift("prod", 3, [CHANGED], [drifted("gone")])], [OTHER], notes=["A note."])
COUNTED = Report([StackDrift("prod", 3, [], [])], [OTHER], counts_unmanaged=True)


def shown(report: Report) -> list[str]:
    file = io.StringIO()
    output.console(file).print(output.text_of_drift(report))
    return [line.rstrip() for line in file.getvalue().splitlines()]


def test_a_clean_stack_is_one_line() -> None:
    assert shown(CLEAN) == ["prod: 1 endpoint as declared"]


def test_what_differs_is_a_table_and_what_to_do_about_it() -> None:
    assert shown(DRIFT) == [
        "prod: 1 changed and 1 missing, of 3 endpoints",
        "resource  property   recorded  actual     declared at",
        "orders    status     enabled   disabled   __main__.py:7",
        "gone      (missing)  we_gone   not found",
        "1 endpoint in none of these stacks: --unmanaged lists them.",
        "A note.",
        "",
        "To put it right",
        *(f"- {cure}" for cure in output.CURES),
    ]


def test_unmanaged_endpoints_are_listed_where_they_count() -> None:
    assert shown(COUNTED)[2:5] == [
        "1 endpoint in none of these stacks",
        "id    url                  status   created at",
        "we_9  https://example.com  enabled  2026-06-12T18:40:00Z",
    ]
    assert shown(COUNTED)[-1] == f"- {output.CURE_OF_UNMANAGED}"


def test_a_value_is_never_markup() -> None:
    report = Report([StackDrift("prod", 1, [drifted("o", Change("status", "[bold]:smile:", "[/]"))], [])])
    assert any("[bold]:smile:" in line and "[/]" in line for line in shown(report))


def test_json_has_all_of_it() -> None:
    assert json.loads(output.json_of_drift(DRIFT)) == {
        "as_declared": False,
        "stacks": [
            {
                "stack": "prod",
                "declared": 3,
                "changed": [
                    {
                        "urn": CHANGED.urn,
                        "name": "orders",
                        "webhook_endpoint_id": "we_orders",
                        "file": "__main__.py",
                        "line": 7,
                        "changes": [{"property": "status", "recorded": "enabled", "actual": "disabled"}],
                    }
                ],
                "missing": [
                    {
                        "urn": "urn:pulumi:dev::shop::t::gone",
                        "name": "gone",
                        "webhook_endpoint_id": "we_gone",
                        "file": None,
                        "line": None,
                    }
                ],
            }
        ],
        "unmanaged": [
            {
                "webhook_endpoint_id": "we_9",
                "origin": "https://example.com",
                "status": "enabled",
                "created_at": "2026-06-12T18:40:00Z",
            }
        ],
        "notes": ["A note."],
    }


@pytest.mark.parametrize(("variable", "coloured"), [("FORCE_COLOR", True), ("NO_COLOR", False)])
def test_colour_is_the_users_choice(monkeypatch: pytest.MonkeyPatch, variable: str, *, coloured: bool) -> None:
    monkeypatch.setenv(variable, "1")
    assert any("\x1b[" in line for line in shown(DRIFT)) is coloured


def test_a_pipe_gets_no_colour_and_a_width_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    assert output.console(io.StringIO()).width == 160
    assert not any("\x1b" in line for line in shown(DRIFT))
    monkeypatch.setenv("COLUMNS", "40")
    assert output.console(io.StringIO()).width == 40


def test_progress_is_shown_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        is_terminal = True

        def isatty(self) -> bool:
            return self.is_terminal

    monkeypatch.setenv("FORCE_COLOR", "1")  # colour is for logs too, progress isn't
    for is_terminal in (True, False):
        stderr = Terminal()
        stderr.is_terminal = is_terminal
        monkeypatch.setattr(sys, "stderr", stderr)
        with output.counting("endpoint") as progress:
            progress(1200)
        assert ("Reading" in stderr.getvalue()) is is_terminal


def test_checks_are_a_table_and_what_to_do_about_them() -> None:
    checks = [
        Check("clock", "pass", "[b]agrees"),
        Check("stack", "skip", "no project here"),
        Check("API key", "fail", "missing", "Set it."),
    ]
    file = io.StringIO()
    output.console(file).print(output.text_of_checks(checks))
    assert [line.rstrip() for line in file.getvalue().splitlines()] == [
        "pass  clock    [b]agrees",
        "skip  stack    no project here",
        "fail  API key  missing",
        "",
        "To put it right",
        "- API key: Set it.",
        "",
        "1 pass, 1 fail, 1 skip",
    ]
