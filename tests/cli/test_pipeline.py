import json
import re
from pathlib import Path

import pytest

from pulumi_kinetic.cli import pipeline
from pulumi_kinetic.cli.drift import Change, DriftedEndpoint, Report, StackDrift, UnmanagedEndpoint
from pulumi_kinetic.cli.state import Position

PROJECT, WORKSPACE = Path("/repo/infra"), "/repo"


def drifted(name: str, *changes: Change, path: str = "__main__.py") -> DriftedEndpoint:
    return DriftedEndpoint(f"urn:pulumi:dev::shop::t::{name}", name, "we_1", Position(path, 7), list(changes))


def report(*changed: DriftedEndpoint, unmanaged: int = 0, counts: bool = True) -> Report:
    others = [
        UnmanagedEndpoint(f"we_{number}", "https://example.com", "enabled", "2026-06-12T18:40:00Z", None)
        for number in range(unmanaged)
    ]
    return Report([StackDrift("acme/shop/prod", 9, list(changed), [])], others, counts_unmanaged=counts)


STATUS = Change("status", "enabled", "disabled")


def test_markdown_has_a_marker_a_table_and_the_cures() -> None:
    lines = pipeline.markdown(report(drifted("orders", STATUS), unmanaged=1)).splitlines()
    assert lines[:5] == [
        "<!-- pulumi-kinetic drift: acme/shop/prod -->",
        "### Webhook endpoints: not as declared",
        "",
        "- `acme/shop/prod`: 1 changed and 0 missing, of 9 endpoints",
        "- 1 endpoint in none of these stacks",
    ]
    assert "| `orders` | `status` | `enabled` | `disabled` | `__main__.py:7` |" in lines
    assert "| `we_0` | `https://example.com` | `enabled` | `2026-06-12T18:40:00Z` |" in lines
    assert len([line for line in lines if line.startswith("- ")]) == 6


def test_markdown_of_a_clean_stack_has_the_marker_too() -> None:
    assert pipeline.markdown(report(unmanaged=2, counts=False)).splitlines() == [
        "<!-- pulumi-kinetic drift: acme/shop/prod -->",
        "### Webhook endpoints: as declared",
        "",
        "- `acme/shop/prod`: 9 endpoints as declared",
        "- 2 endpoints in none of these stacks (`--unmanaged` lists them)",
    ]


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("a|b", "`a\\|b`"),
        ("a`b", "`` a`b ``"),
        ("``", "``` `` ```"),
        ("@everyone <!-- x -->\n# title", "`@everyone <!-- x --> # title`"),
        ("x" * 400, f"`{'x' * 300}…`"),
    ],
)
def test_a_value_can_not_leave_its_cell(value: str, cell: str) -> None:
    lines = pipeline.markdown(report(drifted("orders", Change("status", "enabled", value)))).splitlines()
    assert f"| `orders` | `status` | `enabled` | {cell} | `__main__.py:7` |" in lines


@pytest.mark.parametrize("number", [1, 700, 5000])
def test_markdown_is_cut_by_rows_and_says_so(number: int) -> None:
    whole = report(*(drifted(f"orders-{index}", STATUS) for index in range(number)), unmanaged=number)
    text = pipeline.markdown(whole)
    rows = len(re.findall(r"^\| `", text, re.MULTILINE))
    left = re.search(r"^… and ([\d,]+) more rows$", text, re.MULTILINE)
    assert len(text) <= 60_000
    assert rows + (int(left[1].replace(",", "")) if left else 0) == 2 * number
    assert bool(left) is (number > 1)
    assert "To put it right" in text
    assert not left or len(text) > 59_000


def test_annotations_are_at_the_line_that_declares_the_endpoint() -> None:
    gone = StackDrift("prod", 2, [drifted("orders", STATUS)], [drifted("gone", path="lib/a,b:c%.py")])
    changed, missing, summary = pipeline.annotations(Report([gone]), PROJECT, WORKSPACE).splitlines()
    assert changed == "::warning file=infra/__main__.py,line=7,title=orders (we_1) changed::status: enabled → disabled"
    assert missing.startswith("::warning file=infra/lib/a%2Cb%3Ac%25.py,line=7,title=gone (we_1) missing::It doesn't")
    assert summary == "::notice title=webhook endpoints of prod::1 changed and 1 missing, of 2 endpoints"


def test_a_value_can_not_be_a_command() -> None:
    hostile = drifted("a::b", Change("url", "100%", "x\r\n::error::y"), Change("enabled_events", ["a", "b"], []))
    (warning, _) = pipeline.annotations(report(hostile, counts=False), PROJECT, None).splitlines()
    assert warning == (
        "::warning file=__main__.py,line=7,title=a%3A%3Ab (we_1) changed::"
        "url: 100%25 → x%0D%0A::error::y%0Aenabled_events: a, b → (none)"
    )


@pytest.mark.parametrize("path", ["../../elsewhere/a.py", "../.."])
def test_a_file_outside_of_the_checkout_is_left_out(path: str) -> None:
    (warning, _) = pipeline.annotations(report(drifted("o", STATUS, path=path)), PROJECT, WORKSPACE).splitlines()
    assert warning.startswith("::warning title=")


def test_unmanaged_endpoints_are_annotated_where_they_count() -> None:
    first, *_ = pipeline.annotations(report(unmanaged=1), PROJECT, WORKSPACE).splitlines()
    assert first.startswith("::warning title=webhook endpoint we_0 is unmanaged::https://example.com, enabled, created")
    assert pipeline.annotations(report(unmanaged=1, counts=False), PROJECT, WORKSPACE).startswith("::notice")


def test_gitlab_gets_what_an_up_would_do() -> None:
    stack = StackDrift("prod", 9, [drifted("a", STATUS), drifted("b", STATUS)], [drifted("gone")])
    assert json.loads(pipeline.gitlab(Report([stack], report(unmanaged=3).unmanaged, counts_unmanaged=True))) == {
        "create": 1,
        "update": 2,
        "delete": 0,
    }


@pytest.mark.parametrize("form", ["json", "markdown", "github", "gitlab"])
def test_every_form_can_be_asked_for_by_name(tmp_path: Path, form: str) -> None:
    assert pipeline.drift_as(form, report(drifted("orders", STATUS)), tmp_path, {})
