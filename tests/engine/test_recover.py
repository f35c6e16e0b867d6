"""What `pulumi-kinetic recover` does about each kind of loss, and beside what it is safe."""

import dataclasses
import json
from pathlib import Path

import pulumi
import pytest

from support.crash import NOTHING, WHOLE, Crash
from support.emulator import KEY, PRODUCTION_KEY, EmulatorClient
from support.instants import COMMITTED
from support.sdk import RESOURCE_BY_DOOR, Provider, WebhookEndpoint
from support.waiting import in_background, wait_until

URN = "urn:pulumi:dev::test::pulumi-python:dynamic/kinetic:WebhookEndpoint::orders"


@pytest.mark.parametrize("crash", RESOURCE_BY_DOOR, indirect=True)
def test_recover_makes_no_request_and_changes_no_state(crash: Crash, emulator: EmulatorClient) -> None:
    crash.kill(COMMITTED, "both")
    crash.move_to_another_machine()
    before = crash.deployment.cli("stack", "export", "--stack", "dev")
    emulator.clear_log()
    code, report = crash.recover()
    assert code == 0
    assert report["notes"][0].startswith("carried the pending create of urn:pulumi:dev::test::")
    assert len(report["interrupted"]) == 1
    assert emulator.requests() == []
    assert crash.deployment.cli("stack", "export", "--stack", "dev") == before
    assert crash.recover()[1]["notes"] == []


def test_the_continued_endpoint_keeps_its_secret_and_the_state_hides_it(crash: Crash, emulator: EmulatorClient) -> None:
    crash.kill(COMMITTED, "both")
    before = emulator.truth()
    crash.cancel()
    crash.deployment.up()
    assert emulator.truth() == before
    orders = crash.deployment.resources()["orders"]
    assert orders["outputs"]["signingSecret"] == before[orders["id"]]["signing_secret"]
    assert "whsec_" not in crash.deployment.state_file()
    assert "continued a create that an earlier run began" in "".join(crash.deployment.output)


def test_recover_takes_the_selected_stack_from_any_folder_of_the_project(crash: Crash) -> None:
    crash.kill(COMMITTED, "both")
    project = Path(crash.deployment.stack.workspace.work_dir)
    (project / "sub" / "folder").mkdir(parents=True)
    code, report = crash.recover("--list", "--cwd", str(project / "sub" / "folder"))
    assert (code, len(report["interrupted"]), report["interrupted"][0]["stage"]) == (0, 1, "open")
    assert crash.recover("--list", "--stack", "dev", PULUMI_STACK="")[1] == report
    code, report = crash.recover("--list", "--stack", "nobody")
    assert code == 1
    assert "nobody" in report["error"]


def test_a_forgotten_create_is_not_continued(crash: Crash, emulator: EmulatorClient) -> None:
    crash.kill(COMMITTED, "provider")
    (lost,) = set(emulator.truth()) - {resource["id"] for resource in crash.deployment.resources().values()}
    assert crash.recover("--forget", "orders")[1]["notes"] == [f"forgot the interrupted create of {URN}"]
    emulator.remove(lost)
    crash.deployment.up()
    assert crash.verdict() == WHOLE
    assert lost not in emulator.truth()


@pytest.mark.parametrize("unlock", [(), ("--unlock",)])
def test_a_state_whose_side_file_was_torn_is_repaired(crash: Crash, unlock: tuple[str, ...]) -> None:
    crash.deployment.up()
    torn = next((crash.deployment.folder / "backend").rglob("stacks/**/dev.json.attrs"))
    torn.write_text("")  # as a CLI leaves it that is killed between opening and writing it
    assert "failed to load checkpoint: EOF" in crash.deployment.fails(crash.deployment.preview)
    code, report = crash.recover(*unlock)
    assert code == 0
    assert report["notes"][0] == "removed dev.json.attrs, which a killed CLI had left empty beside the state"
    crash.deployment.expect_clean()


def test_recover_beside_a_living_run_disturbs_nothing(crash: Crash, emulator: EmulatorClient) -> None:
    emulator.faults({"method": "POST", "delay_seconds": 3})
    crash.declared = {"orders": {"url": "https://example.com/orders"}}
    with in_background(crash.deployment.up, "the living run"):
        wait_until(crash.in_journal, "the create to be in the journal")
        assert crash.recover()[0] == 0
    crash.expect_nothing_left()


def test_a_create_of_unknown_end_is_continued_though_its_provider_lives(crash: Crash, emulator: EmulatorClient) -> None:
    """The create fails without an answer while another keeps the run going; then the CLI alone is killed."""
    emulator.faults({"method": "POST", "drop": True, "times": 2}, {"method": "POST", "delay_after_seconds": 4})
    crash.declared = {"orders": {"url": "https://example.com/orders"}, "slow": {"url": "https://example.com/slow"}}
    with in_background(lambda: crash.deployment.fails(crash.deployment.up), "the killed run"):
        wait_until(lambda: len(emulator.requests("POST")) >= 3, "the third POST to arrive")
        crash.kill_now("cli")
    crash.cancel()
    crash.deployment.up()
    crash.expect_nothing_left()


def test_an_adoption_cut_off_is_done_again(crash: Crash, emulator: EmulatorClient) -> None:
    (made,) = emulator.seed(1)
    crash.declared = {"orders": {"url": "https://example.com/seed/0", "adopt": made}}
    emulator.faults({"method": "GET", "delay_seconds": 1})
    with in_background(lambda: crash.deployment.fails(crash.deployment.up), "the killed run"):
        wait_until(lambda: emulator.requests("GET"), "the adoption's GET to arrive")
        crash.kill_now("both")
    assert crash.recover("--unlock")[1]["interrupted"] == []
    crash.deployment.up()
    crash.deployment.expect_clean()
    assert list(crash.deployment.resources()) == ["orders"]
    assert list(emulator.truth()) == [made]


