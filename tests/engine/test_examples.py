"""Every example, run as it stands."""

import base64
import runpy
import stat
from collections.abc import Callable
from pathlib import Path

import yaml

from support.emulator import EmulatorClient
from support.example_tests import run_example_tests
from support.stack import Deployment

EXAMPLES = Path(__file__).parents[2] / "examples"


def program_of(example: str) -> Callable[[], None]:
    return lambda: void(runpy.run_path(str(EXAMPLES / example / "__main__.py")))


def void(_: object) -> None:
    pass


def test_quickstart_comes_up_clean_and_declares_the_references_own_example(
    deploy: Callable[..., Deployment], emulator: EmulatorClient
) -> None:
    deployment = deploy(program_of("quickstart"), project="quickstart")
    outputs = deployment.up_clean().outputs
    (made,) = emulator.truth().values()
    assert made["url"] == "https://example.com/md/webhooks"
    assert made["enabled_events"] == ["judgment.created", "packet.created"]
    assert outputs["signing_secret"].value == made["signing_secret"]
    deployment.destroy()
    assert emulator.truth() == {}


def test_adopt_leads_from_an_endpoint_made_by_hand_to_a_clean_preview(
    deploy: Callable[..., Deployment], emulator: EmulatorClient
) -> None:
    (made,) = emulator.seed(1)
    secret = emulator.truth()[made]["signing_secret"]
    deployment = deploy(program_of("adopt"), project="adopt")
    deployment.configure("endpointId", made)
    deployment.configure("signingSecret", secret, secret=True)
    emulator.clear_log()
    outputs = deployment.up_clean().outputs
    assert emulator.requests("POST", "DELETE") == []
    assert (outputs["endpoint_id"].value, outputs["signing_secret"].value) == (made, secret)
    assert emulator.truth()[made]["url"] == "https://example.com/payments"
    assert secret not in deployment.state_file()


def test_rotation_renders_both_secrets_for_their_owner_alone_and_nothing_in_a_preview(
    deploy: Callable[..., Deployment], emulator: EmulatorClient, tmp_path: Path
) -> None:
    manifest = tmp_path / "secret.yaml"
    deployment = deploy(program_of("rotation"), project="rotation")
    deployment.configure("manifest", str(manifest))
    deployment.preview()
    assert not manifest.exists()
    manifest.touch(mode=0o644)
    rendered = []
    for current, standby in [("1", ""), ("1", "2"), ("2", "1"), ("2", "")]:
        deployment.configure("current", current)
        deployment.configure("standby", standby) if standby else deployment.stack.remove_config("standby")
        before = manifest.read_text()
        deployment.preview()
        assert manifest.read_text() == before
        deployment.up_clean()
        assert stat.S_IMODE(manifest.stat().st_mode) == 0o600
        secret = yaml.safe_load(manifest.read_text())
        assert (secret["apiVersion"], secret["kind"]) == ("v1", "Secret")
        data = {key: base64.b64decode(value).decode() for key, value in secret["data"].items()}
        by_secret = {made["signing_secret"]: made["status"] for made in emulator.truth().values()}
        rendered.append({key: by_secret[value] for key, value in data.items()})
        assert len(rendered[-1]) == len(by_secret)
    both = {"current": "enabled", "previous": "disabled"}
    assert rendered == [{"current": "enabled"}, both, both, {"current": "enabled"}]
    assert [path.name for path in tmp_path.glob("tmp*")] == []


def test_the_testing_examples_own_tests_pass(tmp_path: Path, engine_environment: dict[str, str]) -> None:
    told = run_example_tests(tmp_path, "tests/test_stack.py", environment=engine_environment)
    assert told.startswith("3 passed in "), told


def test_every_example_is_run_here() -> None:
    assert {path.parent.name for path in EXAMPLES.glob("*/__main__.py")} == {
        "adopt",
        "quickstart",
        "rotation",
        "testing",
    }
