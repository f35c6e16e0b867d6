"""The example `testing`: what needs no engine. The rest is in engine/test_examples.py."""

from pathlib import Path

from support.example_tests import EXAMPLE, run_example_tests

FILES = {path.relative_to(EXAMPLE).as_posix() for path in EXAMPLE.glob("tests/test_*.py")}


def test_its_tests_pass_without_an_engine(tmp_path: Path) -> None:
    told = run_example_tests(tmp_path, *sorted(FILES - {"tests/test_stack.py"}))
    assert told.startswith("5 passed in "), told


def test_every_file_is_run_here_or_on_the_engine() -> None:
    assert {"tests/test_mocks.py", "tests/test_emulator.py", "tests/test_stack.py"} == FILES
