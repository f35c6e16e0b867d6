"""An input that the program marks as secret is printed by no run, whatever is wrong with it, and lies in no file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pytest

from pulumi_kinetic.cli.main import FORMATS
from support.crash import Crash
from support.sdk import RESOURCE_BY_DOOR
from support.secret_scan import tells
from support.stack import Deployment

PATH = "services/T0/CANARYpath99?token=CANARYquery99"
URL = f"https://h.example/{PATH}"
BROKEN: list[dict[str, Any]] = [
    {"url": f"ftp://h.example/{PATH}"},
    {"url": f"https://CANARY:CANARY@h.example/{PATH}"},
    {"url": "CANARY"},
    {"enabled_events": ["CANARY "]},
    {"enabled_events": ["*", "CANARY"]},
    {"status": "CANARY"},
    {"adopt": "CANARY/CANARY"},
    {"adopt": "we_1", "existing_signing_secret": "CANARY…"},
]


class SecretProgram:
    """One endpoint whose inputs are secret, every one."""

    def __init__(self, door: str) -> None:
        self.door = door
        self.arguments: dict[str, Any] = {}

    def __call__(self) -> None:
        given = {"url": URL, **self.arguments}
        RESOURCE_BY_DOOR[self.door]("orders", **{name: pulumi.Output.secret(value) for name, value in given.items()})


@pytest.mark.parametrize("door", RESOURCE_BY_DOOR)
def test_a_broken_secret_input_is_named_but_not_shown(deploy: Callable[..., Deployment], door: str) -> None:
    program = SecretProgram(door)
    deployment = deploy(program)
    for broken in BROKEN:
        program.arguments = broken
        shown = deployment.fails(deployment.preview)
        assert "must" in shown
        assert not tells(shown, "CANARY")


@pytest.mark.parametrize("door", RESOURCE_BY_DOOR)
def test_a_secret_url_that_the_api_refuses_and_repeats_is_not_shown(crash: Crash, tmp_path: Path, door: str) -> None:
    program = SecretProgram(door)
    crash.deployment.program = program
    deployment, emulator = crash.deployment, crash.emulator
    printed: list[str] = []
    refusal = {"status": 422, "commit": False, "body": f'{{"message": "{URL} and /{PATH} and CANARYpath99"}}'}
    emulator.faults({"method": "POST", **refusal})
    printed.append(deployment.fails(lambda: deployment.up(debug=True)))
    assert "h.example" in printed[0]
    deployment.up(debug=True)
    program.arguments = {"url": f"{URL}2"}
    emulator.faults({"method": "PATCH", **refusal})
    printed.append(deployment.fails(lambda: deployment.up(debug=True)))
    emulator.faults({"method": "GET", **refusal, "times": 9})
    printed.append(deployment.fails(lambda: deployment.refresh(debug=True)))
    emulator.faults()
    deployment.up(debug=True, diff=True)
    deployment.expect_clean()
    printed += [str(crash.recover()), *deployment.output]
    (managed,) = emulator.truth()
    (other,) = emulator.seed(1)
    emulator.edit(other, url=URL)
    emulator.edit(managed, url=f"{URL}3")
    for form in FORMATS:
        code, out, err = crash.command("drift", "--unmanaged", "--stack", "dev", "--format", form)
        assert (code, err) == (7, "")
        printed.append(out)
    assert [text for text in printed if tells(text, "CANARY")] == []
    kinds = (".json", ".bak", ".attrs", ".yaml")
    left = {path.name: path.read_text(errors="replace") for path in tmp_path.rglob("*") if path.suffix in kinds}
    assert left != {}
    assert [name for name, text in left.items() if tells(text, "CANARY")] == []
