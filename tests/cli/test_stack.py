import json
import os
import socket
from pathlib import Path

import pytest

from pulumi_kinetic.cli import stack
from pulumi_kinetic.cli.stack import Lock, Stack
from pulumi_kinetic.errors import StackError


@pytest.mark.parametrize(
    ("url", "folder"),
    [
        ("file:///srv/state", "/srv/state"),
        ("file://~", str(Path.home())),
        ("file://~/state", str(Path.home() / "state")),
        ("file://./state", "/project/state"),
        ("file:///srv/a%20b?metadata=skip", "/srv/a b"),
    ],
)
def test_the_folder_of_a_backend(url: str, folder: str) -> None:
    assert stack.folder_of(url, Path("/project")) == Path(folder)


@pytest.mark.parametrize("text", ["name: shop", 'name: "shop"  # ours', "runtime: python\nname: shop\n"])
def test_the_project_is_named_by_its_file(tmp_path: Path, text: str) -> None:
    (tmp_path / "Pulumi.yaml").write_text(text)
    assert Stack("dev", tmp_path).project() == "shop"


def test_a_folder_without_a_project_is_told(tmp_path: Path) -> None:
    with pytest.raises(StackError, match=r"there is no Pulumi.yaml in .*\nGive its folder as --cwd"):
        Stack("dev", tmp_path).project()


@pytest.mark.parametrize("name", ["dev", "shop/dev", "acme/shop/dev"])
def test_a_stack_has_a_short_name(name: str) -> None:
    assert Stack(name, Path()).short_name == "dev"


def test_a_lock_is_left_behind_when_its_holder_here_is_gone(tmp_path: Path) -> None:
    here = {"path": tmp_path, "holder": "me", "host": socket.gethostname()}
    assert not Lock(**here, process=os.getpid()).is_left_behind
    assert Lock(**here, process=2**22 + 1).is_left_behind
    assert not Lock(**{**here, "host": "elsewhere"}, process=2**22 + 1).is_left_behind


def test_a_missing_cli_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StackError, match="there is no `pulumi` on PATH"):
        Stack("dev", tmp_path).export()


def test_a_cli_that_fails_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cli = tmp_path / "pulumi"
    cli.write_text("#!/bin/sh\necho error: no stack named dev >&2\nexit 255\n")
    cli.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(StackError, match="`pulumi stack export --show-secrets --stack dev` failed: error: no stack"):
        Stack("dev", tmp_path).export()


def test_a_lock_is_read_from_a_file_backend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: shop")
    for project in ("shop", "other"):
        folder = tmp_path / "state" / ".pulumi" / "locks" / "organization" / project / "dev"
        folder.mkdir(parents=True)
        lock = {"pid": 7, "username": project, "hostname": "here", "timestamp": "now"}
        (folder / "1.json").write_text(json.dumps(lock))
    monkeypatch.setattr(Stack, "_backend", "file://./state")
    assert str(Stack("dev", tmp_path).lock()) == "shop@here, process 7"
    assert Stack("prod", tmp_path).lock() is None
    monkeypatch.setattr(Stack, "_backend", "https://api.example")
    assert Stack("dev", tmp_path).lock() is None


def test_side_files_that_a_killed_cli_left_empty_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: shop")
    monkeypatch.setattr(Stack, "_backend", "file://./state")
    files = {
        "stacks/shop/dev.json.attrs": "",
        "stacks/shop/dev.json": "",
        "stacks/shop/prod.json.attrs": "",
        "stacks/other/dev.json.attrs": "",
        "locks/organization/shop/dev/1.json.attrs": "",
        "locks/organization/shop/dev/2.json.attrs": "{}",
    }
    for name, text in files.items():
        path = tmp_path / "state" / ".pulumi" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert sorted(path.name for path in Stack("dev", tmp_path).remove_empty_sidecars()) == [
        "1.json.attrs",
        "dev.json.attrs",
    ]
    left = [path for path in (tmp_path / "state").rglob("*") if path.is_file()]
    assert len(left) == len(files) - 2
    assert Stack("dev", tmp_path).remove_empty_sidecars() == []
