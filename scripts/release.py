"""What must hold before a release, and what is said of it: `python scripts/release.py v0.1.0` prints its notes."""

import re
import sys
from importlib import metadata
from pathlib import Path

CHANGELOG = Path(__file__).resolve().parent.parent / "CHANGELOG.md"
_RELEASE = re.compile(
    r"^## (?P<version>\d+\.\d+\.\d+\S*) - \d{4}-\d{2}-\d{2}\n(?P<notes>.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL
)
_THREE_NUMBERS = re.compile(r"\d+\.\d+\.\d+")
_UNRELEASED = re.compile(r"^## Unreleased\n(?P<notes>.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)


def problems(tag: str, version: str, changelog: str, repository: str) -> list[str]:
    """Return what keeps a tag from being released; nothing where all agrees.

    Args:
        tag: The git tag.
        version: The package's version.
        changelog: The text of CHANGELOG.md.
        repository: The URL in pyproject.toml, under `project.urls`.
    """
    newest, unreleased = latest(changelog), _UNRELEASED.search(changelog)
    wrong = {
        f"the tag is {tag}, and the package's version is {version}: expected v{version}": tag != f"v{version}",
        f"the version {version} is a pre-release, which Pulumi's engine spells otherwise than Python: expected X.Y.Z": (
            _THREE_NUMBERS.fullmatch(version) is None
        ),
        f'the newest release in CHANGELOG.md is {newest}: expected "## {version} - YYYY-MM-DD"': newest != version,
        "CHANGELOG.md has lines under Unreleased: they belong to this release": bool(
            unreleased and unreleased["notes"].strip()
        ),
        f"Repository in pyproject.toml is {repository}: fill in the real one, then `make schema`": "OWNER"
        in repository,
    }
    return [text for text, is_wrong in wrong.items() if is_wrong]


def latest(changelog: str) -> str | None:
    """Return the newest released version of a changelog; None before the first release."""
    found = _RELEASE.search(changelog)
    return found["version"] if found else None


def notes_of(changelog: str) -> str:
    """Return what the changelog says of the newest release."""
    found = _RELEASE.search(changelog)
    return found["notes"].strip() if found else ""


def repository() -> str:
    """Return the URL of the repository, from the one place that names it."""
    listed = metadata.metadata("pulumi-kinetic").get_all("Project-URL") or []
    urls: dict[str, str] = dict(entry.split(", ", 1) for entry in listed)
    return urls["Repository"]


def main() -> None:
    """Print the notes of the release that a tag names, or what is wrong with it."""
    text = CHANGELOG.read_text(encoding="utf-8")
    wrong = problems(sys.argv[1], metadata.version("pulumi-kinetic"), text, repository())
    if wrong:
        sys.exit("\n".join(["not to be released:", *wrong]))
    print(notes_of(text))


if __name__ == "__main__":
    main()
