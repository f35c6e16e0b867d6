"""Where a create belongs: which resource of which stack, on which backend."""

import hashlib
import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

PULUMI_CLOUD = "https://api.pulumi.com"
STACK_TYPE = "pulumi:pulumi:Stack"
DYNAMIC_TYPE = "pulumi-python:dynamic/kinetic:WebhookEndpoint"
_PASSWORD = re.compile(r"(?<=://)([^/?#@:]*):[^/?#@]*@")
_PROJECT_FILES = ("Pulumi.yaml", "Pulumi.yml", "Pulumi.json")
_DEFAULT_PROVIDER = re.compile(r"::pulumi:providers:[^:]+::default(_|$)")


class Address(NamedTuple):
    """What tells a create from every other: only a create of the same address is continued.

    Attributes:
        backend: The URL of the backend that holds the stack; two backends may hold stacks of one name.
        project: The Pulumi project.
        stack: The stack's name, without organization.
        provider: The URN of the provider that the program gave the resource; "" where its settings are the stack's.
        resource: The resource's URN.
    """

    backend: str = ""
    project: str = ""
    stack: str = ""
    provider: str = ""
    resource: str = ""

    def digest(self) -> str:
        """Return a short name for it that is the same in every process."""
        return hashlib.sha256(json.dumps(self).encode()).hexdigest()[:16]


def stack_and_project(urn: str) -> tuple[str, str]:
    """Return stack and project of a resource's urn:pulumi:STACK::PROJECT::TYPE::NAME; "" where it is no URN."""
    parts = urn.removeprefix("urn:pulumi:").split("::")
    return (parts[0], parts[1]) if len(parts) > 1 else ("", "")


def explicit_provider(urn: str) -> str:
    """Return the URN of a provider; "" for one that the engine made by itself, whose name changes with its version."""
    return "" if _DEFAULT_PROVIDER.search(urn) else urn


def dynamic_urn(stack: str, project: str, name: str, parent_urn: str) -> str:
    """Return the URN that the engine gives a dynamic resource: its provider isn't told it.

    Args:
        stack: The stack's name, without organization.
        project: The Pulumi project.
        name: The resource's name.
        parent_urn: Its parent's URN; "" where that is the stack.
    """
    parent_type = parent_urn.split("::")[2] if parent_urn else STACK_TYPE
    prefix = "" if parent_type == STACK_TYPE else f"{parent_type}$"
    return f"urn:pulumi:{stack}::{project}::{prefix}{DYNAMIC_TYPE}::{name}"


def backend_url(folder: Path, variables: Mapping[str, str]) -> str:
    """Return the URL of the backend in use, found as the CLI finds it.

    Args:
        folder: Any folder of the project.
        variables: The process environment.

    Returns: PULUMI_BACKEND_URL, else what the project file names, else the one that the CLI is logged in to; the path
        of a `file://` URL is absolute, a relative one counts from the project's folder. Never a password.
    """
    project = _project_file(folder)
    root = project.parent if project else folder
    url = variables.get("PULUMI_BACKEND_URL") or _backend_of_project(project) or _backend_of_login(variables)
    if not url.startswith("file://"):
        return _PASSWORD.sub(r"\1@", url).rstrip("/")
    path, question, query = url.removeprefix("file://").partition("?")
    return f"file://{os.path.normpath(root / Path(unquote(path)).expanduser())}{question}{query}"


def _project_file(folder: Path) -> Path | None:
    places = [folder.resolve(), *folder.resolve().parents]
    return next((place / name for place in places for name in _PROJECT_FILES if (place / name).is_file()), None)


def _backend_of_project(project: Path | None) -> str:
    if project is None:
        return ""
    import yaml  # noqa: PLC0415 only where no variable names the backend; the SDK requires it

    with suppress(OSError, yaml.YAMLError, UnicodeDecodeError):  # the CLI has more to say about a broken file
        settings = yaml.safe_load(project.read_text(encoding="utf-8"))
        backend = settings.get("backend") if isinstance(settings, dict) else None
        url = backend.get("url") if isinstance(backend, dict) else None
        return url if isinstance(url, str) else ""
    return ""


def _backend_of_login(variables: Mapping[str, str]) -> str:
    home = variables.get("PULUMI_CREDENTIALS_PATH") or variables.get("PULUMI_HOME")
    folder = Path(home) if home else Path.home() / ".pulumi"
    with suppress(OSError, ValueError):
        credentials = json.loads((folder / "credentials.json").read_text(encoding="utf-8"))
        current = credentials.get("current") if isinstance(credentials, dict) else None
        return str(current) if current else PULUMI_CLOUD
    return PULUMI_CLOUD
