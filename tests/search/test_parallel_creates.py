"""Many programs at once on one PULUMI_HOME: no failure, no mix-up, nothing left."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from pulumi.runtime.proto import provider_pb2 as messages

from pulumi_kinetic.journal import Journal
from support.case_counter import count_cases
from support.doors import PluginDoor
from support.emulator import EmulatorClient

PROGRAMS, CREATES = 10, 10


def create(door: PluginDoor, program: int, number: int) -> tuple[str, str]:
    """Check and create one endpoint of a program; its id and secret."""
    urn = f"urn:pulumi:dev-{program}::shop::kinetic:index:WebhookEndpoint::orders-{number}"
    news = door.sent({"url": f"https://example.com/{program}/{number}"})
    checked = door.stub.Check(messages.CheckRequest(urn=urn, news=news)).inputs
    created = door.stub.Create(messages.CreateRequest(urn=urn, properties=checked))
    count_cases("creates in parallel")
    return created.id, door.received(created.properties)["signingSecret"]


def test_ten_programs_and_a_hundred_creates_share_one_journal(
    config: dict[str, str], emulator: EmulatorClient, tmp_path: Path
) -> None:
    home = {"PULUMI_HOME": str(tmp_path / "shared")}
    cases = [(program, number) for program in range(PROGRAMS) for number in range(CREATES)]
    with ExitStack() as stack, ThreadPoolExecutor(len(cases)) as pool:
        doors = [stack.enter_context(PluginDoor({**config, "timeoutSeconds": "30"}, home)) for _ in range(PROGRAMS)]
        made = dict(pool.map(lambda case: create(doors[case[0]], *case), cases))
        for door in doors:  # as the engine ends them
            os.kill(door.process.pid, signal.SIGINT)
            door.process.wait(timeout=30)
    truth = {endpoint_id: endpoint["signing_secret"] for endpoint_id, endpoint in emulator.truth().items()}
    assert made == truth
    assert len(truth) == PROGRAMS * CREATES
    journal = Journal(tmp_path / "shared" / "kinetic" / "journal")
    assert (journal.records(), journal.problems) == ([], [])
