import json
from pathlib import Path

from pulumi_kinetic import schema
from pulumi_kinetic.dynamic import WebhookEndpoint
from support.sdk import OUTPUTS

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = schema.schema()
RESOURCE = SCHEMA["resources"]["kinetic:index:WebhookEndpoint"]


def test_the_file_is_what_the_models_say() -> None:
    """Stale? `make schema` writes it."""
    assert (ROOT / "schema.json").read_text(encoding="utf-8") == schema.as_json()


def test_every_property_and_type_is_described() -> None:
    def undescribed(value: object, path: str = "") -> list[str]:
        if not isinstance(value, dict):
            return []
        is_leaf = "type" in value or "$ref" in value
        own = [path] if is_leaf and not value.get("description") and not path.endswith(("/items", "/enum")) else []
        nested = [undescribed(item, f"{path}/{name}") for name, item in value.items() if name != "language"]
        return own + [path for paths in nested for path in paths]

    enums = {name for name, described in SCHEMA["types"].items() if "enum" in described}
    assert [path for path in undescribed(SCHEMA) if path.removeprefix("/types/") not in enums] == []
    assert all(value["description"] for name in enums for value in SCHEMA["types"][name]["enum"])


def test_secrets_are_marked_and_nothing_else_is() -> None:
    def secrets(properties: dict[str, dict[str, object]]) -> list[str]:
        return [name for name, described in properties.items() if described.get("secret")]

    assert secrets(RESOURCE["inputProperties"]) == ["existingSigningSecret"]
    assert secrets(RESOURCE["properties"]) == ["signingSecret"]
    assert secrets(SCHEMA["provider"]["inputProperties"]) == secrets(SCHEMA["config"]["variables"]) == ["apiKey"]


def test_nothing_replaces_and_no_sdk_reads_the_key_from_the_environment() -> None:
    text = json.dumps(SCHEMA)
    assert "replaceOnChanges" not in text
    assert "defaultInfo" not in text


def test_status_is_a_string_or_an_enum_and_only_the_url_is_required() -> None:
    """A configuration's value is any string to a typed language, and a server may answer with any."""
    assert RESOURCE["requiredInputs"] == ["url"]
    enum = {"$ref": "#/types/kinetic:index:WebhookEndpointStatus"}
    assert RESOURCE["inputProperties"]["status"]["oneOf"] == [{"type": "string"}, enum]
    assert RESOURCE["properties"]["status"].keys() == {"type", "description"}
    values = SCHEMA["types"]["kinetic:index:WebhookEndpointStatus"]["enum"]
    assert [value["value"] for value in values] == ["enabled", "disabled"]


def test_both_doors_offer_the_same_outputs() -> None:
    translated = {WebhookEndpoint.translate_output_property(None, name) for name in RESOURCE["properties"]}  # type: ignore[arg-type]
    assert translated == OUTPUTS


def test_the_generated_python_package_has_a_name_of_its_own() -> None:
    assert SCHEMA["language"]["python"]["packageName"] != "pulumi_kinetic"


def test_a_repository_on_github_is_where_the_engine_downloads_the_plugin() -> None:
    assert schema.published("https://github.com/acme/pulumi-kinetic") == {
        "publisher": "acme",
        "homepage": "https://github.com/acme/pulumi-kinetic",
        "repository": "https://github.com/acme/pulumi-kinetic",
        "pluginDownloadURL": "github://api.github.com/acme/pulumi-kinetic",
    }


def test_a_repository_that_is_not_filled_in_is_nowhere_to_download_from() -> None:
    assert schema.published("https://example.com/pulumi-kinetic") == {}
