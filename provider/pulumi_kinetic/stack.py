"""A stack as the Pulumi CLI keeps it: its state, its configuration, its lock."""

import json
import os
import re
import socket
import subprocess
from collections.abc import Callable
from datetime import datetime, timezone
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from pydantic import BaseModel

from pulumi_kinetic.endpoint import DYNAMIC_TYPE, PLUGIN_TYPE
from pulumi_kinetic.errors import StackError
from pulumi_kinetic.journal import is_running

ENDPOINT_TYPES = (DYNAMIC_TYPE, PLUGIN_TYPE)
_SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
_DEFAULT_PROVIDER = re.compile(r"::pulumi:providers:[^:]+::default(_|$)")
Json = dict[str, Any]


class Lock(BaseModel):
    """Who holds a stack of a file backend. See docs/contributing/engine-facts.md#lock-of-a-killed-cli."""

    path: Path
    holder: str
    host: str
    process: int

    @property
    def is_left_behind(self) -> bool:
        """Whether its holder, a process of this machine, is gone."""
        return self.host == socket.gethostname() and not is_running(self.process)

    def __str__(self) -> str:
        return f"{self.holder}@{self.host}, process {self.process}"


class Stack:
    """One stack, asked and changed through the CLI in `folder`; secrets are plain in memory only."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self._folder = folder

    @property
    def short_name(self) -> str:
        """The stack's name without organization and project, as a program knows it."""
        return self.name.rpartition("/")[2]

    def export(self, *, show_secrets: bool = True) -> Json:
        """The whole state."""
        shown = ["--show-secrets"] if show_secrets else []
        return _json(self._cli("stack", "export", *shown))

    def replace(self, state: Json) -> None:
        """Put a whole state in place; the engine encrypts its secrets."""
        self._cli("stack", "import", text=json.dumps(state))

    def config(self) -> Callable[[str], Any]:
        """Looks up a key of the namespace `kinetic`."""
        found = _json(self._cli("config", "--json", "--show-secrets"))
        return lambda key: found.get(f"kinetic:{key}", {}).get("value")

    def project(self) -> str:
        """The name of the project in the folder."""
        for path in (self._folder / "Pulumi.yaml", self._folder / "Pulumi.yml"):
            if path.exists():
                named = re.search(r"^name:\s*[\"']?([^\"'\s#]+)", path.read_text(encoding="utf-8"), re.MULTILINE)
                return named[1] if named else ""
        raise StackError(f"there is no Pulumi.yaml in {self._folder.resolve()}: give the project's folder as --cwd")

    def lock(self) -> Lock | None:
        """Who holds the stack, where its backend is a folder; elsewhere the backend itself says so."""
        found = [_lock(path) for path in self._files(f"locks/**/{self.short_name}/*.json")]
        return found[0] if found else None

    def mend(self) -> list[Path]:
        """Remove the side files that a killed CLI left empty; those removed.

        A file backend writes `STACK.json` at one stroke, but `STACK.json.attrs` beside it not. An empty one makes every
        command end in "failed to load checkpoint: EOF"; a missing one does no harm.
        See docs/contributing/engine-facts.md#side-file-of-a-file-backend.
        """
        beside = [
            *self._files(f"stacks/**/{self.short_name}.json.attrs"),
            *self._files(f"locks/**/{self.short_name}/*.attrs"),
        ]
        torn = [path for path in beside if path.stat().st_size == 0]
        for path in torn:
            path.unlink(missing_ok=True)
        return torn

    def is_in_a_folder(self) -> bool:
        """Whether its backend is a folder, whose locks can be seen."""
        return self._backend.startswith("file://")

    def unlock(self) -> None:
        """Lift the lock, as `pulumi cancel` does."""
        self._cli("cancel", "--yes")

    def back_up(self, folder: Path) -> Path:
        """Write the state, secrets encrypted, into a file of its own."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        now = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%S%f")
        path = folder / f"{self.project()}-{self.short_name}-{now}.json"
        path.touch(mode=0o600)
        path.write_text(json.dumps(self.export(show_secrets=False)), encoding="utf-8")
        return path

    def _files(self, pattern: str) -> list[Path]:
        """This project's files of a backend that is a folder; none elsewhere."""
        if not self.is_in_a_folder():
            return []
        root = folder_of(self._backend, self._folder) / ".pulumi"
        return [path for path in root.glob(pattern) if self.project() in path.parts]

    @cached_property
    def _backend(self) -> str:
        return str(_json(self._run("whoami", "--json")).get("url", ""))

    def _cli(self, *arguments: str, text: str | None = None) -> str:
        return self._run(*arguments, "--stack", self.name, text=text)

    def _run(self, *arguments: str, text: str | None = None) -> str:
        command = ["pulumi", "--non-interactive", *arguments]
        try:
            done = subprocess.run(  # noqa: S603 the user's own CLI, as on PATH
                command, cwd=self._folder, input=text, capture_output=True, text=True, check=False, env=os.environ
            )
        except FileNotFoundError:
            raise StackError("there is no `pulumi` on PATH") from None
        if done.returncode:
            raise StackError(f"`pulumi {' '.join(arguments)}` failed: {done.stderr.strip()[-500:]}")
        return done.stdout


