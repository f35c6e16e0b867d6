"""`pulumi-kinetic drift` beside a stack of the real engine, and beside what a refresh finds there."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pulumi
import pytest
from pulumi import automation as auto
from pydantic.alias_generators import to_snake

from support.command import run_command
from support.emulator import KEY, READ_ONLY_KEY, EmulatorClient
from support.language_host import install_host
from support.sdk import RESOURCE_BY_DOOR, Provider
from support.stack import Deployment

ROOT = Path(__file__).resolve().parents[2]
SECRET_URL = "https://example.com/services/T0/TOKEN"
DOORS = pytest.mark.parametrize("door", ["dynamic", "plugin"])


class Program:
    """Endpoints of each kind, of the default provider and, at the plugin door, of an explicit one."""

    def __init__(self, door: str, url: str) -> None:
        self.door = door
        self.url = url
        self.ignored: list[str] = []

    def __call__(self) -> None:
        declare = RESOURCE_BY_DOOR[self.door]
        declare("url", url="https://example.com/a", enabled_events=["a", "b"])
        declare("events", url="https://example.com", enabled_events=["b", "a", "b"])
        declare("status", url="https://example.com/b", status="disabled")
        declare("secret", url=pulumi.Output.secret(SECRET_URL))
        declare("same", url="https://EXAMPLE.com:443/c")
        declare("gone", url="https://example.com/gone")
        declare("ignored", url="https://example.com/d", opts=pulumi.ResourceOptions(ignore_changes=self.ignored))
        if self.door == "plugin":
            provider = Provider("explicit", api_key=pulumi.Output.secret(KEY), base_url=self.url)
            declare("explicit", url="https://example.com/e", opts=pulumi.ResourceOptions(provider=provider))


def drift(deployment: Deployment, *options: str, **variables: str) -> tuple[int, str]:
    code, stdout, stderr = run_command(deployment, "drift", "--stack", "dev", *options, **variables)
    assert stderr == ""
    return code, stdout


def found(deployment: Deployment) -> dict[str, list[str]]:
    """What drift finds: the properties that differ by resource, none for one that is missing."""
    code, text = drift(deployment, "--json")
    (stack,) = json.loads(text)["stacks"]
    by_name = {one["name"]: sorted(change["property"] for change in one["changes"]) for one in stack["changed"]}
    assert code == (7 if by_name or stack["missing"] else 0)
    return by_name | {one["name"]: [] for one in stack["missing"]}


def expect_refresh(deployment: Deployment, door: str, expected: dict[str, list[str]]) -> None:
    """A refresh would change these; which properties, the engine isn't told at the dynamic door."""
    events: list[auto.EngineEvent] = []
    deployment.stack.preview_refresh(on_event=events.append, on_output=deployment.output.append)
    steps = [event.res_outputs_event.metadata for event in events if event.res_outputs_event]
    changed = {step.urn.rpartition("::")[2]: step.diffs or [] for step in steps if step.op in ("update", "delete")}
    if door == "dynamic":
        assert changed.keys() == expected.keys()
    else:
        assert {name: sorted(map(to_snake, names)) for name, names in changed.items()} == expected


@DOORS
def test_drift_agrees_with_a_refresh(deploy: Callable[..., Deployment], emulator: EmulatorClient, door: str) -> None:
    deployment = deploy(Program(door, emulator.url))
    deployment.up()
    assert found(deployment) == {}
    expect_refresh(deployment, door, {})

    ids = {name: resource["id"] for name, resource in deployment.resources().items()}
    emulator.edit(ids["url"], url="https://example.com/other")
    emulator.edit(ids["events"], enabled_events=["a"], status="disabled")
    emulator.edit(ids["status"], status="enabled")
    emulator.edit(ids["secret"], url="https://example.com/services/T1/OTHER")
    emulator.remove(ids["gone"])
    expected = {
        "url": ["url"],
        "events": ["enabled_events", "status"],
        "status": ["status"],
        "secret": ["url"],
        "gone": [],
    }
    if door == "plugin":
        emulator.edit(ids["explicit"], enabled_events=["a"])
        expected["explicit"] = ["enabled_events"]
    assert found(deployment) == expected
    expect_refresh(deployment, door, expected)

    deployment.up(refresh=True)
    assert found(deployment) == {}


