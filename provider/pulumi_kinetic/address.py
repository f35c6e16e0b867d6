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
_LOGIN = re.compile(r"(?<=://)[^/?#]*@")
_SECRET_PARAMETER = re.compile(r"(?i)([?&][^=&]*(?:password|passwd|pwd|secret|token|key)[^=&]*)=[^&]*")
_PROJECT_FILES = ("Pulumi.yaml", "Pulumi.yml", "Pulumi.json")


class Address(NamedTuple):
    """What identifies a create: only a create of the same address is continued.

    Attributes:
        backend: The URL of the backend that holds the stack; two backends may hold stacks of one name.
        project: The Pulumi project.
        stack: The stack's name, without organization.
        resource: The resource's URN.
    """

    backend: str = ""
    project: str = ""
    stack: str = ""
    resource: str = ""

    def digest(self) -> str:
        """Return a short name for it that is the same in every process."""
        return hashlib.sha256(json.dumps(self).encode()).hexdigest()[:16]


def stack_and_project(urn: str) -> tuple[str, str]:
    """Return stack and project of a resource's urn:pulumi:STACK::PROJECT::TYPE::NAME; "" where it is no URN."""
    parts = urn.removeprefix("urn:pulumi:").split("::")
    return (parts[0], parts[1]) if len(parts) > 1 else ("", "")


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
        folder: Where the CLI runs: a folder of the project, from which a relative URL counts.
        variables: The process environment.

    Returns: PULUMI_BACKEND_URL, else what the project file names, else the one that the CLI is logged in to; the path
        of a `file://` URL is absolute and without links and options. Without login and password.
    """
    url = (
        variables.get("PULUMI_BACKEND_URL")
        or _backend_of_project(project_file(folder))
        or _backend_of_login(folder, variables)
    )
    if not url.startswith("file://"):
        return _SECRET_PARAMETER.sub(r"\1", _LOGIN.sub("", url)).rstrip("/")
    path = Path(unquote(url.removeprefix("file://").partition("?")[0]))
    with suppress(RuntimeError):  # the home of a user who doesn't exist: the CLI has more to say about it
        path = path.expanduser()
    return f"file://{os.path.realpath(folder / path)}"


def project_file(folder: Path) -> Path | None:
    """Return the project file (Pulumi.yaml) of a folder of a project; None where there is none."""
    places = [folder.resolve(), *folder.resolve().parents]
    return next((place / name for place in places for name in _PROJECT_FILES if (place / name).is_file()), None)


def project_name(folder: Path) -> str:
    """Return the name of the project that a folder belongs to; "" where there is none."""
    return str(_read_project(project_file(folder)).get("name") or "")


def _backend_of_project(project: Path | None) -> str:
    backend = _read_project(project).get("backend")
    url = backend.get("url") if isinstance(backend, dict) else None
    return url if isinstance(url, str) else ""


def _read_project(project: Path | None) -> dict[str, object]:
    """A project file's settings; JSON is YAML too. The CLI has more to say about a broken one than this."""
    if project is None:
        return {}
    import yaml  # noqa: PLC0415 only where no variable names the backend; the SDK requires it

    with suppress(OSError, yaml.YAMLError, UnicodeDecodeError):
        settings = yaml.safe_load(project.read_text(encoding="utf-8"))
        return settings if isinstance(settings, dict) else {}
    return {}


def _backend_of_login(folder: Path, variables: Mapping[str, str]) -> str:
    home = variables.get("PULUMI_CREDENTIALS_PATH") or variables.get("PULUMI_HOME")
    with suppress(OSError, ValueError, RuntimeError):  # the last one where nothing tells the user's home
        home_folder = folder / home if home else Path.home() / ".pulumi"
        credentials = json.loads((home_folder / "credentials.json").read_text(encoding="utf-8"))
        current = credentials.get("current") if isinstance(credentials, dict) else None
        return str(current) if current else PULUMI_CLOUD
    return PULUMI_CLOUD