@pytest.mark.parametrize("crash", RESOURCE_BY_DOOR, indirect=True)
def test_a_replacement_cut_off_is_named_and_continued_when_asked_again(crash: Crash, emulator: EmulatorClient) -> None:
    crash.declared["orders"] = {"url": "https://example.com/orders"}
    crash.deployment.up()
    old = crash.deployment.resources()["orders"]
    emulator.faults({"method": "POST", "delay_after_seconds": 1.5})
    with in_background(lambda: crash.deployment.fails(lambda: crash.replace(old["urn"])), "the killed run"):
        wait_until(lambda: len(emulator.truth()) == 3, "the replacement to be made")
        crash.kill_now("both")
    emulator.faults()
    crash.cancel()
    crash.deployment.output.clear()
    crash.deployment.up()
    assert "an interrupted replacement of this resource may have made an endpoint" in "".join(crash.deployment.output)
    assert len(emulator.truth()) == 3
    code, report = crash.recover()
    assert (code, len(report["interrupted"])) == (7, 1)
    assert f"`pulumi up --replace '{old['urn']}'` continues it" in report["interrupted"][0]["advice"]
    crash.replace(old["urn"])
    assert old["id"] not in emulator.truth()
    crash.expect_nothing_left()


@pytest.mark.parametrize("crash", RESOURCE_BY_DOOR, indirect=True)
def test_a_replacement_right_after_a_kill_never_deletes_what_it_continues(
    crash: Crash, emulator: EmulatorClient
) -> None:
    """The engine had saved the creates, but the killed run left their records: --replace then continues them."""
    crash.declared["orders"] = {"url": "https://example.com/orders"}
    crash.declared["slow"] = {"url": "https://example.com/slow"}
    emulator.faults({"method": "POST", "delay_after_seconds": 4, "skip": 2})
    with in_background(lambda: crash.deployment.fails(crash.deployment.up), "the killed run"):
        wait_until(lambda: len(crash.deployment.resources()) == 2, "two of three endpoints to be saved")
        crash.kill_now("both")
    emulator.faults()
    crash.cancel()
    saved = crash.deployment.resources()
    before = emulator.truth()
    for resource in saved.values():
        crash.replace(resource["urn"])
        assert set(emulator.truth()) >= {known["id"] for known in crash.deployment.resources().values()}
    assert set(before) <= set(emulator.truth()) | {resource["id"] for resource in saved.values()}
    crash.deployment.up()
    crash.expect_nothing_left()


@pytest.mark.parametrize("crash", RESOURCE_BY_DOOR, indirect=True)
def test_what_was_renamed_after_a_kill_needs_a_decision_until_it_is_declared_again(
    crash: Crash, emulator: EmulatorClient
) -> None:
    crash.kill(COMMITTED, "both")
    renamed = crash.declared.pop("orders")
    crash.declared["renamed"] = {**renamed, "url": "https://example.com/renamed"}
    assert crash.recover("--unlock")[0] == 0
    crash.deployment.up()
    code, report = crash.recover()
    assert (code, len(report["interrupted"])) == (7, 1)
    assert "declare it as it was to continue it" in report["interrupted"][0]["advice"]
    crash.declared["orders"] = renamed
    crash.deployment.up()
    assert len(emulator.truth()) == 3
    crash.expect_nothing_left()


@pytest.mark.parametrize("crash", RESOURCE_BY_DOOR, indirect=True)
def test_a_destroyed_stack_keeps_its_interrupted_create_until_a_person_decides(
    crash: Crash, emulator: EmulatorClient
) -> None:
    crash.kill(COMMITTED, "both")
    assert crash.recover("--unlock")[0] == 0
    crash.deployment.destroy()
    (left,) = emulator.truth()
    code, report = crash.recover()
    assert (code, len(report["interrupted"]), len(crash.pending_operations())) == (0, 1, 1)
    assert crash.recover("--forget", "orders")[0] == 0
    assert crash.recover()[0] == 0
    assert crash.recover() == (0, NOTHING)
    assert crash.pending_operations() == []
    assert list(emulator.truth()) == [left]


def test_each_provider_of_a_program_continues_its_own_creates(crash: Crash, emulator: EmulatorClient) -> None:
    """A create of production is cut off in a stack whose own settings, and other endpoint, are the sandbox's."""
    crash.deployment.up()

    def program() -> None:
        crash.program()
        key = pulumi.Output.secret(PRODUCTION_KEY)
        production = Provider("production", api_key=key, base_url=emulator.url, max_retries=1, timeout_seconds=3)
        options = pulumi.ResourceOptions(provider=production)
        for name in names:
            WebhookEndpoint(name, url=pulumi.Output.secret(f"https://example.com/{name}"), opts=options)

    names: list[str] = []
    crash.deployment.program = program
    for name, victim in (("orders", "both"), ("second", "provider")):
        names.append(name)
        crash.kill(dataclasses.replace(COMMITTED, change="none"), victim)
        crash.cancel()
        crash.deployment.up()
        crash.expect_nothing_left()
    assert "https://example.com/orders" not in crash.deployment.state_file()
    environments = sorted(endpoint["environment"] for endpoint in emulator.truth().values())
    assert environments == ["production", "production", "sandbox"]


def test_recover_where_nothing_happened_says_so(crash: Crash) -> None:
    crash.deployment.configure("kinetic:apiKey", KEY)
    crash.deployment.up()
    assert crash.recover() == (0, NOTHING)
    assert json.loads(crash.deployment.cli("stack", "export", "--stack", "dev"))