def folder_of(backend: str, project: Path) -> Path:
    """The folder of a `file://` backend, which may begin with `~` or be relative to the project's."""
    return project / Path(unquote(backend.removeprefix("file://").partition("?")[0])).expanduser()


def resources_of(state: Json) -> list[Json]:
    """All resources of a state, those about to be deleted too."""
    resources: list[Json] = _deployment(state).get("resources") or []
    return resources


def endpoints_of(state: Json) -> list[Json]:
    """The resources of a state that are webhook endpoints of either door, those about to be deleted too."""
    return [resource for resource in resources_of(state) if _is_endpoint(resource)]


def managed_ids(state: Json) -> set[str]:
    """The ids that any resource of a state holds, whatever its type: nothing of these is lost or unmanaged."""
    return {str(resource["id"]) for resource in resources_of(state) if resource.get("id")}


def pending_of(state: Json) -> list[Json]:
    """The operations on webhook endpoints that were under way when a run died."""
    operations = _deployment(state).get("pending_operations") or []
    return [operation for operation in operations if _is_endpoint(operation.get("resource", {}))]


def _is_endpoint(resource: Json) -> bool:
    """A subclass once had a type that says nothing; no other resource has an input of this name beside a `url`."""
    is_ours = {"url", "idempotencyKey"} <= resource.get("inputs", {}).keys()
    return resource.get("type") in ENDPOINT_TYPES or is_ours


def provider_of(resource: Json) -> str:
    """The URN of the provider that the program gave a resource; "" where its settings are the stack's."""
    return explicit(str(resource.get("provider", "")).rpartition("::")[0])


def explicit(provider: str) -> str:
    """The URN of a provider; "" for one that the engine made by itself from the stack's settings."""
    return "" if _DEFAULT_PROVIDER.search(provider) else provider


def inputs_of_provider(state: Json, urn: str) -> Callable[[str], Any]:
    """Looks up a setting of a provider that the program made."""
    found: Json = next((plain(one.get("inputs", {})) for one in resources_of(state) if one.get("urn") == urn), {})
    return found.get


def without_pending(state: Json, done: list[Json]) -> Json:
    """The state without some pending operations."""
    deployment = dict(_deployment(state))
    deployment["pending_operations"] = [
        one for one in deployment.get("pending_operations") or [] if not any(one is gone for gone in done)
    ]
    return {**state, "deployment": deployment}


def with_resource(state: Json, resource: Json) -> Json:
    """The state with one resource more, after all that it may depend on."""
    deployment = dict(_deployment(state))
    deployment["resources"] = [*(deployment.get("resources") or []), resource]
    return {**state, "deployment": deployment}


def secret(value: Any) -> Json:
    """A value as the engine takes a secret in, to encrypt it."""
    return {**_SECRET, "plaintext": json.dumps(value)}


def holds_secret(value: Any) -> bool:
    """Whether a value of a state, or an item of it, is wrapped as a secret."""
    if isinstance(value, dict):
        return "plaintext" in value or any(map(holds_secret, value.values()))
    return isinstance(value, list) and any(map(holds_secret, value))


def plain(value: Any) -> Any:
    """A value of a state without the wrapping of secrets."""
    if isinstance(value, dict):
        if "plaintext" in value:
            return json.loads(value["plaintext"])
        return {name: plain(item) for name, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def _deployment(state: Json) -> Json:
    found: Json = state.get("deployment") or {}
    return found


def _json(text: str) -> Json:
    found: Json = json.loads(text)
    return found


def _lock(path: Path) -> Lock:
    found = json.loads(path.read_text(encoding="utf-8"))
    return Lock(path=path, holder=found["username"], host=found["hostname"], process=found["pid"])
