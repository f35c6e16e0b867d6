"""Every instant x every victim: killed, recovered, and whole."""

import dataclasses
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi import automation as auto

from support.case_counter import count_cases
from support.crash import INSTANTS, VICTIMS, Crash, Instant, children_of, command_of
from support.emulator import KEY, PRODUCTION_KEY, EmulatorClient
from support.sdk import DOORS, Provider, WebhookEndpoint
from support.stack import Deployment

WHOLE = {"orphans": 0, "missing": 0, "doubles": 0, "lost secrets": 0}


@pytest.fixture
def crash(
    deploy: Callable[..., Deployment], emulator: EmulatorClient, request: pytest.FixtureRequest
) -> Iterator[Crash]:
    made = Crash(deploy(lambda: None), emulator, getattr(request, "param", "dynamic"))
    yield made
    made.end_providers()


@pytest.mark.parametrize("crash", DOORS, indirect=True)
@pytest.mark.parametrize("victim", VICTIMS)
@pytest.mark.parametrize("instant", INSTANTS, ids=lambda instant: instant.name)
def test_a_run_killed_at_any_instant_is_made_whole(crash: Crash, instant: Instant, victim: str) -> None:
    crash.kill(instant, victim)
    code, report = crash.recover()
    assert code == 0, report
    crash.deployment.up()
    assert crash.verdict() == WHOLE
    crash.deployment.expect_clean()
    assert crash.recover() == (0, {"whole": True, "findings": [], "notes": [], "backup": None})
    assert not crash.in_journal()
    count_cases("kills")


COMMITTED = next(one for one in INSTANTS if one.name == "committed, not answered")
UPDATE = next(one for one in INSTANTS if one.name == "in an update")


def outcomes(report: dict[str, Any]) -> list[str]:
    return [finding["outcome"] for finding in report["findings"]]


def test_what_the_engine_remembers_goes_into_the_state_with_its_secret(crash: Crash, emulator: EmulatorClient) -> None:
    crash.kill(COMMITTED, "both")
    code, report = crash.recover()
    assert (code, outcomes(report)) == (0, ["into_state"])
    assert "lifted the lock left behind by" in report["notes"][0]
    assert crash.verdict() == WHOLE
    truth = {one["url"]: one for one in emulator.truth().values()}
    orders = crash.deployment.resources()["orders"]
    assert orders["outputs"]["signingSecret"] == truth["https://example.com/orders"]["signing_secret"]
    crash.deployment.expect_clean()
    assert "whsec_" not in crash.deployment.state_file()
    backup = Path(report["backup"])
    assert backup.stat().st_mode & 0o777 == 0o600
    assert "whsec_" not in backup.read_text()


def test_what_the_engine_forgot_is_deleted(crash: Crash, emulator: EmulatorClient) -> None:
    crash.kill(COMMITTED, "provider")
    assert len(emulator.truth()) == 2
    code, report = crash.recover()
    assert (code, outcomes(report), report["backup"]) == (0, ["deleted"], None)
    assert len(emulator.truth()) == 1


def test_what_was_made_again_meanwhile_is_deleted(crash: Crash) -> None:
    crash.kill(COMMITTED, "both")
    crash.deployment.cli("cancel", "--yes", "--stack", "dev")
    crash.deployment.up()
    assert crash.verdict()["doubles"] == 1
    code, report = crash.recover()
    assert (code, outcomes(report)) == (0, ["deleted"])
    assert crash.verdict() == WHOLE
    crash.deployment.expect_clean()


def test_a_state_whose_side_file_was_torn_is_mended(crash: Crash) -> None:
    crash.deployment.up()
    torn = next((crash.deployment.folder / "backend").rglob("stacks/**/dev.json.attrs"))
    torn.write_text("")  # as a CLI leaves it that is killed between opening and writing it
    assert "failed to load checkpoint: EOF" in crash.deployment.fails(crash.deployment.preview)
    code, report = crash.recover()
    assert (code, report["findings"]) == (0, [])
    assert "removed dev.json.attrs" in report["notes"][0]
    crash.deployment.expect_clean()


