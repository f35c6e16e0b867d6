"""Waits for other threads and processes: each has an end, and says then what it waited for."""

import select
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

POLL_SECONDS = 0.005
RUN_SECONDS = 120.0  # a run of the engine on a busy machine, the provider's retries included


def wait_until(condition: Callable[[], object], what: str, seconds: float = 20) -> None:
    """Return as soon as the condition is true.

    Raises:
        TimeoutError: it was never true; names `what`.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:g} seconds for {what}")
        time.sleep(POLL_SECONDS)


def wait_for_either(
    condition: Callable[[], bool], end: Callable[[], bool], what: str, seconds: float = RUN_SECONDS
) -> bool:
    """Return as soon as the condition is true, or the end is there; whether the condition was.

    Raises:
        TimeoutError: neither was ever true; names `what`.
    """
    was_true = False

    def either() -> bool:
        nonlocal was_true
        was_true = condition()
        return was_true or end()

    wait_until(either, what, seconds)
    return was_true


@contextmanager
def in_background(work: Callable[[], object], what: str, seconds: float = RUN_SECONDS) -> Iterator[threading.Thread]:
    """Do the work in a thread meanwhile, and then wait for its end.

    Raises:
        TimeoutError: the work didn't end; names `what`.
    """
    thread = threading.Thread(target=work, name=what, daemon=True)
    thread.start()
    yield thread
    thread.join(seconds)
    if thread.is_alive():
        raise TimeoutError(f"waited {seconds:g} seconds for the end of {what}")


def first_line(process: subprocess.Popen[str], what: str, seconds: float = 20) -> str:
    """The first line that a process prints; ends the process where there is none.

    Raises:
        TimeoutError: it printed none in this time.
        EOFError: it closed its output before. Both name `what`.
    """
    assert process.stdout is not None
    if not select.select([process.stdout], [], [], seconds)[0]:
        process.kill()
        process.communicate(timeout=seconds)
        raise TimeoutError(f"waited {seconds:g} seconds for {what}")
    line = process.stdout.readline()
    if not line:
        process.kill()
        process.communicate(timeout=seconds)
        raise EOFError(f"the process ended without {what}")
    return line
