"""`schema.json`: what the packaged plugin offers, for the SDKs of every language; built from the models."""

import json
from importlib import metadata
from typing import Any

from pydantic import BaseModel

from pulumi_kinetic.endpoint import PLUGIN_TYPE
from pulumi_kinetic.inputs import Computed, Inputs
from pulumi_kinetic.settings import SOURCES, Settings
from pulumi_kinetic.values import SECRET

GET = "kinetic:index:getWebhookEndpoint"
LIST = "kinetic:index:listWebhookEndpoints"
_DECLARED = ("url", "enabledEvents", "status")
_INFO = "kinetic:index:WebhookEndpointInfo"
_ENUMS = {
    "status": {"enabled": "Events are delivered.", "disabled": "Nothing is delivered; id and secret stay."},
    "environment": {"sandbox": "Created with a key that begins `md_test_`.", "production": "Created with another key."},
}
Json = dict[str, Any]


def as_json() -> str:
    """The text of `schema.json`."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def schema() -> Json:
    """The package as Pulumi's metaschema has it.

    No input replaces. The environment is read by the provider alone: what an SDK reads from there ends in the state.
    """
    configuration = _configuration()
    return {
        "name": "kinetic",
        "displayName": "Kinetic",
        "version": metadata.version("pulumi-kinetic"),
        "description": "Webhook endpoints of the Kinetic API as Pulumi resources.",
        "keywords": ["pulumi", "kinetic", "webhooks", "category/infrastructure"],
        "license": "Apache-2.0",
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


def _language() -> Json:
    """The generated Python package must not be named like this distribution's own."""
    return {
        "python": {"packageName": "pulumi_kinetic_sdk", "pyproject": {"enabled": True}, "respectSchemaVersion": True},
        "nodejs": {"packageName": "pulumi-kinetic", "respectSchemaVersion": True},
        "go": {"importBasePath": "example.com/pulumi-kinetic/sdk/go/kinetic", "respectSchemaVersion": True},
        "csharp": {"respectSchemaVersion": True},
    }


def _resource() -> Json:
    inputs, computed = _properties(Inputs), _properties(Computed)
    outputs = {name: inputs[name] for name in _DECLARED} | computed
    return {
        "description": (
            "A webhook endpoint of the Kinetic API.\n\n`url`, `enabledEvents` and `status` change in place and keep "
            "the id and the signing secret; only a replacement that you ask for makes a new endpoint with a new secret."
        ),
        "inputProperties": inputs,
        "requiredInputs": _required(Inputs),
        "listInputs": {"properties": {}},
        "properties": outputs,
        "required": ["url", "status", *_required(Computed)],
    }


def _functions() -> Json:
    key = "webhookEndpointId"
    found = {"type": "array", "items": {"$ref": f"#/types/{_INFO}"}, "description": "In the order of the API."}
    argument = {**_properties(Computed)[key], "description": "The id of an endpoint (`we_…`)."}
    return {
        GET: {
            "description": "Look one webhook endpoint up. Never tells a secret.",
            "inputs": {"properties": {key: argument}, "required": [key]},
            "outputs": _info(),
        },
        LIST: {
            "description": "All webhook endpoints of the key's environment. Never tells a secret.",
            "outputs": {"properties": {"webhookEndpoints": found}, "required": ["webhookEndpoints"]},
        },
    }


def _info() -> Json:
    known = _properties(Inputs) | _properties(Computed)
    names = ("webhookEndpointId", *_DECLARED, "createdAt")
    return {
        "description": "What the API tells about an endpoint that exists.",
        "properties": {name: known[name] for name in names},
        "required": ["webhookEndpointId", "url", "status"],
    }


def _configuration() -> Json:
    described = Settings.model_json_schema()["properties"]
    return {
        source.config_key: {**_property(source.config_key, described[name]), **_secret(source.config_key)}
        for name, source in SOURCES.items()
    }


def _properties(model: type[BaseModel]) -> Json:
    described = model.model_json_schema(by_alias=True)["properties"]
    return {name: {**_property(name, one), **_secret(name)} for name, one in described.items()}


def _property(name: str, described: Json) -> Json:
    (kept,) = [one for one in described.get("anyOf", [described]) if one.get("type") != "null"]
    shape = {"$ref": f"#/types/{_enum(name)}"} if name in _ENUMS else {"type": kept["type"]}
    items = {"items": {"type": kept["items"]["type"]}} if "items" in kept else {}
    return {**shape, **items, "description": described["description"]}


def _secret(name: str) -> Json:
    return {"secret": True} if name in (*SECRET, "apiKey") else {}


def _required(model: type[BaseModel]) -> list[str]:
    required: list[str] = model.model_json_schema(by_alias=True)["required"]
    return required


def _enums() -> Json:
    return {_enum(name): {"type": "string", "enum": [*map(_value, texts.items())]} for name, texts in _ENUMS.items()}


def _enum(name: str) -> str:
    return f"{PLUGIN_TYPE}{name.capitalize()}"


def _value(described: tuple[str, str]) -> Json:
    value, text = described
    return {"name": value.capitalize(), "value": value, "description": text}
