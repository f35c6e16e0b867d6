"""A stack as the Pulumi CLI sees it: its state, its configuration, its lock."""

import json
import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote

from pulumi_kinetic import redact
from pulumi_kinetic.errors import StackError
from pulumi_kinetic.values import JsonObject

_MAX_ERROR_CHARS = 2000
_ABANDONED_SECONDS = 5.0
_NO_CHECKPOINT = "failed to load checkpoint: EOF"


class Stack:
    """One stack, read and changed through the CLI in a folder of its project; secrets are plain in memory only.

    Which stack and project that is, the CLI decides: the selected stack, PULUMI_STACK, any sub-folder of a project.

    Every method runs the CLI, and raises:
        StackError: The CLI isn't on PATH, or it fails; the text has its words.
    """

    def __init__(self, name: str | None, folder: Path) -> None:
        """Run nothing yet.

        Args:
            name: The stack's name, with or without organization and project; None for the selected one.
            folder: A folder of the project.
        """
        self.folder = folder
        self.given_name = name
        self._options = ["--stack", name] if name else []

    def export(self, *, show_secrets: bool = True) -> JsonObject:
        """Return the whole state; that works while the stack is locked."""
        return self._read("stack", "export", *(["--show-secrets"] if show_secrets else []))

    def export_after_repair(self, backend: str) -> tuple[JsonObject, list[Path]]:
        """Return the whole state, and the side files that had to be removed for that.

        A CLI killed while it writes may leave an empty side file beside a state, and then every command ends in
        "failed to load checkpoint: EOF"; a missing one does no harm.
        See docs/contributing/engine-facts.md#side-file-of-a-file-backend.
        """
        try:
            return self.export(), []
        except StackError as error:
            if _NO_CHECKPOINT not in str(error) or not backend.startswith("file://"):
                raise
            empty = self._abandoned_side_files(Path(unquote(backend.removeprefix("file://").partition("?")[0])))
        for path in empty:
            path.unlink(missing_ok=True)
        return self.export(), empty

    def _abandoned_side_files(self, backend: Path) -> list[Path]:
        """Those of this stack, where its name is known, that stay empty: a living CLI writes at once what it opens."""
        name = self._options[-1].rpartition("/")[2] if self._options else os.environ.get("PULUMI_STACK") or "*"
        paths = [*backend.glob(f".pulumi/stacks/**/{name}.json.attrs"), *backend.glob(".pulumi/locks/**/*.attrs")]
        seen = [(path, _when_emptied(path)) for path in paths]
        if any(emptied is not None and emptied > time.time() - _ABANDONED_SECONDS for _, emptied in seen):
            time.sleep(_ABANDONED_SECONDS)
        return [path for path, emptied in seen if emptied is not None and _when_emptied(path) == emptied]

    def config(self) -> Callable[[str], object]:
        """Return what looks up a key of the namespace `kinetic`."""
        entries = self._read("config", "--json", "--show-secrets")
        return lambda key: entries.get(f"kinetic:{key}", {}).get("value")

    def unlock(self) -> None:
        """Lift the lock, as `pulumi cancel` does."""
        self._run("cancel", "--yes")

    def last_successful_up(self) -> datetime | None:
        """Return when the last `pulumi up` that succeeded ended; None where the latest 20 runs have none.

        A run that was killed isn't in the history, whose times are whole seconds: its end is there to tell a run from
        one that was killed in the second before. What can't be read says nothing either.
        """
        with suppress(StackError, ValueError, KeyError, TypeError):
            updates = json.loads(self._run("stack", "history", "--json", "--page-size", "20", "--page", "1"))
            ended = [run["endTime"] for run in updates if (run["kind"], run["result"]) == ("update", "succeeded")]
            return datetime.fromisoformat(ended[0].replace("Z", "+00:00")) if ended else None
        return None

    def clear_pending_creates(self, stack_urn: str | None) -> None:
        """Let the engine drop all pending creates, under its own lock; no provider is asked anything.

        See docs/contributing/engine-facts.md#clearing-pending-creates.

        Args:
            stack_urn: The stack's own resource; None where the state has no resource at all.
        """
        target = ["--target", stack_urn] if stack_urn else []
        self._run("refresh", "--clear-pending-creates", "--skip-preview", "--yes", *target)

    def name(self) -> str:
        """Return the stack's name, without organization and project."""
        return self._run("stack", "--show-name").strip().rpartition("/")[2]

    def _read(self, *arguments: str) -> JsonObject:
        try:
            parsed = json.loads(self._run(*arguments))
        except ValueError:
            parsed = None
        if not isinstance(parsed, dict):
            raise StackError(f"`pulumi {' '.join(arguments)}` answered no JSON object")
        return parsed

    def _run(self, *arguments: str) -> str:
        return run_cli(self.folder, *arguments, options=self._options)


def run_cli(
    folder: Path, *arguments: str, options: Sequence[str] = (), variables: Mapping[str, str] = os.environ
) -> str:
    """Run the Pulumi CLI in a folder, and return what it prints on stdout.

    Args:
        folder: Where it runs.
        arguments: The command, as a message quotes it.
        options: More of it, which no message quotes.
        variables: The CLI's environment.

    Raises:
        StackError: The CLI isn't on PATH, or it fails; the text has its words.
    """
    try:
        done = subprocess.run(  # noqa: S603 the user's own CLI, as on PATH
            ["pulumi", "--non-interactive", *arguments, *options],  # noqa: S607
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            env=variables,
        )
    except FileNotFoundError:
        raise StackError("there is no `pulumi` on PATH", advice="Install the Pulumi CLI.") from None
    except OSError as error:
        raise StackError(f"`pulumi` can't be run ({error.strerror})") from None
    if done.returncode:
        words = redact.text(done.stderr or done.stdout, max_chars=_MAX_ERROR_CHARS).strip().removeprefix("error: ")
        repair = "`pulumi-kinetic recover` removes an empty side file of the state." if _NO_CHECKPOINT in words else ""
        raise StackError(f"`pulumi {' '.join(arguments)}` failed: {words}", advice=repair)
    return done.stdout


def _when_emptied(path: Path) -> float | None:
    """When a file was emptied, in seconds since the epoch; None where it isn't empty, or is gone."""
    with suppress(OSError):
        status = path.stat()
        return None if status.st_size else status.st_mtime
    return None
