"""The pages for users, followed word for word: their console blocks are run by the real CLI, and the output compared.

What a page skips, and the blocks that need no engine: tests/test_documents.py.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.console import Terminal, install_cli
from support.documents import PAGES, blocks, name_of, walk
from support.emulator import EmulatorClient

FOLLOWED = [page for page in PAGES if any(block.language == "console" for block in blocks(page))]


@pytest.fixture(scope="session")
def path_with_cli(engine_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = install_cli(tmp_path_factory.mktemp("cli") / "bin", engine_environment)
    return f"{folder}:{engine_environment['PATH']}"


@pytest.fixture
def terminal(path_with_cli: str, tmp_path: Path, emulator: EmulatorClient) -> Iterator[Terminal]:
    opened = Terminal(tmp_path, path_with_cli, emulator)
    yield opened
    opened.close()


@pytest.mark.parametrize("page", FOLLOWED, ids=name_of)
def test_a_page_does_what_it_says(page: Path, terminal: Terminal) -> None:
    walk(page, terminal.run, folder=terminal.go_to, background=terminal.in_background)


def test_there_are_pages_to_follow() -> None:
    assert {"README.md", "docs/start.md", "docs/guides/recover.md"} <= {name_of(page) for page in FOLLOWED}
