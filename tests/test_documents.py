"""The pages for users: which of their blocks are run, and those that need no engine. See also tests/engine."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from support.console import Terminal
from support.documents import PAGES, ROOT, Skipped, blocks, name_of, walk
from support.emulator import EmulatorClient

LLMS = ROOT / "docs" / "llms.txt"
WITH_MOCKS = """
import sys, pulumi
from pulumi_kinetic.testing import Mocks
mocks = Mocks()
pulumi.runtime.set_mocks(mocks)
pulumi.runtime.test(lambda: exec(sys.stdin.read(), {}))()
assert mocks.endpoints, "the program declares no endpoint"
"""
RUN_BY_NOBODY = 6
"""Blocks that no test runs. Add one only where that can't be helped; its mark says why."""


def skipped() -> list[Skipped]:
    return [mark for page in PAGES for mark in walk(page, lambda _: None)]


def programs(page: Path) -> list[str]:
    """The whole programs of a page that aren't files of a folder: those are run on the engine."""
    return [block.text for block in blocks(page) if block.language == "python" and not block.title]


def test_only_so_many_blocks_are_run_by_nobody() -> None:
    by_nobody = [mark for mark in skipped() if not mark.reason.startswith("tests/")]
    assert len(by_nobody) == RUN_BY_NOBODY, by_nobody


def test_a_block_that_another_test_runs_names_it() -> None:
    named = {match[0] for mark in skipped() for match in re.finditer(r"tests/[\w/]+\.py", mark.reason)}
    assert named
    assert [name for name in named if not (ROOT / name).is_file()] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_what_is_not_skipped_is_run_somewhere(page: Path) -> None:
    assert [
        block for block in blocks(page) if block.language not in ("console", "sh", "python") and not block.title
    ] == []


@pytest.mark.parametrize("program", [pytest.param(text, id=name_of(page)) for page in PAGES for text in programs(page)])
def test_a_program_declares_what_the_provider_accepts(program: str) -> None:
    """In a process of its own, since mocks are set for a whole one."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", WITH_MOCKS], input=program, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "page", [page for page in PAGES if any(block.language == "sh" for block in blocks(page))], ids=name_of
)
def test_the_scripts_of_a_page_run_on_the_emulator(page: Path, tmp_path: Path, emulator: EmulatorClient) -> None:
    emulator.seed(1)
    terminal = Terminal(tmp_path, "/usr/bin:/bin", emulator)
    walk(page, lambda block: terminal.run(block) if block.language == "sh" else None)


def test_the_readme_is_a_front_page() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) < 100


def test_the_readme_names_the_two_commands() -> None:
    text = (ROOT / "README.md").read_text()
    targets = re.findall(r"^(\w+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert {"demo", "test"} <= set(re.findall(r"`make (\w+)`", text)) <= set(targets)
    assert "make test" in (ROOT / ".ci" / "run").read_text()


def test_llms_txt_lists_the_pages() -> None:
    text = LLMS.read_text()
    listed = re.findall(r"\]\(([^)]+)\)", text)
    pages = {path.relative_to(LLMS.parent).as_posix() for path in PAGES if path.is_relative_to(LLMS.parent)}
    assert sorted(listed) == sorted(pages)
    assert text.startswith("# pulumi-kinetic\n\n> ")
