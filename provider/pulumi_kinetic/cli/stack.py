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

from pulumi_kinetic.errors import StackError
from pulumi_kinetic.process import is_running
from pulumi_kinetic.values import Json


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


def _json(text: str) -> Json:
    found: Json = json.loads(text)
    return found


def _lock(path: Path) -> Lock:
    found = json.loads(path.read_text(encoding="utf-8"))
    return Lock(path=path, holder=found["username"], host=found["hostname"], process=found["pid"])
