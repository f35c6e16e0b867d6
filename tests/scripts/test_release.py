"""What keeps a tag from being released; and that version, changelog, schema and owner say one thing."""

import json
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

import pulumi_kinetic
import release

ROOT = Path(__file__).resolve().parents[2]
URL = "https://github.com/acme/pulumi-kinetic"
CHANGELOG = (
    "# Changelog\n\n## Unreleased\n\n## 0.2.0 - 2026-12-01\n\n### Added\n\n- a\n\n## 0.1.0 - 2026-11-01\n\n- b\n"
)


def test_a_release_that_agrees_has_no_problems() -> None:
    assert release.problems("v0.2.0", "0.2.0", CHANGELOG, URL) == []
    assert release.notes_of(CHANGELOG) == "### Added\n\n- a"


@pytest.mark.parametrize(
    ("tag", "version", "changelog", "url", "said"),
    [
        ("0.2.0", "0.2.0", CHANGELOG, URL, "the tag is 0.2.0"),
        ("v0.2.1", "0.2.0", CHANGELOG, URL, "the tag is v0.2.1"),
        ("v0.3.0", "0.3.0", CHANGELOG, URL, "the newest release in CHANGELOG.md is 0.2.0"),
        ("v0.1.0", "0.1.0", "## Unreleased\n", URL, "the newest release in CHANGELOG.md is None"),
        ("v0.2.0", "0.2.0", CHANGELOG.replace(" - 2026-12-01", ""), URL, "the newest release in CHANGELOG.md is 0.1.0"),
        ("v0.2.0", "0.2.0", CHANGELOG.replace("Unreleased\n", "Unreleased\n\n- c\n"), URL, "lines under Unreleased"),
        ("v0.2.0rc1", "0.2.0rc1", CHANGELOG.replace("0.2.0", "0.2.0rc1"), URL, "0.2.0rc1 is a pre-release"),
        ("v0.2.0", "0.2.0", CHANGELOG, "https://example.com/OWNER/pulumi-kinetic", "Repository in pyproject.toml"),
    ],
)
def test_what_does_not_agree_is_not_released(tag: str, version: str, changelog: str, url: str, said: str) -> None:
    (problem,) = release.problems(tag, version, changelog, url)
    assert said in problem


def test_the_command_refuses_a_tag_that_is_not_this_version() -> None:
    command = [sys.executable, "scripts/release.py", "v99.0.0"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    assert (done.returncode, done.stdout) == (1, "")
    assert f"the tag is v99.0.0, and the package's version is {pulumi_kinetic.__version__}" in done.stderr


def test_package_schema_and_changelog_have_one_version() -> None:
    version = pulumi_kinetic.__version__
    assert metadata.version("pulumi-kinetic") == version
    assert json.loads((ROOT / "schema.json").read_text())["version"] == version
    assert release.latest((ROOT / "CHANGELOG.md").read_text()) in (None, version)


def test_one_place_names_owner_and_repository() -> None:
    """`make schema` writes the other, once they are filled in."""
    owner_and_name = "/".join(release.repository().split("/")[-2:])
    listed = subprocess.run(  # noqa: S603
        ["git", "grep", "--fixed-strings", "--files-with-matches", "--untracked", owner_and_name],  # noqa: S607 as on PATH
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert {*listed.stdout.split()} - {"schema.json", "tests/scripts/test_release.py"} == {"pyproject.toml"}
