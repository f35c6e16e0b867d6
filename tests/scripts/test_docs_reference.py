"""What pages say of the code and of the benchmark is what there is; `make docs` writes it."""

import re
from pathlib import Path

import pytest

import docs_reference
from pulumi_kinetic.cli.main import main as command

REFERENCE = docs_reference.DOCS / "reference"


def headings(page: str) -> list[str]:
    return re.findall(r"^## (.+)", (REFERENCE / page).read_text(), re.MULTILINE)


@pytest.mark.parametrize("page", docs_reference.pages(), ids=lambda page: page.name)
def test_a_page_says_what_the_code_has(page: Path) -> None:
    text = page.read_text()
    assert docs_reference.fresh(text) == text


def test_what_is_out_of_date_is_seen() -> None:
    text = (REFERENCE / "configuration.md").read_text()
    assert docs_reference.fresh(text.replace("`KINETIC_API_KEY`", "`KINETIC_KEY`", 1)) == text


def test_each_page_is_generated_where_it_says_so() -> None:
    names = {page.name for page in docs_reference.pages()}
    assert names == {"resource.md", "configuration.md", "command.md", "exit-codes.md", "errors.md", "fast.md"}


def test_every_error_has_a_section_with_cause_and_cure() -> None:
    text = (REFERENCE / "errors.md").read_text()
    classes = [kind.__name__ for kind in docs_reference.error_classes()]
    assert sorted(headings("errors.md")) == sorted([*classes, "Mistakes in a declaration"])
    assert text.count("- **Cause:** ") == text.count("- **Cure:** ") == len(classes)


def test_every_command_has_a_section() -> None:
    assert {*command.commands, "plugin install"} - {"plugin"} <= set(headings("command.md"))
