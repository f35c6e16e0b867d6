"""Build the documentation's site into dist/site: `make docs`. A dead link ends it.

Links that leave the folder docs (examples, the README) lead to the repository, whose address pyproject.toml names.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import release

ROOT = Path(__file__).resolve().parent.parent
SITE = ROOT / "dist" / "site"
NOT_FOR_THE_SITE = {"_index.md", "installation-configuration.md"}  # pages of Pulumi's registry, with its own markup
_LINK = re.compile(r"(?<=\]\()(?![a-z][a-z0-9+.-]*:)([^)#\s]+)")


def main() -> None:
    """Build the site, or say what is wrong with it."""
    problem = build(ROOT / "docs", SITE)
    sys.exit(problem or None)


def build(docs: Path, site: Path) -> str:
    """Build the site of a folder of pages beside the configuration in the repository's root.

    Returns: What is wrong; "" where the site was built.
    """
    source = site.parent / "site-source"
    shutil.rmtree(source, ignore_errors=True)
    shutil.rmtree(site, ignore_errors=True)
    shutil.copytree(docs, source / "docs", ignore=shutil.ignore_patterns(*NOT_FOR_THE_SITE))
    shutil.copy(ROOT / "zensical.toml", source)
    for page in (source / "docs").rglob("*.md"):
        original = docs / page.relative_to(source / "docs")
        page.write_text(_with_outside_links(original, docs), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "zensical", "build", "--strict"],
        cwd=source,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        text = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)
        return text.partition("Traceback")[0].strip() or text
    shutil.move(source / "site", site)
    for page in (source / "docs").rglob("*.md"):  # for programs, which docs/llms.txt sends there
        shutil.copy(page, site / page.relative_to(source / "docs"))
    return ""


def _with_outside_links(page: Path, docs: Path) -> str:
    """A page's text, with the links that leave the folder led to the repository."""

    def lead(link: re.Match[str]) -> str:
        target = (page.parent / link[0]).resolve()
        if target.is_relative_to(docs) and target.name not in NOT_FOR_THE_SITE:
            return link[0]
        kind = "tree" if target.is_dir() else "blob"
        return f"{release.repository()}/{kind}/main/{os.path.relpath(target, docs.parent)}"

    return _LINK.sub(lead, page.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
