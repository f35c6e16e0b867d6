"""`schema.json`: what the packaged plugin offers, for the SDKs of every language; built from the models."""

import json
from importlib import metadata, resources

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from pulumi_kinetic.endpoint import PLUGIN_TYPE, SECRET_NAMES, UPDATABLE
from pulumi_kinetic.inputs import Declaration
from pulumi_kinetic.settings import SOURCES, Environment, Settings
from pulumi_kinetic.values import JsonObject

GET = "kinetic:index:getWebhookEndpoint"
LIST = "kinetic:index:listWebhookEndpoints"
_INFO = "kinetic:index:WebhookEndpointInfo"
_ENDPOINT = """A webhook endpoint of the Kinetic API.

`url`, `enabledEvents` and `status` change in place and keep the id and the signing secret; only a replacement that \
you ask for creates a new endpoint, with a new secret.

In Python, the package `pulumi-kinetic` has this resource without a plugin: `pulumi_kinetic.WebhookEndpoint`, with the \
same arguments. The examples here are for the generated SDK, `pulumi_kinetic_sdk`.
"""
_ALL = "All webhook endpoints of the key's environment. Never returns a secret."
_IMPORT = """
## Import

By id. Nothing is sent but a GET; the signing secret isn't known, unless you supply it as `existingSigningSecret`.

```sh
$ pulumi import kinetic:index:WebhookEndpoint orders we_8KdQ2n4Vb1Xc7M
```
"""
_ENUMS = {
    "status": {"enabled": "Events are delivered.", "disabled": "Nothing is delivered; id and secret stay."},
    "environment": {
        "sandbox": "Created with a key that starts with `md_test_`.",
        "production": "Created with another key.",
    },
}


class Computed(BaseModel):
    """What only the API knows. Source: API reference, the example of "Create a webhook endpoint"."""

    model_config = ConfigDict(alias_generator=to_camel)

    webhook_endpoint_id: str = Field(description="The id that the API gave it (`we_…`); the same as the resource's id.")
    created_at: str | None = Field(None, description="When the API created it (ISO 8601).")
    environment: Environment = Field(description="The environment of the API key that created or adopted it.")
    signing_secret: str | None = Field(
        None,
        description="Verifies deliveries. Captured when the endpoint is created; not known for an adopted or imported "
        "endpoint whose secret was not supplied.",
    )


def as_json() -> str:
    """Return the text of `schema.json`."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def schema() -> JsonObject:
    """Return the package as Pulumi's metaschema describes one.

    No input replaces. The provider alone reads the environment: what an SDK reads from there ends up in the state.
    """
    configuration = _configuration()
    return {
        "name": "kinetic",
        "displayName": "Kinetic",
        "version": metadata.version("pulumi-kinetic"),
        "description": "Webhook endpoints of the Kinetic API as Pulumi resources.",
        "keywords": ["pulumi", "kinetic", "webhooks", "category/infrastructure", "kind/native"],
        "license": "Apache-2.0",
        **published(_repository()),
        "meta": {"moduleFormat": "(.*)"},
        "language": _language(),
        "config": {"variables": configuration},
        "provider": {
            "description": "The Kinetic API as one key sees it: settings come from here, else from the environment.",
            "inputProperties": configuration,
        },
        "types": {**_enums(), _INFO: {"type": "object", **_info()}},
        "resources": {PLUGIN_TYPE: _resource()},
        "functions": _functions(),
    }


def published(repository: str) -> JsonObject:
    """Return who publishes the package, and where the engine downloads the plugin from: the releases on GitHub.

    Args:
        repository: URL of the repository. While it isn't on GitHub nothing is said, so that no engine asks a stranger.
    """
    host, _, path = repository.removeprefix("https://").partition("/")
    if host != "github.com":
        return {}
    return {
        "publisher": path.partition("/")[0],
        "homepage": repository,
        "repository": repository,
        "pluginDownloadURL": f"github://api.github.com/{path}",
    }


def _repository() -> str:
    """The one place that names it is pyproject.toml."""
    listed = metadata.metadata("pulumi-kinetic").get_all("Project-URL") or []
    return next((url for label, _, url in (entry.partition(", ") for entry in listed) if label == "Repository"), "")


def _language() -> JsonObject:
    """The generated Python package must not be named like this distribution's own."""
    return {
        "python": {"packageName": "pulumi_kinetic_sdk", "pyproject": {"enabled": True}, "respectSchemaVersion": True},
        "nodejs": {"packageName": "pulumi-kinetic", "respectSchemaVersion": True},
        "go": {"importBasePath": "example.com/pulumi-kinetic/sdk/go/kinetic", "respectSchemaVersion": True},
        "csharp": {"respectSchemaVersion": True},
    }


