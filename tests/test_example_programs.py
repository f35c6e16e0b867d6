"""The YAML and Go programs against the schema: their language hosts are not to be had everywhere."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from pulumi_kinetic import schema
from support.documents import PAGES, name_of

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
GUIDE = EXAMPLES.parent / "docs" / "guides" / "languages.md"
SCHEMA = schema.schema()
RESOURCE = SCHEMA["resources"]["kinetic:index:WebhookEndpoint"]
INPUTS, OUTPUTS = RESOURCE["inputProperties"], RESOURCE["properties"]
STATUSES = {value["value"] for value in SCHEMA["types"]["kinetic:index:WebhookEndpointStatus"]["enum"]}
PYTHON_TYPES = {"string": str, "array": list}


def fits(value: Any, described: dict[str, Any]) -> bool:
    if "$ref" in described:
        return value in STATUSES
    return isinstance(value, PYTHON_TYPES[described["type"]])


def guides_program() -> str:
    (program,) = re.findall(r"^```yaml\n(resources:.*?)^```", GUIDE.read_text(), re.MULTILINE | re.DOTALL)
    return str(program)


@pytest.mark.parametrize(
    "text", [(EXAMPLES / "yaml" / "Pulumi.yaml").read_text(), guides_program()], ids=["example", "guide"]
)
def test_a_yaml_program_fits_the_schema(text: str) -> None:
    program = yaml.safe_load(text)
    (orders,) = program["resources"].values()
    properties = orders["properties"]
    assert orders["type"] == "kinetic:WebhookEndpoint"
    assert set(RESOURCE["requiredInputs"]) <= set(properties) <= set(INPUTS)
    assert all(fits(value, INPUTS[name]) for name, value in properties.items())
    referred = [re.fullmatch(r"\$\{orders\.(\w+)\}", text) for text in program["outputs"].values()]
    assert {match[1] for match in referred if match} <= set(OUTPUTS)
    assert all(referred)


def test_the_go_program_fits_the_schema() -> None:
    text = (EXAMPLES / "go" / "main.go").read_text()
    arguments = re.search(r"&kinetic\.WebhookEndpointArgs\{(.*?)\n\t\t\}\)", text, re.DOTALL)
    assert arguments
    fields = re.findall(r"^\s*(\w+):", arguments[1], re.MULTILINE)
    assert {pascal(name) for name in RESOURCE["requiredInputs"]} <= set(fields) <= {pascal(name) for name in INPUTS}
    outputs = re.findall(r"orders\.(\w+)\)", text)
    assert len(outputs) == 3
    assert set(outputs) <= {pascal(name) for name in OUTPUTS}
    assert SCHEMA["language"]["go"]["importBasePath"] in text
    assert "kinetic.WebhookEndpointStatusEnabled" in text


@pytest.mark.parametrize("example", sorted(path.parent.name for path in EXAMPLES.glob("*/Pulumi.yaml")))
def test_each_example_says_how_it_is_run(example: str) -> None:
    readme = (EXAMPLES / example / "README.md").read_text()
    commands = [line.partition("#")[0].strip() for line in readme.splitlines() if line.startswith("$ ")]
    wanted = [
        "$ pulumi install",
        "$ pulumi stack init dev",
        "$ pulumi config set --secret kinetic:apiKey",
        "$ pulumi up",
    ]
    assert [command for command in commands if command in wanted] == wanted


@pytest.mark.parametrize("example", ["yaml", "typescript", "go"])
def test_an_example_by_the_plugin_names_the_checkouts(example: str) -> None:
    project = yaml.safe_load((EXAMPLES / example / "Pulumi.yaml").read_text())
    assert (EXAMPLES / example / project["packages"]["kinetic"] / "PulumiPlugin.yaml").is_file()


def test_two_places_say_where_the_package_comes_from() -> None:
    """The day of a release changes it there."""
    lines = {name_of(page): page.read_text() for page in PAGES}
    assert [name for name, text in lines.items() if "pip install" in text] == ["README.md"]
    assert [name for name, text in lines.items() if "on PyPI yet" in text] == ["README.md", "docs/start.md"]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_no_page_puts_a_secret_on_a_command_line(page: Path) -> None:
    given = re.findall(r"config set --secret +([\w:]+)[^\S\n]+([^#`\s]\S*)", page.read_text())
    assert given == []


def pascal(name: str) -> str:
    return name[0].upper() + name[1:]
