"""A terminal in which the console blocks of a page are run, as a reader would, and their output compared."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from engine import LAUNCHER
from support.documents import ROOT, Block
from support.emulator import KEY, EmulatorClient
from support.language_host import install_host
from support.stack import cli_variables
from support.waiting import RUN_SECONDS, first_line

EXISTING = "we_8KdQ2n4Vb1Xc7M"  # the pages' endpoint that was made by hand
ADDRESS = "127.0.0.1:8787"  # where the pages' emulator listens
# What is another at each run, and what a terminal shows only now and then.
_VARYING = {
    r"\bwe_[A-Za-z0-9]{14}\b": "we_ID",
    r"\bwhsec_\w+": "whsec_SECRET",
    r"\b127\.0\.0\.1:\d+": "127.0.0.1:PORT",
    r"\b\d+(\.\d+)?s\b": "Ns",
    r"[ \t]+$": "",
    r"^@ .*\n": "",
    r"\n+": "\n",
}


def install_cli(folder: Path, environment: dict[str, str]) -> Path:
    """A folder with the CLI and what it starts: it warns of what comes from elsewhere on PATH, at each run."""
    install_host(folder)
    pulumi = Path(shutil.which("pulumi", path=environment["PATH"]) or "pulumi").resolve()
    try:
        os.link(pulumi, folder / "pulumi")
    except OSError:  # another file system
        shutil.copy2(pulumi, folder / "pulumi")
    (folder / LAUNCHER).symlink_to(shutil.which(LAUNCHER, path=environment["PATH"]) or LAUNCHER)
    return folder


class Terminal:
    """One page's shell, in an empty folder."""

    def __init__(self, folder: Path, path: str, emulator: EmulatorClient) -> None:
        self.folder = folder / "page"
        self.folder.mkdir()
        backend = folder / "backend"
        backend.mkdir()
        self._state = folder / "shell"
        self._emulator = emulator
        self._address = emulator.url.removeprefix("http://")
        self._code = 0
        self._in_background = False
        self._begun: list[subprocess.Popen[str]] = []
        self._state.write_text(f"cd {self.folder}\n")
        self._environment = {
            "PATH": path,
            "HOME": str(folder),
            **cli_variables(folder, f"file://{backend}"),
            "PULUMI_SKIP_CONFIRMATIONS": "true",
            "KINETIC_BASE_URL": emulator.url,
        }

    def go_to(self, example: str) -> None:
        """Go to a copy of a folder of the repository, in which `pulumi install` was run."""
        target = self.folder / Path(example).name
        shutil.copytree(ROOT / example, target, ignore=shutil.ignore_patterns(".venv", "node_modules", "__pycache__"))
        (target / ".venv").symlink_to(sys.prefix)
        self.folder = target
        self._state.write_text(f"cd {target}\n")

    def in_background(self, _: str) -> None:
        self._in_background = True

    def run(self, block: Block) -> None:
        if block.title:
            (self.folder / block.title).write_text(block.text)
        elif block.language == "sh":
            code, output = self._shell(block.text)
            assert code == 0, output
        elif block.language == "console":
            self._run_console(list(_commands(block.text)))

    def _run_console(self, commands: list[tuple[str, str]]) -> None:
        background, self._in_background = self._in_background, False
        for (command, expected), following in zip(commands, [*commands[1:], ("", "")], strict=True):
            if background and command.startswith("pulumi-kinetic emulator"):
                output = self._start(f"exec {command} --port 0")
                self._address = output.rpartition("//")[2].strip()
            else:
                self._code, output = self._shell(command)
            assert self._code == 0 or following[0] == "echo $?", f"$ {command}\n{output}"
            shown = output.replace(self._address, ADDRESS)
            assert not expected or matches(expected, shown), f"$ {command}\n{shown}\nexpected:\n{expected}"

    def close(self) -> None:
        for process in self._begun:
            process.terminate()
            process.communicate(timeout=RUN_SECONDS)

    def _start(self, command: str) -> str:
        process = subprocess.Popen(  # noqa: S603 a command of our own page
            ["/bin/bash", "-c", f"source {self._state}; {command}"],
            cwd=self.folder, env=self._environment, text=True, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        self._begun.append(process)
        return first_line(process, "the emulator's address")

    def _shell(self, command: str) -> tuple[int, str]:
        """The exit code and the output; variables, functions and folder are kept for the next command."""
        script = f"source {self._state}; (exit {self._code}); {self._filled_in(command)}\ncode=$?\n"
        keep = f'{{ declare -px; declare -f; echo "cd $PWD"; }} > {self._state}; exit $code'
        done = subprocess.run(  # noqa: S603 a command of our own page
            ["/bin/bash", "-c", script + keep],
            cwd=self.folder, env=self._environment, input=self._answer(command), text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=RUN_SECONDS,
        )  # fmt: skip
        return done.returncode, done.stdout

    def _filled_in(self, command: str) -> str:
        """The command with what a reader would fill in."""
        if command == "make demo":
            # without the CLI of these tests, which scripts/engine.py would take for the machine's own
            command = f'env -u KINETIC_BASE_URL PATH="${{PATH#*:}}" {sys.executable} {ROOT / "scripts" / "demo.py"}'
        if EXISTING in command:
            command = command.replace(EXISTING, self._existing())
        return command.replace(ADDRESS, self._address)

    def _answer(self, command: str) -> str:
        """What a reader types when the CLI asks for a secret."""
        if "--secret kinetic:apiKey" in command:
            return KEY
        if "--secret signingSecret" in command:
            secret: str = self._emulator.truth()[self._existing()]["signing_secret"]
            return secret
        return ""

    def _existing(self) -> str:
        return next(iter(self._emulator.truth())) if self._emulator.truth() else self._emulator.seed(1)[0]


def matches(expected: str, output: str) -> bool:
    """Whether the output is the expected one: `…` stands for any text in a line, alone in a line for any lines."""
    pattern = re.escape(_stripped(expected))
    pattern = re.sub(r"(?<=\n)…\n", r"(?:.*\\n)*", "\n" + pattern.replace("\\\n", "\n")).replace("…", ".*")
    return re.fullmatch(pattern, "\n" + _stripped(output)) is not None


def _stripped(text: str) -> str:
    for varying, same in _VARYING.items():
        text = re.sub(varying, same, text, flags=re.MULTILINE)
    return text.strip("\n") + "\n"


def _commands(text: str) -> Iterator[tuple[str, str]]:
    """Each command of a console block, and the output that is shown below it."""
    joined = re.sub(r"\\\n\s*", "", text)
    for part in re.split(r"^\$ ", joined, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield command, output
