"""Each layer of the recovery switched off: the sweep must see it."""

import json
from pathlib import Path

from pulumi import automation as auto

from support.crash import COMMITTED, LEFT_FOR_A_PERSON, WHOLE, Crash, outcomes


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


def test_the_providers_journal_alone_names_what_was_lost_when_the_engines_is_lost(crash: Crash) -> None:
    crash.kill(COMMITTED, "both")
    crash.deployment.cli("cancel", "--yes", "--stack", "dev")
    state = json.loads(crash.deployment.cli("stack", "export", "--stack", "dev"))
    state["deployment"]["pending_operations"] = []
    crash.deployment.stack.import_stack(auto.Deployment(**state))
    assert crash.recover_and_settle()[0] == LEFT_FOR_A_PERSON
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
