import os
from pathlib import Path

import pytest

from pulumi_kinetic.cli.stack import Stack
from pulumi_kinetic.errors import StackError
from support.pulumi_stub import Cli


def test_a_missing_cli_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StackError, match="there is no `pulumi` on PATH\nInstall the Pulumi CLI"):
        Stack("dev", tmp_path).export()


def test_a_cli_that_fails_is_quoted(tmp_path: Path, cli: Cli) -> None:
    cli("echo error: no stack named dev >&2; exit 255")
    with pytest.raises(StackError, match="`pulumi stack export --show-secrets` failed: no stack named dev"):
        Stack("dev", tmp_path).export()


def test_a_named_stack_is_handed_to_the_cli(tmp_path: Path, cli: Cli) -> None:
    cli('echo "{\\"arguments\\": \\"$*\\"}"')
    assert Stack("acme/shop/dev", tmp_path).export()["arguments"] == (
        "--non-interactive stack export --show-secrets --stack acme/shop/dev"
    )


def test_without_a_name_the_cli_decides_which_stack_it_is(tmp_path: Path, cli: Cli) -> None:
    cli('echo "{\\"arguments\\": \\"$*\\", \\"folder\\": \\"$PWD\\"}"')
    answer = Stack(None, tmp_path).export(show_secrets=False)
    assert answer == {"arguments": "--non-interactive stack export", "folder": str(tmp_path)}


BROKEN_UNTIL_REPAIRED = """
if [ -e {state}/.pulumi/stacks/shop/dev.json.attrs ]; then
  echo "error: failed to load checkpoint: EOF" >&2; exit 255
fi
echo '{{"deployment": {{}}}}'
"""


def test_side_files_that_a_killed_cli_left_empty_are_removed(tmp_path: Path, cli: Cli) -> None:
    stacks = tmp_path / "state" / ".pulumi" / "stacks" / "shop"
    stacks.mkdir(parents=True)
    for name, text in {"dev.json.attrs": "", "dev.json": "{}", "prod.json.attrs": "{}"}.items():
        (stacks / name).write_text(text)
        os.utime(stacks / name, (0, 0))
    cli(BROKEN_UNTIL_REPAIRED.format(state=tmp_path / "state"))
    state, removed = Stack("dev", tmp_path).export_after_repair(f"file://{tmp_path}/state")
    assert state == {"deployment": {}}
    assert [path.name for path in removed] == ["dev.json.attrs"]
    assert sorted(path.name for path in stacks.iterdir()) == ["dev.json", "prod.json.attrs"]
    assert Stack("dev", tmp_path).export_after_repair(f"file://{tmp_path}/state") == (state, [])


def test_a_side_file_that_was_just_left_empty_is_waited_for(tmp_path: Path, cli: Cli) -> None:
    stacks = tmp_path / "state" / ".pulumi" / "stacks" / "shop"
    stacks.mkdir(parents=True)
    (stacks / "dev.json.attrs").write_text("")
    cli(BROKEN_UNTIL_REPAIRED.format(state=tmp_path / "state"))
    state, removed = Stack("dev", tmp_path).export_after_repair(f"file://{tmp_path}/state")
    assert (state, [path.name for path in removed]) == ({"deployment": {}}, ["dev.json.attrs"])


def test_a_side_file_that_a_living_cli_has_just_opened_is_left_alone(
    tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    stacks = tmp_path / "state" / ".pulumi" / "stacks" / "shop"
    stacks.mkdir(parents=True)
    (stacks / "dev.json.attrs").write_text("")
    (stacks / "prod.json.attrs").write_text("")
    os.utime(stacks / "prod.json.attrs", (0, 0))  # another stack's
    cli(BROKEN_UNTIL_REPAIRED.format(state=tmp_path / "state"))
    monkeypatch.setattr("time.sleep", lambda _seconds: (stacks / "dev.json.attrs").write_text("{}"))
    with pytest.raises(StackError, match=r"EOF\n`pulumi-kinetic recover` removes"):
        Stack("dev", tmp_path).export_after_repair(f"file://{tmp_path}/state")
    assert len(list(stacks.iterdir())) == 2


@pytest.mark.parametrize("backend", ["s3://bucket", "file://{folder}"])
def test_an_eof_without_an_empty_side_file_stays_an_error(tmp_path: Path, cli: Cli, backend: str) -> None:
    cli('echo "error: failed to load checkpoint: EOF" >&2; exit 255')
    with pytest.raises(StackError, match="EOF"):
        Stack("dev", tmp_path).export_after_repair(backend.format(folder=tmp_path))
