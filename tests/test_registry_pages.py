"""docs/_index.md and docs/installation-configuration.md, the pages of the Pulumi registry, as its checks read them."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

import schema_examples
from pulumi_kinetic import __version__
from pulumi_kinetic.settings import SOURCES, Settings

ROOT = Path(__file__).resolve().parent.parent
SCHEMA: dict[str, Any] = json.loads((ROOT / "schema.json").read_text())
PAGES = {path.stem: path.read_text() for path in (ROOT / "docs").glob("*.md") if path.stem.startswith(("_", "inst"))}
INSTALLATION = PAGES["installation-configuration"]
# what the registry's own doc_lint.py refuses, since its pages stand at other addresses than these files
UNRENDERED = {
    "relative image": r'<img[^>]+src=["\'](\.|/|[^h])|!\[[^\]]*\]\((\.|/)',
    "relative link": r'<a[^>]+href="(\.|/)|\]\((?!https://|#)',
}
MAX_DESCRIPTION_CHARS = 160  # what search engines show
ROW = re.compile(r"^\| `kinetic:(\w+)`( \(secret\))? \| (?:`(\w+)`)? ?\| (?:`([^`]+)`)? ?\| (.*) \|$", re.MULTILINE)


@pytest.mark.parametrize("name", ["_index", "installation-configuration"])
def test_a_page_begins_with_what_the_registry_needs(name: str) -> None:
    opened, front, _ = PAGES[name].split("---\n", 2)
    assert opened == ""
    matter = yaml.safe_load(front)
    assert {*matter} == {"title", "meta_desc", "layout"}
    assert matter["layout"] == "package"
    assert matter["title"].startswith("Kinetic")
    assert 0 < len(matter["meta_desc"]) <= MAX_DESCRIPTION_CHARS


@pytest.mark.parametrize("kind", UNRENDERED)
@pytest.mark.parametrize("name", ["_index", "installation-configuration"])
def test_a_page_has_nothing_that_breaks_elsewhere(name: str, kind: str) -> None:
    assert re.findall(UNRENDERED[kind], PAGES[name]) == []


def test_the_overview_has_the_generated_example_in_every_language() -> None:
    """Stale? `make examples` writes it."""
    index = PAGES["_index"]
    assert schema_examples.chooser(schema_examples.written()) in index
    assert index.count("{{< chooser") == index.count("{{< /chooser") == 1
    (listed,) = re.findall(r'chooser language "([\w,]+)"', index)
    assert listed.split(",") == re.findall(r"choosable language (\w+)", index) == [*schema_examples.LANGUAGES]


def test_the_options_are_those_of_the_schema() -> None:
    rows = {option: (bool(secret), text) for option, secret, _, _, text in ROW.findall(INSTALLATION)}
    described = SCHEMA["config"]["variables"]
    assert rows == {option: (shape.get("secret", False), shape["description"]) for option, shape in described.items()}


def test_the_options_have_the_variables_and_defaults_of_the_settings() -> None:
    rows = {option: (variable, default) for option, _, variable, default, _ in ROW.findall(INSTALLATION)}
    defaults = {name: str(field.default).removesuffix(".0") for name, field in Settings.model_fields.items()}
    said_in_words = {"api_key", "base_url"}  # none, and the sandbox
    assert rows == {
        source.config_key: (source.variable or "", "" if name in said_in_words else defaults[name])
        for name, source in SOURCES.items()
    }


def test_the_commands_name_this_version() -> None:
    assert {*re.findall(r"\b\d+\.\d+\.\d+\b", INSTALLATION)} == {__version__}


def test_each_way_to_configure_is_shown() -> None:
    assert "$ pulumi config set --secret kinetic:apiKey" in INSTALLATION
    for variable in filter(None, (source.variable for source in SOURCES.values())):
        assert f"$ export {variable}=" in INSTALLATION
    assert "$ pulumi plugin install resource kinetic" in INSTALLATION
