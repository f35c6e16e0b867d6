"""Getting the engine, on machines that have this or that."""

import os
import sys
from pathlib import Path

import pytest

import engine

GOOD = "#!/bin/sh\necho v3.259.0\n"
BROKEN = "#!/bin/sh\nexit 1\n"
# stands for Go: notes what it is asked, and "builds" what -o names
GO = """#!/bin/sh
echo "$@" >> "$0.log"
while [ $# -gt 0 ]; do
  if [ "$1" = -o ]; then printf '#!/bin/sh\\n' > "$2"; chmod +x "$2"; fi
  shift
done
"""


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose PATH is one folder, without network; the tool folder is empty."""
    monkeypatch.setattr(engine, "FOLDER", tmp_path / ".engine")
    monkeypatch.setattr(engine, "BIN", tmp_path / ".engine" / "bin")
    monkeypatch.setattr(engine, "_official", lambda: None)
    monkeypatch.setenv("PATH", f"{tmp_path / 'path'}{os.pathsep}/bin")
    (tmp_path / "path").mkdir()
    return tmp_path


def put(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def test_a_cli_on_path_is_used(machine: Path) -> None:
    cli = put(machine / "path" / "pulumi", GOOD)
    put(machine / "path" / engine.LAUNCHER, GOOD)
    assert (engine.ensure() / "pulumi").resolve() == cli
    assert not (engine.BIN / engine.LAUNCHER).exists()


def test_a_link_that_is_right_stays_for_those_who_run_it(machine: Path) -> None:
    """Each process of the tests asks for the engine, while others use it."""
    put(machine / "path" / "pulumi", GOOD)
    link = engine.ensure() / "pulumi"
    before = link.lstat().st_mtime_ns
    engine.ensure()
    assert link.lstat().st_mtime_ns == before


def test_a_missing_launcher_is_made(machine: Path) -> None:
    put(machine / "path" / "pulumi", GOOD)
    launcher = engine.ensure() / engine.LAUNCHER
    assert launcher.read_text() == '#!/bin/sh\nexec python -u -m pulumi.dynamic "$@"\n'
    assert os.access(launcher, os.X_OK)


def test_a_cli_that_does_not_run_is_passed_over(machine: Path) -> None:
    put(machine / "path" / "pulumi", BROKEN)
    cached = put(engine.BIN / "pulumi", GOOD)
    assert engine.ensure() / "pulumi" == cached
    assert not cached.is_symlink()


def test_go_builds_it_where_nothing_else_is(machine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    go = put(machine / "path" / "go", GO)
    built = engine.ensure() / "pulumi"
    assert os.access(built, os.X_OK)
    asked = Path(f"{go}.log").read_text()
    assert f"get -tool github.com/pulumi/pulumi/pkg/v3/cmd/pulumi@v{engine.VERSION}" in asked
    assert f"Version=v{engine.VERSION}" in asked
    assert "about 4 minutes on 2 cores, once" in capsys.readouterr().err


def test_a_build_that_fails_shows_why(machine: Path) -> None:
    put(machine / "path" / "go", "#!/bin/sh\necho no such module\nexit 1\n")
    with pytest.raises(SystemExit, match=r"go mod init engine` failed, and with it the last way(.|\n)*no such module"):
        engine.ensure()


def test_the_yaml_host_is_the_one_beside_the_cli(machine: Path) -> None:
    put(machine / "official" / engine.YAML_HOST, GOOD)
    (machine / "path" / "pulumi").symlink_to(put(machine / "official" / "pulumi", GOOD))
    assert engine.yaml_host() == machine / "official"


def test_the_yaml_host_is_built_by_go_once_where_the_cli_has_none(machine: Path) -> None:
    put(machine / "path" / "pulumi", GOOD)
    go = put(machine / "path" / "go", GO)
    assert os.access(engine.yaml_host() / engine.YAML_HOST, os.X_OK)
    asked = Path(f"{go}.log").read_text()
    assert f"get -tool github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml@v{engine.YAML_VERSION}" in asked
    assert engine.yaml_host() == engine.FOLDER / "yaml"
    assert Path(f"{go}.log").read_text() == asked


def test_a_machine_that_cannot_have_the_yaml_host_is_told_what_to_install(machine: Path) -> None:
    put(machine / "path" / "pulumi", GOOD)
    with pytest.raises(SystemExit, match=r"pulumi-language-yaml can't be had: .*Install the official Pulumi CLI"):
        engine.yaml_host()


@pytest.mark.usefixtures("machine")
def test_a_machine_that_cannot_have_it_is_told_what_to_install() -> None:
    with pytest.raises(SystemExit, match=r"The Pulumi engine can't be had: .*Install the Pulumi CLI \(or Go"):
        engine.ensure()


def test_an_official_installer_out_of_reach_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(**_: object) -> None:
        raise OSError

    monkeypatch.setattr(engine, "FOLDER", tmp_path)
    monkeypatch.setattr("pulumi.automation.PulumiCommand.install", refuse)
    assert engine._official() is None  # noqa: SLF001 the one way that needs the network


def test_the_environment_has_the_engine_and_this_python_first(machine: Path) -> None:
    put(machine / "path" / "pulumi", GOOD)
    first, second, *_ = engine.environment()["PATH"].split(os.pathsep)
    assert (first, Path(second)) == (str(engine.BIN), Path(sys.executable).parent)