def test_nothing_is_deleted_without_a_yes(crash: Crash, emulator: EmulatorClient) -> None:
    crash.kill(COMMITTED, "provider")
    code, report = crash.recover("--unlock")
    assert code == 1  # the question can't be asked here: no terminal
    assert len(emulator.truth()) == 2
    assert crash.recover()[0] == 0
    assert report


def test_an_expired_key_is_told_and_what_it_made_is_deleted(crash: Crash, emulator: EmulatorClient) -> None:
    crash.kill(COMMITTED, "both")
    before = emulator.truth()
    emulator.expire_keys()
    code, report = crash.recover()
    assert (code, outcomes(report)) == (3, ["left"])
    (lost,) = set(before) - {one["id"] for one in crash.deployment.resources().values()}
    assert lost in report["findings"][0]["note"]
    assert emulator.truth() == before


def test_a_create_of_unknown_end_is_settled_though_its_provider_lives(crash: Crash, emulator: EmulatorClient) -> None:
    """The create fails without an answer while another keeps the run going; then the CLI alone is killed."""
    emulator.faults(
        {"method": "POST", "drop": True, "times": 2},
        {"method": "POST", "delay_after_seconds": 4},
    )
    crash.declared = {"orders": {"url": "https://example.com/orders"}, "slow": {"url": "https://example.com/slow"}}
    run = threading.Thread(target=lambda: crash.deployment.fails(crash.deployment.up))
    run.start()
    while len(emulator.requests("POST")) < 3:
        time.sleep(0.01)
    time.sleep(0.5)
    crash.kill_now("cli")
    run.join()
    code, report = crash.recover()
    assert code == 0, report
    crash.deployment.up()
    assert crash.verdict() == WHOLE


def test_a_replay_without_the_secret_is_deleted(crash: Crash, emulator: EmulatorClient) -> None:
    crash.kill(COMMITTED, "both")
    emulator.assume(replay_without_secret=True)
    code, report = crash.recover()
    assert (code, outcomes(report)) == (0, ["deleted"])
    crash.deployment.up()
    assert crash.verdict() == WHOLE


def test_a_stack_locked_by_a_living_process_is_left_alone(crash: Crash, emulator: EmulatorClient) -> None:
    emulator.faults({"method": "POST", "delay_seconds": 3})
    crash.declared = {"orders": {"url": "https://example.com/orders"}}
    run = threading.Thread(target=crash.deployment.up)
    run.start()
    while not crash.in_journal():
        time.sleep(0.01)
    code, report = crash.recover()
    run.join()
    assert code == 1
    assert "the stack is locked by" in report["error"]
    assert crash.verdict() == WHOLE


def test_recovery_with_the_other_environments_key_does_nothing(crash: Crash, emulator: EmulatorClient) -> None:
    crash.kill(COMMITTED, "both")
    crash.deployment.configure("kinetic:apiKey", PRODUCTION_KEY)
    emulator.clear_log()
    code, report = crash.recover()
    assert code == 1
    assert "but the API key is of production" in report["error"]
    assert emulator.requests() == []
    crash.deployment.configure("kinetic:apiKey", KEY)
    assert crash.recover()[0] == 0


def test_recovery_cut_off_can_be_run_again(crash: Crash, emulator: EmulatorClient) -> None:
    crash.kill(COMMITTED, "both")
    emulator.faults({"method": "POST", "status": 500, "times": 9})
    assert crash.recover()[0] == 1
    emulator.faults()
    assert crash.recover()[0] == 0
    crash.deployment.up()
    assert crash.verdict() == WHOLE


