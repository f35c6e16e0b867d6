"""The site of the documentation: all pages, all links alive, nothing from another host."""

import re
import shutil
from pathlib import Path

import pytest

import docs_site
import release
from support.documents import PAGES

DOCS = docs_site.ROOT / "docs"
# what a browser loads by itself: scripts, images, frames, style sheets and what these name
LOADED = [
    re.compile(r"<(?:script|img|iframe|source|video|audio|embed)\b[^>]*?\bsrc=[\"']?([^\"'\s>]+)"),
    re.compile(r"<link\b(?=[^>]*\brel=[\"']?(?:stylesheet|preload|icon|preconnect))[^>]*?\bhref=[\"']?([^\"'\s>]+)"),
    re.compile(r"@import\s+(?:url\()?[\"']?([^\"')\s;]+)"),
    re.compile(r"\burl\([\"']?([^\"')]+)"),
]


def loaded(text: str) -> list[str]:
    return [address for pattern in LOADED for address in pattern.findall(text)]


def is_elsewhere(address: str) -> bool:
    return re.match(r"([a-z]+:)?//", address) is not None


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    built = tmp_path_factory.mktemp("built") / "site"
    assert docs_site.build(DOCS, built) == ""
    return built


def test_every_page_is_in_the_site(site: Path) -> None:
    pages = [page.relative_to(DOCS).with_suffix("") for page in PAGES if page.is_relative_to(DOCS)]
    assert [page for page in pages if not (site / page / "index.html").is_file() and page.name != "index"] == []
    assert (site / "index.html").is_file()


def test_what_llms_txt_lists_is_served(site: Path) -> None:
    listed = re.findall(r"\]\(([^)]+)\)", (site / "llms.txt").read_text())
    assert listed
    assert [name for name in listed if not (site / name).is_file()] == []


def test_every_page_is_in_the_navigation(site: Path) -> None:
    text = (site / "start" / "index.html").read_text()
    folders = {path.parent.relative_to(site).as_posix() for path in site.glob("*/*/index.html")}
    assert [folder for folder in folders if f'href="../{folder}/"' not in text] == []


def test_no_page_loads_anything_from_another_host(site: Path) -> None:
    texts = {path: path.read_text() for suffix in ("html", "css") for path in site.rglob(f"*.{suffix}")}
    assert len(texts) > len(PAGES) / 2
    assert {path: found for path, text in texts.items() if (found := list(filter(is_elsewhere, loaded(text))))} == {}


@pytest.mark.parametrize(
    "text",
    [
        '<link href="https://fonts.example/css?family=Inter" rel="stylesheet">',
        '<script defer src="//cdn.example/lib.js"></script>',
        "<img alt='' src='http://a.example/logo.png'>",
        "@import url(https://fonts.example/inter.css);",
    ],
)
def test_what_is_loaded_from_elsewhere_is_seen(text: str) -> None:
    assert any(map(is_elsewhere, loaded(text)))


@pytest.mark.parametrize("link", ["[gone](gone.md)", "[gone](start.md#gone)"])
def test_a_dead_link_ends_the_build(link: str, tmp_path: Path) -> None:
    shutil.copytree(DOCS, tmp_path / "docs")
    page = tmp_path / "docs" / "start.md"
    page.write_text(f"{page.read_text()}\nSee {link}.\n")
    assert "does not exist" in docs_site.build(tmp_path / "docs", tmp_path / "site")


def test_a_link_that_leaves_the_pages_leads_to_the_repository(site: Path) -> None:
    text = (site / "guides" / "drift" / "index.html").read_text()
    assert f'href="{release.repository()}/tree/main/examples/pipelines"' in text
