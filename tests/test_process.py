import os
import subprocess
import sys

from pulumi_kinetic import process
from pulumi_kinetic.process import Process


def test_a_process_that_ended_is_not_alive() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        started = process._start_time(child.pid)  # noqa: SLF001 the start time of a process that isn't this one
        child_process = Process(number=child.pid, started=started or "")
        assert child_process.is_alive()
        assert not Process(number=child.pid, started="0").is_alive()
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert not child_process.is_alive()
    assert not child_process.is_alive()


def test_without_a_start_time_a_process_is_known_by_its_number() -> None:
    assert Process(number=os.getpid(), started="").is_alive()
    assert not Process(number=2**22 + 1, started="").is_alive()