def _resource() -> JsonObject:
    inputs, computed = _properties(Declaration), _properties(Computed)
    outputs = {name: _as_output(inputs[name]) for name in UPDATABLE} | computed
    return {
        "description": f"{_ENDPOINT}\n{_examples(PLUGIN_TYPE)}{_IMPORT}",
        "inputProperties": inputs,
        "requiredInputs": _required(Declaration),
        "listInputs": {"properties": {}},
        "properties": outputs,
        "required": ["url", "status", *_required(Computed)],
    }


def _functions() -> JsonObject:
    key = "webhookEndpointId"
    endpoints = {"type": "array", "items": {"$ref": f"#/types/{_INFO}"}, "description": "In the order of the API."}
    argument = {**_properties(Computed)[key], "description": "The id of an endpoint (`we_…`)."}
    return {
        GET: {
            "description": f"Look up one webhook endpoint. Never returns its secret.\n\n{_examples(GET)}",
            "inputs": {"properties": {key: argument}, "required": [key]},
            "outputs": _info(),
        },
        LIST: {
            "description": f"{_ALL}\n\n{_examples(LIST)}",
            "outputs": {"properties": {"webhookEndpoints": endpoints}, "required": ["webhookEndpoints"]},
        },
    }


def _examples(token: str) -> str:
    """Programs in each language, which scripts/schema_examples.py generates."""
    name = token.rpartition(":")[2]
    return resources.files("pulumi_kinetic").joinpath("examples", f"{name}.md").read_text(encoding="utf-8")


def _info() -> JsonObject:
    known = {name: _as_output(shape) for name, shape in (_properties(Declaration) | _properties(Computed)).items()}
    names = ("webhookEndpointId", *UPDATABLE, "createdAt")
    return {
        "description": "An endpoint as the API describes it; never its secret.",
        "properties": {name: known[name] for name in names},
        "required": ["webhookEndpointId", "url", "status"],
    }


def _configuration() -> JsonObject:
    described = Settings.model_json_schema()["properties"]
    return {
        source.config_key: {**_property(source.config_key, described[name]), **_secret(source.config_key)}
        for name, source in SOURCES.items()
    }


def _properties(model: type[BaseModel]) -> JsonObject:
    described = model.model_json_schema(by_alias=True)["properties"]
    return {name: {**_property(name, shape), **_secret(name)} for name, shape in described.items()}


def _property(name: str, described: JsonObject) -> JsonObject:
    (kept,) = [option for option in described.get("anyOf", [described]) if option.get("type") != "null"]
    enum = {"$ref": f"#/types/{_enum(name)}"}
    shape: JsonObject = {"type": kept["type"]}
    if name == "status":  # typed languages pass a configuration's value on, which is any string to them
        shape["oneOf"] = [{"type": "string"}, enum]
    elif name in _ENUMS:
        shape = enum
    items = {"items": {"type": kept["items"]["type"]}} if "items" in kept else {}
    return {**shape, **items, "description": described["description"]}


def _as_output(shape: JsonObject) -> JsonObject:
    """A server may answer with a value that a program may not declare: an output is a string."""
    return {key: value for key, value in shape.items() if key != "oneOf"}


def _secret(name: str) -> JsonObject:
    return {"secret": True} if name in SECRET_NAMES | {"apiKey"} else {}


def _required(model: type[BaseModel]) -> list[str]:
    required: list[str] = model.model_json_schema(by_alias=True)["required"]
    return required


def _enums() -> JsonObject:
    return {_enum(name): {"type": "string", "enum": [*map(_value, texts.items())]} for name, texts in _ENUMS.items()}


def _enum(name: str) -> str:
    return f"{PLUGIN_TYPE}{name.capitalize()}"


def _value(described: tuple[str, str]) -> JsonObject:
    value, text = described
    return {"name": value.capitalize(), "value": value, "description": text}