def test_an_adoption_cut_off_is_closed_and_done_again(crash: Crash, emulator: EmulatorClient) -> None:
    (made,) = emulator.seed(1)
    crash.declared = {"orders": {"url": "https://example.com/seed/0", "adopt": made}}
    emulator.faults({"method": "GET", "delay_seconds": 1})
    run = threading.Thread(target=lambda: crash.deployment.fails(crash.deployment.up))
    run.start()
    while not emulator.requests("GET"):
        time.sleep(0.01)
    crash.kill_now("both")
    run.join()
    code, report = crash.recover()
    assert (code, outcomes(report)) == (0, ["nothing_created"])
    crash.deployment.up()
    crash.deployment.expect_clean()
    assert list(crash.deployment.resources()) == ["orders"]
    assert list(emulator.truth()) == [made]


def test_a_replacement_cut_off_is_made_whole(crash: Crash, emulator: EmulatorClient) -> None:
    crash.declared["orders"] = {"url": "https://example.com/orders"}
    crash.deployment.up()
    urn = crash.deployment.resources()["orders"]["urn"]
    emulator.faults({"method": "POST", "delay_after_seconds": 1.5})
    run = threading.Thread(target=lambda: crash.deployment.fails(lambda: crash.deployment.up(replace=[urn])))
    run.start()
    while len(emulator.truth()) < 3:
        time.sleep(0.01)
    crash.kill_now("both")
    run.join()
    code, report = crash.recover()
    assert (code, outcomes(report)) == (0, ["deleted"])
    crash.deployment.up()
    assert crash.verdict() == WHOLE
    crash.deployment.expect_clean()


def test_each_provider_of_a_program_is_recovered_with_its_own_settings(crash: Crash, emulator: EmulatorClient) -> None:
    """A create of production is lost in a stack whose own settings, and other endpoint, are the sandbox's."""
    crash.deployment.up()

    def program() -> None:
        crash.program()
        key = pulumi.Output.secret(PRODUCTION_KEY)
        production = Provider("production", api_key=key, base_url=emulator.url, max_retries=1, timeout_seconds=3)
        options = pulumi.ResourceOptions(provider=production)
        for name in names:
            WebhookEndpoint(name, url=pulumi.Output.secret(f"https://example.com/{name}"), opts=options)

    names = ["orders"]
    crash.deployment.program = program
    crash.kill(dataclasses.replace(COMMITTED, change="none"), "both")
    code, report = crash.recover()
    assert (code, outcomes(report)) == (0, ["into_state"])
    assert "https://example.com/orders" not in crash.deployment.state_file()
    crash.deployment.up_clean()
    assert crash.verdict() == WHOLE

    names.append("second")
    crash.kill(dataclasses.replace(COMMITTED, change="none"), "provider")
    assert len(emulator.truth()) == 3
    code, report = crash.recover()
    assert (code, outcomes(report)) == (0, ["deleted"])
    crash.deployment.up_clean()
    assert crash.verdict() == WHOLE
    assert sorted(one["environment"] for one in emulator.truth().values()) == ["production", "production", "sandbox"]


# -- each layer off: the sweep must see it ------------------------------------------------------------------


@pytest.fixture
def without_journal(tmp_path: Path) -> Path:
    """A folder that, first on PYTHONPATH, keeps the provider from writing its journal."""
    folder = tmp_path / "without"
    folder.mkdir()
    patch = "import pulumi_kinetic.journal as j\nj.Journal._write = lambda *_: None\n"
    (folder / "sitecustomize.py").write_text(patch)
    return folder


def test_without_the_providers_journal_the_sweep_is_red(crash: Crash, without_journal: Path) -> None:
    crash.deployment.set_variable("PYTHONPATH", str(without_journal))
    crash.kill(COMMITTED, "provider")
    crash.recover()
    crash.deployment.up()
    assert (crash.verdict()["orphans"], crash.verdict()["doubles"]) == (1, 1)


def test_without_the_engines_journal_the_sweep_is_red(crash: Crash, without_journal: Path) -> None:
    """The pending operation is dropped, and with it the key; the provider's own journal is off too."""
    crash.deployment.set_variable("PYTHONPATH", str(without_journal))
    crash.kill(COMMITTED, "both")
    crash.deployment.cli("cancel", "--yes", "--stack", "dev")
    state = json.loads(crash.deployment.cli("stack", "export", "--stack", "dev"))
    state["deployment"]["pending_operations"] = []
    crash.deployment.stack.import_stack(auto.Deployment(**state))
    crash.recover()
    crash.deployment.up()
    assert crash.verdict()["orphans"] == 1


