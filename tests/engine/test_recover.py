"""What `pulumi-kinetic recover` does about each kind of loss."""

import dataclasses
import time
from pathlib import Path

import pulumi

from support.crash import COMMITTED, LEFT_FOR_A_PERSON, WHOLE, Crash, outcomes
from support.emulator import KEY, PRODUCTION_KEY, EmulatorClient
from support.sdk import Provider, WebhookEndpoint
from support.waiting import in_background, wait_until


def test_what_the_engine_remembers_goes_into_the_state_with_its_secret(crash: Crash, emulator: EmulatorClient) -> None:
    crash.kill(COMMITTED, "both")
    code, report = crash.recover()
    assert (code, outcomes(report)) == (0, ["into_state"])
    assert "lifted the lock left behind by" in report["notes"][0]
    assert crash.verdict() == WHOLE
    truth = {endpoint["url"]: endpoint for endpoint in emulator.truth().values()}
    orders = crash.deployment.resources()["orders"]
    assert orders["outputs"]["signingSecret"] == truth["https://example.com/orders"]["signing_secret"]
    crash.deployment.expect_clean()
    assert "whsec_" not in crash.deployment.state_file()
    backup = Path(report["backup"])
    assert backup.stat().st_mode & 0o777 == 0o600
    assert "whsec_" not in backup.read_text()


def test_what_the_engine_forgot_is_reported_and_left(crash: Crash, emulator: EmulatorClient) -> None:
    crash.kill(COMMITTED, "provider")
    before = emulator.truth()
    (lost,) = set(before) - {resource["id"] for resource in crash.deployment.resources().values()}
    code, report = crash.recover()
    assert (code, outcomes(report), report["backup"]) == (3, ["left"], None)
    assert lost in report["findings"][0]["note"]
    assert emulator.truth() == before
    assert crash.recover() == (code, report)
    emulator.remove(lost)
    assert crash.recover()[0] == 0
    assert not crash.in_journal()


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
    crash.kill(COMMITTED, "both")
    crash.deployment.cli("cancel", "--yes", "--stack", "dev")
    crash.deployment.up()
    before = emulator.truth()
    code, report = crash.recover("--unlock")
    assert code == 1  # the question can't be answered here: no terminal
    (lost,) = set(before) - {resource["id"] for resource in crash.deployment.resources().values()}
    assert report["error"].startswith(f"Delete {lost} ")
    assert "Aborted!" in report["error"]
    assert emulator.truth() == before
    assert crash.recover()[0] == 0
    assert len(emulator.truth()) == len(before) - 1


def test_an_expired_key_is_told_and_what_it_made_is_deleted(crash: Crash, emulator: EmulatorClient) -> None:
    crash.kill(COMMITTED, "both")
    before = emulator.truth()
    emulator.expire_keys()
    code, report = crash.recover()
    assert (code, outcomes(report)) == (3, ["left"])
    (lost,) = set(before) - {resource["id"] for resource in crash.deployment.resources().values()}
    assert lost in report["findings"][0]["note"]
    assert emulator.truth() == before


def test_a_create_of_unknown_end_is_settled_though_its_provider_lives(crash: Crash, emulator: EmulatorClient) -> None:
    """The create fails without an answer while another keeps the run going; then the CLI alone is killed."""
    emulator.faults(
        {"method": "POST", "drop": True, "times": 2},
        {"method": "POST", "delay_after_seconds": 4},
    )
    crash.declared = {"orders": {"url": "https://example.com/orders"}, "slow": {"url": "https://example.com/slow"}}
    with in_background(lambda: crash.deployment.fails(crash.deployment.up), "the killed run"):
        wait_until(lambda: len(emulator.requests("POST")) >= 3, "the third POST to arrive")
        time.sleep(0.5)
        crash.kill_now("cli")
    code, report = crash.recover_and_settle()
    assert code in (0, LEFT_FOR_A_PERSON), report
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
    with in_background(crash.deployment.up, "the run that holds the lock"):
        wait_until(crash.in_journal, "the create to be in the journal")
        code, report = crash.recover()
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
    with in_background(lambda: crash.deployment.fails(crash.deployment.up), "the killed run"):
        wait_until(lambda: emulator.requests("GET"), "the adoption's GET to arrive")
        crash.kill_now("both")
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
    with in_background(lambda: crash.deployment.fails(lambda: crash.deployment.up(replace=[urn])), "the killed run"):
        wait_until(lambda: len(emulator.truth()) == 3, "the replacement to be made")
        crash.kill_now("both")
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
    assert (code, outcomes(report)) == (3, ["left"])
    (lost,) = set(emulator.truth()) - {resource["id"] for resource in crash.deployment.resources().values()}
    assert lost in report["findings"][0]["note"]
    emulator.http.delete(
        f"/v1/webhook_endpoints/{lost}", headers={"Authorization": f"Bearer {PRODUCTION_KEY}"}
    ).raise_for_status()
    crash.deployment.up_clean()
    assert crash.verdict() == WHOLE
    environments = sorted(endpoint["environment"] for endpoint in emulator.truth().values())
    assert environments == ["production", "production", "sandbox"]
