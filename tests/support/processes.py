"""The processes of a run of the engine, told by their commands (Linux)."""

import contextlib
import os
from pathlib import Path


def children_of(process: int) -> list[int]:
    """The running children of a process (Linux)."""
    children: list[int] = []
    with contextlib.suppress(OSError):  # it, or one of its threads, may end meanwhile
        for path in Path(f"/proc/{process}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                children += [int(number) for number in path.read_text().split()]
    return children


def processes_of_session(session: int) -> list[int]:
    """The running processes of a session, whoever their parent is now; a group of their own leaves it not (Linux)."""
    members: list[int] = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it may end meanwhile
            # PID (COMMAND) STATE PPID PGRP SESSION …, where the command may hold anything
            if int(path.read_text().rpartition(")")[2].split()[3]) == session:
                members.append(int(path.parent.name))
    return members


def recovers() -> list[int]:
    """The running `pulumi-kinetic` commands that this process has started."""
    return [child for child in children_of(os.getpid()) if "pulumi_kinetic.cli.main" in command_of(child)]


def is_engine(process: int) -> bool:
    """Whether it is the CLI, by its program's name: a folder of the command may be called so too."""
    return Path(command_of(process).split(" ")[0]).name == "pulumi"


def is_provider(process: int) -> bool:
    """Whether it serves the endpoints, at either door."""
    return any(program in command_of(process) for program in ("pulumi.dynamic", "pulumi-resource-kinetic"))


def command_of(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""
