"""The examples of schema.json, as they are committed; tests/engine compiles them."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

import schema_examples

ROOT = Path(__file__).resolve().parents[2]
SCHEMA: dict[str, Any] = json.loads((ROOT / "schema.json").read_text())
BLOCKS = schema_examples.written()
NAMES = [name for titles in schema_examples.TITLES.values() for name in titles]


def described(subject: str) -> str:
    token = f"kinetic:index:{subject}"
    text: str = {**SCHEMA["resources"], **SCHEMA["functions"]}[token]["description"]
    return text


def test_each_resource_and_function_has_examples_and_each_example_all_languages() -> None:
    assert {f"kinetic:index:{subject}" for subject in schema_examples.TITLES} == {
        *SCHEMA["resources"],
        *SCHEMA["functions"],
    }
    assert {path.stem for path in schema_examples.SOURCES.glob("*.pp")} == {*NAMES}
    assert list(BLOCKS) == [(name, language) for name in NAMES for language in schema_examples.LANGUAGES]


@pytest.mark.parametrize("subject", schema_examples.TITLES)
def test_the_descriptions_hold_them_in_the_registrys_shortcodes(subject: str) -> None:
    section = schema_examples.section(schema_examples.TITLES[subject], BLOCKS)
    assert (schema_examples.WRITTEN / f"{subject}.md").read_text() == section
    assert section in described(subject)
    opened = re.findall(r"\{\{% (/?examples?) %\}\}", described(subject))
    count = len(schema_examples.TITLES[subject])
    assert opened == ["examples", *["example", "/example"] * count, "/examples"]


@pytest.mark.parametrize(("name", "language"), BLOCKS)
def test_an_example_says_what_its_source_says(name: str, language: str) -> None:
    """Also in a language that can't be generated here."""
    source = (schema_examples.SOURCES / f"{name}.pp").read_text()
    values = {value for value in re.findall(r'"([^"]+)"', source) if not value.startswith(("kinetic:", "string"))}
    assert values or name == "list"
    assert [value for value in values if value not in BLOCKS[name, language]] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_yaml_names_what_the_schema_has(name: str) -> None:
    program = yaml.safe_load(BLOCKS[name, "yaml"])
    for resource in program.get("resources", {}).values():
        of_schema = SCHEMA["resources"][resource["type"].replace(":", ":index:")]
        assert {*of_schema["requiredInputs"]} <= {*resource["properties"]} <= {*of_schema["inputProperties"]}
    for variable in program.get("variables", {}).values():
        call = variable["fn::invoke"]
        inputs = SCHEMA["functions"][call["function"].replace(":", ":index:")].get("inputs", {})
        assert {*inputs.get("required", [])} <= {*call["arguments"]} <= {*inputs.get("properties", {})}


def test_a_generator_that_is_mended_is_noticed() -> None:
    (name, language), ((wrong, _), *_others) = next(iter(schema_examples.MENDS.items()))
    with pytest.raises(SystemExit, match="isn't generated any more: remove it from MENDS"):
        schema_examples._mended(name, language, "what is right")  # noqa: SLF001 the rule on its own
    assert wrong not in schema_examples._mended(name, language, f"{wrong} kinetic")  # noqa: SLF001 the same


def test_python_users_are_told_which_package_has_what() -> None:
    assert "`pulumi_kinetic.WebhookEndpoint`" in described("WebhookEndpoint")
    assert all("import pulumi_kinetic_sdk as kinetic" in BLOCKS[name, "python"] for name in NAMES)
