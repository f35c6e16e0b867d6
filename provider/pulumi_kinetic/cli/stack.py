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
from urllib.parse import unquote

from pydantic import BaseModel

from pulumi_kinetic.errors import StackError
from pulumi_kinetic.process import is_running
from pulumi_kinetic.values import JsonObject

_MAX_ERROR_CHARS = 500


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
    """One stack, read and changed through the CLI in a project's folder; secrets are plain in memory only.

    Every method but `short_name` and `project` runs the CLI, and raises:
        StackError: The CLI isn't on PATH, or it fails; the text has its words.
    """

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self._folder = folder

    @property
    def short_name(self) -> str:
        """The stack's name without organization and project, as a program sees it."""
        return self.name.rpartition("/")[2]

    def export(self, *, show_secrets: bool = True) -> JsonObject:
        """Return the whole state."""
        options = ["--show-secrets"] if show_secrets else []
        return _parse(self._run_for_stack("stack", "export", *options))

    def replace(self, state: JsonObject) -> None:
        """Put a whole state in place; the engine encrypts its secrets."""
        self._run_for_stack("stack", "import", text=json.dumps(state))

    def config(self) -> Callable[[str], object]:
        """Return what looks up a key of the namespace `kinetic`."""
        entries = _parse(self._run_for_stack("config", "--json", "--show-secrets"))
        return lambda key: entries.get(f"kinetic:{key}", {}).get("value")

    def project(self) -> str:
        """Return the name of the project in the folder.

        Raises:
            StackError: There is no project in the folder.
        """
        for path in (self._folder / "Pulumi.yaml", self._folder / "Pulumi.yml"):
            if path.exists():
                name = re.search(r"^name:\s*[\"']?([^\"'\s#]+)", path.read_text(encoding="utf-8"), re.MULTILINE)
                return name[1] if name else ""
        raise StackError(f"there is no Pulumi.yaml in {self._folder.resolve()}", advice="Give its folder as --cwd.")

    def lock(self) -> Lock | None:
        """Return who holds the stack, where its backend is a folder; other backends don't show it."""
        locks = [_read_lock(path) for path in self._backend_files(f"locks/**/{self.short_name}/*.json")]
        return locks[0] if locks else None

    def remove_empty_sidecars(self) -> list[Path]:
        """Remove the side files that a killed CLI left empty, and return them.

        A file backend writes `STACK.json` at one stroke, but `STACK.json.attrs` beside it not. An empty one makes every
        command end in "failed to load checkpoint: EOF"; a missing one does no harm.
        See docs/contributing/engine-facts.md#side-file-of-a-file-backend.
        """
        beside = [
            *self._backend_files(f"stacks/**/{self.short_name}.json.attrs"),
            *self._backend_files(f"locks/**/{self.short_name}/*.attrs"),
        ]
        torn = [path for path in beside if path.stat().st_size == 0]
        for path in torn:
            path.unlink(missing_ok=True)
        return torn

    def is_in_a_folder(self) -> bool:
        """Tell whether the backend is a folder, whose locks can be seen."""
        return self._backend.startswith("file://")

    def unlock(self) -> None:
        """Lift the lock, as `pulumi cancel` does."""
        self._run_for_stack("cancel", "--yes")

    def back_up(self, folder: Path) -> Path:
        """Write the state, secrets encrypted, into a new file of a folder, and return its path."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        now = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%S%f")
        path = folder / f"{self.project()}-{self.short_name}-{now}.json"
        path.touch(mode=0o600)
        path.write_text(json.dumps(self.export(show_secrets=False)), encoding="utf-8")
        return path

    def _backend_files(self, pattern: str) -> list[Path]:
        """This project's files of a backend that is a folder; none elsewhere."""
        if not self.is_in_a_folder():
            return []
        root = folder_of(self._backend, self._folder) / ".pulumi"
        return [path for path in root.glob(pattern) if self.project() in path.parts]

    @cached_property
    def _backend(self) -> str:
        return str(_parse(self._run("whoami", "--json")).get("url", ""))

    def _run_for_stack(self, *arguments: str, text: str | None = None) -> str:
        return self._run(*arguments, "--stack", self.name, text=text)

    def _run(self, *arguments: str, text: str | None = None) -> str:
        command = ["pulumi", "--non-interactive", *arguments]
        try:
            done = subprocess.run(  # noqa: S603 the user's own CLI, as on PATH
                command, cwd=self._folder, input=text, capture_output=True, text=True, check=False, env=os.environ
            )
        except FileNotFoundError:
            raise StackError("there is no `pulumi` on PATH", advice="Install the Pulumi CLI.") from None
        if done.returncode:
            raise StackError(f"`pulumi {' '.join(arguments)}` failed: {done.stderr.strip()[-_MAX_ERROR_CHARS:]}")
        return done.stdout


def folder_of(backend: str, project: Path) -> Path:
    """Return the folder of a `file://` backend, which may begin with `~` or be relative to the project's."""
    return project / Path(unquote(backend.removeprefix("file://").partition("?")[0])).expanduser()


def _parse(text: str) -> JsonObject:
    parsed: JsonObject = json.loads(text)
    return parsed


def _read_lock(path: Path) -> Lock:
    lock = json.loads(path.read_text(encoding="utf-8"))
    return Lock(path=path, holder=lock["username"], host=lock["hostname"], process=lock["pid"])