@DOORS
def test_drift_alone_honours_what_the_program_ignores(
    deploy: Callable[..., Deployment], emulator: EmulatorClient, door: str
) -> None:
    program = Program(door, emulator.url)
    program.ignored = ["enabled_events" if door == "dynamic" else "enabledEvents"]
    deployment = deploy(program)
    deployment.up()
    emulator.edit(deployment.resources()["ignored"]["id"], enabled_events=["a"])
    assert found(deployment) == {}
    expect_refresh(deployment, door, {"ignored": ["enabled_events"]})


@DOORS
def test_every_form_shows_all_three_kinds_and_no_secret(
    deploy: Callable[..., Deployment], emulator: EmulatorClient, door: str
) -> None:
    deployment = deploy(Program(door, emulator.url), {"apiKey": READ_ONLY_KEY})
    deployment.set_variable("KINETIC_API_KEY", KEY)
    deployment.stack.remove_config("kinetic:apiKey")
    deployment.up()
    deployment.set_variable("KINETIC_API_KEY", READ_ONLY_KEY)
    ids = {name: resource["id"] for name, resource in deployment.resources().items()}
    emulator.edit(ids["secret"], url="https://other.example/T1/OTHER")
    emulator.remove(ids["gone"])
    (other,) = emulator.seed(1)
    emulator.clear_log()
    texts = {form: drift(deployment, "--format", form, "--unmanaged") for form in ("text", "markdown", "json")}
    assert {request["method"] for request in emulator.requests()} == {"GET"}
    for code, text in texts.values():
        assert code == 7
        assert all(word in text for word in ("https://other.example", "gone", other))
        assert text.count(other) == 1
        assert not any(word in text for word in ("TOKEN", "OTHER", "whsec_", KEY, READ_ONLY_KEY))
    _, text = drift(deployment, "--format", "github", GITHUB_WORKSPACE=str(ROOT))
    lines = Path(__file__).read_text().splitlines()
    at = {name: next(n for n, line in enumerate(lines, start=1) if f'declare("{name}"' in line) for name in ids}
    assert f"::warning file=tests/engine/test_drift.py,line={at['secret']},title=secret ({ids['secret']}) " in text
    assert f"::warning file=tests/engine/test_drift.py,line={at['gone']},title=gone ({ids['gone']}) " in text
    assert drift(deployment, "--format", "gitlab")[1] == '{"create": 1, "update": 1, "delete": 0}\n'


def test_an_import_file_brings_what_is_unmanaged_into_the_stack(
    deploy: Callable[..., Deployment], emulator: EmulatorClient, tmp_path: Path
) -> None:
    deployment = deploy(lambda: None)
    deployment.up()
    kept, other = emulator.seed(2)
    emulator.edit(kept, url="https://hooks.example/a")
    secret = emulator.truth()[kept]["signing_secret"]
    (tmp_path / "secrets.json").write_text(json.dumps({kept: secret}))
    target = tmp_path / "import.json"
    options = ["--import-file", str(target), "--secrets", str(tmp_path / "secrets.json")]
    assert drift(deployment, *options)[0] == 0
    deployment.set_variable("PATH", f"{deployment.variables['PATH']}{os.pathsep}{install_host(tmp_path / 'language')}")
    deployment.cli(
        "import", "--file", str(target), "--yes", "--generate-code=false", "--protect=false", "--stack", "dev"
    )
    assert secret not in deployment.state_file()
    truth = emulator.truth()
    ids = {name: resource["id"] for name, resource in deployment.resources().items()}
    assert ids == {"hooks-example": kept, "example-com": other}

    def program() -> None:
        declare = RESOURCE_BY_DOOR["plugin"]
        declare("hooks-example", url=truth[kept]["url"], existing_signing_secret=secret)
        declare("example-com", url=truth[other]["url"])

    deployment.program = program
    emulator.clear_log()
    deployment.up_clean()
    assert emulator.requests("POST", "PATCH", "DELETE") == []
    assert deployment.resources()["hooks-example"]["outputs"]["signingSecret"] == secret
    assert drift(deployment, "--unmanaged") == (0, "dev: 2 endpoints as declared\n")
