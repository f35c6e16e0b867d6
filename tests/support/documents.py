"""The pages for users, read by sybil: which blocks they have, and what runs them.

Marks in a page's source, which nobody sees who reads it:

- `<!-- skip: next "why" -->`: the next block isn't run here. Where a test runs it, the reason begins with its path.
- `<!-- folder: examples/quickstart -->`: what follows happens in a copy of this folder.
- `<!-- background -->`: the next block's command runs on until the page's end.
- `<!-- invisible-code-block: console`: a block that only the tests see.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from unittest import SkipTest

from sybil import Document, Example, Region
from sybil.parsers.markdown import SkipParser
from sybil.parsers.markdown.lexers import DirectiveInHTMLCommentLexer, FencedCodeBlockLexer

from docs_site import NOT_FOR_THE_SITE

ROOT = Path(__file__).parents[2]
RUNNABLE = {"console", "sh", "python", "yaml", "typescript", "go"}
PAGES = sorted(
    [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        *(path for path in (ROOT / "docs").rglob("*.md") if "contributing" not in path.parts),
        *(ROOT / "examples").glob("*/README.md"),
    ]
)
PAGES = [page for page in PAGES if page.name not in NOT_FOR_THE_SITE]


class Block(NamedTuple):
    """A fenced block of a page: its language, the name of the file that it is, if it is one, and its text."""

    language: str
    title: str
    text: str


class Skipped(NamedTuple):
    page: Path
    line: int
    reason: str


Directive = Callable[[str], None]


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def walk(page: Path, run: Callable[[Block], None], **directives: Directive) -> list[Skipped]:
    """Hand each runnable block to `run`, in the page's order, and each directive to its function.

    Returns the blocks that the page says to skip.
    """

    def evaluate(example: Example) -> None:
        run(example.parsed)

    document = Document.parse(
        str(page), lambda text: _blocks(text, evaluate), SkipParser(), lambda text: _directives(text, directives)
    )
    return [skip for example in document.examples() if (skip := _evaluated(page, example))]


def _evaluated(page: Path, example: Example) -> Skipped | None:
    try:
        example.evaluate()
    except SkipTest as skip:
        return Skipped(page, example.line, str(skip))
    return None


def blocks(page: Path) -> list[Block]:
    """The runnable blocks of a page that it doesn't skip."""
    found: list[Block] = []
    walk(page, found.append)
    return found


def _blocks(document: Document, evaluate: Callable[[Example], None]) -> list[Region]:
    fenced = FencedCodeBlockLexer(r"[^\n]+?", mapping={"language": "arguments", "source": "source"})
    regions = [*fenced(document), *DirectiveInHTMLCommentLexer("invisible-code-block", ".+?")(document)]
    found = []
    for region in regions:
        language, _, rest = region.lexemes["arguments"].partition(" ")
        title = re.search(r'title="([^"]+)"', rest)
        if language in RUNNABLE or title:
            block = Block(language, title[1] if title else "", str(region.lexemes["source"]))
            found.append(Region(region.start, region.end, block, evaluate))
    return found


def _directives(document: Document, directives: dict[str, Directive]) -> list[Region]:
    def evaluate(example: Example) -> None:
        name, argument = example.parsed
        directives[name](argument)

    return [
        Region(lexed.start, lexed.end, (name, lexed.lexemes["arguments"]), evaluate)
        for name in directives
        for lexed in DirectiveInHTMLCommentLexer(name)(document)
    ]