def test_the_providers_journal_alone_is_enough_when_the_engines_is_lost(crash: Crash) -> None:
    crash.kill(COMMITTED, "both")
    crash.deployment.cli("cancel", "--yes", "--stack", "dev")
    state = json.loads(crash.deployment.cli("stack", "export", "--stack", "dev"))
    state["deployment"]["pending_operations"] = []
    crash.deployment.stack.import_stack(auto.Deployment(**state))
    assert crash.recover()[0] == 0
    crash.deployment.up()
    assert crash.verdict() == WHOLE


def test_the_engines_journal_alone_is_enough_when_the_providers_is_lost(crash: Crash, without_journal: Path) -> None:
    crash.deployment.set_variable("PYTHONPATH", str(without_journal))
    crash.kill(COMMITTED, "both")
    crash.deployment.set_variable("PYTHONPATH", "")
    code, report = crash.recover()
    assert (code, outcomes(report)) == (0, ["into_state"])
    crash.deployment.up()
    assert crash.verdict() == WHOLE


def test_without_replay_the_sweep_is_red(crash: Crash) -> None:
    crash.kill(COMMITTED, "both")
    crash.deployment.cli("cancel", "--yes", "--stack", "dev")
    crash.deployment.up()
    assert crash.verdict() == {**WHOLE, "orphans": 1, "doubles": 1}


# -- interruption ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("crash", DOORS, indirect=True)
def test_an_interrupted_create_is_finished_and_in_the_state(crash: Crash, emulator: EmulatorClient) -> None:
    emulator.faults({"method": "POST", "delay_seconds": 1})
    crash.declared = {"orders": {"url": "https://example.com/orders"}}
    run = threading.Thread(target=lambda: crash.deployment.fails(crash.deployment.up))
    run.start()
    while not emulator.requests("POST"):
        time.sleep(0.01)
    for engine in children_of(os.getpid()):
        if "pulumi" in command_of(engine):
            os.kill(engine, signal.SIGINT)
    run.join()
    assert len(emulator.truth()) == 1
    assert crash.verdict() == WHOLE
    crash.deployment.up_clean()
    assert crash.recover() == (0, {"whole": True, "findings": [], "notes": [], "backup": None})


# -- audit -------------------------------------------------------------------------------------------------


def audit(crash: Crash, *arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-c", "from pulumi_kinetic.cli import main; main()", "audit", *arguments]
    folder = crash.deployment.stack.workspace.work_dir
    done = subprocess.run(  # noqa: S603
        command, cwd=folder, capture_output=True, text=True, env=crash.deployment.variables, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_audit_lists_what_no_stack_manages(crash: Crash, emulator: EmulatorClient, tmp_path: Path) -> None:
    crash.deployment.up()
    assert audit(crash, "--stack", "dev") == (0, "Every endpoint is managed.\n")
    (made,) = emulator.seed(1)
    code, shown = audit(crash, "--stack", "dev")
    assert code == 3
    assert shown.split() == [made, "enabled", emulator.truth()[made]["created_at"], "https://example.com/seed/0"]
    exported = tmp_path / "export.json"
    exported.write_text(crash.deployment.cli("stack", "export", "--stack", "dev"))
    code, shown = audit(crash, "--stack", "dev", "--export", str(exported), "--json")
    assert [one["webhook_endpoint_id"] for one in json.loads(shown)] == [made]
    assert "signing_secret" not in shown


def test_audit_of_a_file_that_is_no_export_says_so(crash: Crash, tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text("[]")
    code, shown = audit(crash, "--export", str(tmp_path / "other.json"))
    assert code == 1
    assert shown.endswith("other.json is not what `pulumi stack export` writes\n")
