"""Every reference to a document leads somewhere: the file exists, and the heading that its anchor names."""

import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
TEXT_SUFFIXES = {".md", ".py", ".toml", ".yaml", ".yml", ".ts", ".js", ".go", ".json", ".html", ".txt", ""}
FENCE = re.compile(r"^(`{3,}|~{3,}).*?^\1`*~*[ \t]*$", re.MULTILINE | re.DOTALL)
CODE_SPAN = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
HEADING = re.compile(r"^#{1,6}[ \t]+(.+?)[ \t]*#*$", re.MULTILINE)
CITATION = re.compile(r"(?<![\w./-])((?:docs/[\w/-]+|README|CONTRIBUTING|CHANGELOG|SECURITY)\.md(?:#[\w-]+)?)")
LINK = re.compile(r"\]\(\s*<?([^)\s>]+)")
OUTSIDE = {
    "a folder beside the repository": re.compile(r"\.\./shared\b|(?<![\w/.-])(?:reviews|anchors)/[\w-]+\.(?:md|txt)"),
    "the title of a rule, without its file": re.compile(r"\bdesign:\s*[\"“`]", re.IGNORECASE),
    "an engine fact, without its file": re.compile(r"\bengine facts?:", re.IGNORECASE),
}


class Reference(NamedTuple):
    """A mention of a document: the file and line it stands in, and the file and anchor it names."""

    source: Path
    line: int
    target: Path
    anchor: str

    def __str__(self) -> str:
        name = self.target.relative_to(ROOT) if self.target.is_relative_to(ROOT) else self.target
        return f"{self.source.relative_to(ROOT)}:{self.line}: {name}{'#' if self.anchor else ''}{self.anchor}"


def committed_files() -> list[Path]:
    """The text files of the repository that git tracks or would track, but this one, which spells what it forbids."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)  # noqa: S603 our own command
    names = listed.stdout.split("\0")
    paths = [ROOT / name for name in names if name]
    return [path for path in paths if path.is_file() and path.suffix in TEXT_SUFFIXES and path != Path(__file__)]


def slug(heading: str) -> str:
    """A heading's anchor, by GitHub's rule: lower case, punctuation dropped, a hyphen for each space."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    return re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")


def anchors_in(text: str) -> set[str]:
    """The anchors of a Markdown text; a heading that comes again is numbered, as GitHub does."""
    repeats: Counter[str] = Counter()
    anchors: set[str] = set()
    for heading in HEADING.findall(FENCE.sub("", text)):
        anchor = slug(heading)
        anchors.add(f"{anchor}-{repeats[anchor]}" if repeats[anchor] else anchor)
        repeats[anchor] += 1
    return anchors


@cache
def anchors_of(path: Path) -> set[str]:
    return anchors_in(path.read_text(encoding="utf-8"))


def citations(path: Path, text: str) -> Iterator[Reference]:
    """What is named from the repository's root, as code does: `docs/guides/recover.md#what-it-does`."""
    for match in CITATION.finditer(text):
        name, _, anchor = match[1].partition("#")
        yield Reference(path, text.count("\n", 0, match.start()) + 1, ROOT / name, anchor)


def links(path: Path, text: str) -> Iterator[Reference]:
    """The links of a Markdown text to files of the repository, relative to its folder, and to its own headings."""
    prose = CODE_SPAN.sub(blank, FENCE.sub(blank, text))
    for match in LINK.finditer(prose):
        if not re.match(r"[a-z][a-z0-9+.-]*:", match[1]):
            name, _, anchor = match[1].partition("#")
            target = (path.parent / name).resolve() if name else path
            yield Reference(path, prose.count("\n", 0, match.start()) + 1, target, anchor)


def blank(match: re.Match[str]) -> str:
    """The same number of lines, without text."""
    return "\n" * match[0].count("\n")


def references(path: Path, text: str) -> Iterator[Reference]:
    if path.suffix == ".md":
        yield from links(path, text)
        # A link's target is relative to its own folder, and has been read as such.
        yield from citations(path, LINK.sub(blank, text))
    else:
        yield from citations(path, text)


def resolves(reference: Reference) -> bool:
    if not reference.target.exists():
        return False
    return not reference.anchor or (
        reference.target.suffix == ".md" and reference.anchor in anchors_of(reference.target)
    )


def dead(path: Path, text: str) -> list[str]:
    return [str(reference) for reference in references(path, text) if not resolves(reference)]


@pytest.mark.parametrize("path", committed_files(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_reference_leads_to_a_file_and_a_heading(path: Path) -> None:
    assert dead(path, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", committed_files(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nothing_cites_what_is_not_in_the_repository(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    cited = {reason: pattern.findall(text) for reason, pattern in OUTSIDE.items() if pattern.search(text)}
    assert cited == {}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("README.md", "see [the guide](docs/gone.md)"),
        ("README.md", "see [the guide](docs/guides/recover.md#gone)"),
        ("docs/guides/languages.md", "see [above](#gone)"),
        ("docs/guides/languages.md", "see [the front page](README.md)"),
        ("docs/guides/languages.md", "see `docs/gone.md`"),
        ("provider/module.py", '"""See docs/contributing/engine-facts.md#gone."""'),
        ("provider/module.py", "# See docs/gone.md."),
    ],
)
def test_a_dead_reference_is_seen(name: str, text: str) -> None:
    assert len(dead(ROOT / name, text)) == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("README.md", "see [the plugin](docs/guides/languages.md) and [the site](https://example.com/docs/gone.md)"),
        ("docs/guides/languages.md", "see [the front page](../../README.md#install)"),
        ("docs/guides/languages.md", "```markdown\n[an example of a link](gone.md)\n```\nand `[another](gone.md)`"),
        ("provider/module.py", '"""See docs/guides/recover.md."""'),
    ],
)
def test_a_live_reference_passes(name: str, text: str) -> None:
    assert dead(ROOT / name, text) == []


@pytest.mark.parametrize(
    "text",
    [
        '(design: "API rules")',
        '(engine fact: "Changing doors")',
        "(engine fact: `ReadResult.inputs`)",
        'see ../shared/anchors/peers.md, "Dynamic providers"',
        "see reviews/code.md",
    ],
)
def test_a_citation_of_what_is_elsewhere_is_seen(text: str) -> None:
    assert any(pattern.search(text) for pattern in OUTSIDE.values())


def test_an_anchor_is_made_as_github_makes_it() -> None:
    text = "# `pulumi up` after a kill\n\n## What it can't do\n\n```console\n# a comment\n```\n\n## Again\n## Again\n"
    assert anchors_in(text) == {"pulumi-up-after-a-kill", "what-it-cant-do", "again", "again-1"}
