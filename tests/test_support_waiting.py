import subprocess
import sys
import threading

import pytest

from support.waiting import first_line, in_background, wait_for_either, wait_until


def started(program: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603


def test_a_wait_goes_on_until_the_condition_is_true() -> None:
    answers = iter([False, False, True])
    wait_until(lambda: next(answers), "the third answer")
    assert list(answers) == []


def test_a_wait_that_ends_in_vain_says_what_it_was_for() -> None:
    with pytest.raises(TimeoutError, match=r"waited 0.05 seconds for the moon"):
        wait_until(lambda: False, "the moon", seconds=0.05)


def test_work_in_the_background_is_waited_for() -> None:
    begun, finished = threading.Event(), threading.Event()

    def work() -> None:
        begun.wait(20)
        finished.set()

    with in_background(work, "the work"):
        assert not finished.is_set()
        begun.set()
    assert finished.is_set()


def test_work_in_the_background_that_never_ends_is_named() -> None:
    forever = threading.Event()
    with (
        pytest.raises(TimeoutError, match=r"waited 0.05 seconds for the end of the run"),
        in_background(lambda: forever.wait(20), "the run", seconds=0.05) as thread,
    ):
        pass
    forever.set()
    thread.join(20)


def test_the_first_line_of_a_process_is_read() -> None:
    process = started("print(8080, flush=True); input()")
    assert first_line(process, "its port") == "8080\n"
    process.communicate("\n", timeout=20)


def test_a_process_that_prints_nothing_is_ended_and_named() -> None:
    process = started("input()")
    with pytest.raises(TimeoutError, match=r"waited 0.05 seconds for its port"):
        first_line(process, "its port", seconds=0.05)
    assert process.returncode is not None


def test_a_process_that_ends_without_a_line_is_named() -> None:
    process = started("")
    with pytest.raises(EOFError, match=r"the process ended without its port"):
        first_line(process, "its port")
    assert process.returncode is not None


def test_a_wait_for_either_tells_which_it_was() -> None:
    assert wait_for_either(lambda: True, lambda: True, "the first") is True
    assert wait_for_either(lambda: False, lambda: True, "the second") is False
    with pytest.raises(TimeoutError, match=r"waited 0\.01 seconds for neither"):
        wait_for_either(lambda: False, lambda: False, "neither", seconds=0.01)
