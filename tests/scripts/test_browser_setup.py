"""Getting a browser, on machines that have this or that."""

import os
from pathlib import Path

import pytest

import browser

GOOD = "#!/bin/sh\necho Chromium 156\n"
BROKEN = "#!/bin/sh\nexit 1\n"
# stands for apt-get: puts a Chromium beside itself
APT = """#!/bin/sh
[ "$1" = update ] && exit 0
printf '#!/bin/sh\\n' > "${0%/*}/chromium-headless-shell"; chmod +x "${0%/*}/chromium-headless-shell"
"""
# stand for npm, and for the Node that unpacks the package's Chromium
NPM = '#!/bin/sh\necho "$@" > "$0.log"\n'
NODE = '#!/bin/sh\nprintf \'#!/bin/sh\\n\' > "$TMPDIR/chromium"; chmod +x "$TMPDIR/chromium"\n'


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The one folder on the PATH of a machine without a browser; `.browser` is empty."""
    folder = tmp_path / "path"
    folder.mkdir()
    (folder / "chmod").symlink_to("/bin/chmod")
    monkeypatch.setattr(browser, "FOLDER", tmp_path / ".browser")
    monkeypatch.setattr("browser.sysconfig.get_path", lambda _: str(folder))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setenv("PATH", str(folder))
    return folder


def put(path: Path, text: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def test_a_browser_on_path_is_used_if_it_runs(path: Path) -> None:
    put(path / "chromium-headless-shell", BROKEN)
    good = put(path / "chromium", GOOD)
    assert browser.ensure() == good


def test_the_one_that_was_got_before_is_used_again(path: Path) -> None:
    cached = put(path.parent / ".browser" / "chromium", GOOD)
    assert browser.ensure() == cached


def test_debians_is_installed_by_root(path: Path) -> None:
    put(path / "apt-get", APT)
    assert browser.ensure() == path / "chromium-headless-shell"


def test_who_is_not_root_gets_the_one_from_npm_pinned_and_without_scripts(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    put(path / "apt-get", APT)
    put(path / "npm", NPM)
    put(path / "node", NODE)
    assert browser.ensure() == path.parent / ".browser" / "chromium"
    asked = (path / "npm.log").read_text()
    assert "@sparticuz/chromium@153.0.0" in asked
    assert "--ignore-scripts" in asked


def test_where_apt_fails_npm_is_tried(path: Path) -> None:
    put(path / "apt-get", BROKEN)
    put(path / "npm", NPM)
    put(path / "node", NODE)
    assert browser.ensure() == path.parent / ".browser" / "chromium"


@pytest.mark.usefixtures("path")
def test_a_machine_that_can_have_none_is_told_what_to_do() -> None:
    with pytest.raises(SystemExit, match="Install Chromium"):
        browser.ensure()
