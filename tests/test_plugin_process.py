import signal
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import grpc
import yaml
from google.protobuf import empty_pb2
from pulumi.runtime.proto import errors_pb2, status_pb2  # noqa: F401 errors_pb2 registers what details may hold
from pulumi.runtime.proto import provider_pb2 as messages

from pulumi_kinetic import schema
from pulumi_kinetic.process import is_running
from support.diff_cases import inputs
from support.doors import CALL_OPTIONS, PROVIDER_URN, URN, Door, PluginDoor, message, open_records, struct
from support.emulator import EmulatorClient
from support.waiting import first_line, wait_until


def test_the_plugin_tells_its_version_and_schema(shared_plugin_door: PluginDoor) -> None:
    assert shared_plugin_door.stub.GetPluginInfo(empty_pb2.Empty()).version == metadata.version("pulumi-kinetic")
    assert shared_plugin_door.stub.GetSchema(messages.GetSchemaRequest()).schema == schema.as_json()


def test_many_calls_are_under_way_at_once(plugin_door: PluginDoor, emulator: EmulatorClient) -> None:
    """More than the dynamic server's 4, and than a thread pool's usual number: none waits for another."""
    count = 40
    made = emulator.seed(count)
    emulator.faults({"method": "GET", "delay_seconds": 4, "times": count})
    calls = [plugin_door.stub.Read.future(messages.ReadRequest(id=endpoint_id, urn=URN)) for endpoint_id in made]
    wait_until(
        lambda: len(emulator.requests("GET")) == count or any(call.done() for call in calls),
        f"{count} reads to be under way",
    )
    assert not any(call.done() for call in calls)
    assert [call.result().id for call in calls] == made


def test_a_cancelled_run_finishes_what_it_began_and_begins_nothing(
    plugin_door: PluginDoor, emulator: EmulatorClient
) -> None:
    emulator.faults({"method": "POST", "delay_seconds": 1})
    under_way = plugin_door.stub.Create.future(messages.CreateRequest(urn=URN, properties=plugin_door.sent(inputs({}))))
    wait_until(lambda: emulator.requests("POST"), "the POST to arrive")
    plugin_door.stub.Cancel(empty_pb2.Empty())
    other = inputs({"idempotencyKey": "other"})
    assert "the run was cancelled: nothing was sent" in message(lambda: plugin_door.create(other))
    assert under_way.result().id in emulator.truth()
    assert len(emulator.truth()) == 1


def test_a_create_outlives_the_signal_that_ends_a_whole_machine(
    plugin_door: PluginDoor, emulator: EmulatorClient
) -> None:
    emulator.faults({"method": "POST", "delay_seconds": 1})
    under_way = plugin_door.stub.Create.future(messages.CreateRequest(urn=URN, properties=plugin_door.sent(inputs({}))))
    wait_until(lambda: emulator.requests("POST"), "the POST to arrive")
    plugin_door.process.send_signal(signal.SIGTERM)
    assert under_way.result().id in emulator.truth()


def test_a_clean_exit_removes_the_records_of_what_was_handed_over(config: dict[str, str]) -> None:
    with PluginDoor(config) as door:
        made, _ = door.create(inputs({"idempotencyKey": "peaceful"}))
        assert made in [record.endpoint_id for record in open_records()]
        door.process.send_signal(signal.SIGINT)
        assert door.process.wait(20) == 0
    assert made not in [record.endpoint_id for record in open_records()]


def test_a_create_that_is_interrupted_is_answered_and_its_record_stays(
    config: dict[str, str], emulator: EmulatorClient
) -> None:
    """An engine that is interrupted too waits for the answer; whether it is there to save it isn't known."""
    emulator.faults({"method": "POST", "delay_seconds": 1})
    with PluginDoor(config) as door:
        under_way = door.stub.Create.future(messages.CreateRequest(urn=URN, properties=door.sent(inputs({}))))
        wait_until(lambda: emulator.requests("POST"), "the POST to arrive")
        door.process.send_signal(signal.SIGINT)
        assert under_way.result().id in emulator.truth()
        assert door.process.wait(20) == 0
    assert [record.endpoint_id for record in open_records()] == list(emulator.truth())


def test_a_create_that_is_cut_off_by_the_plugins_end_keeps_its_record(
    config: dict[str, str], emulator: EmulatorClient
) -> None:
    """SIGINT in mid-create: the API makes the endpoint, and nobody gets the answer."""
    emulator.faults({"method": "POST", "delay_seconds": 1})
    with PluginDoor(config) as door:
        checked, _ = door.check({}, inputs({}))
        under_way = door.stub.Create.future(messages.CreateRequest(urn=URN, properties=door.sent(checked)))
        wait_until(lambda: emulator.requests("POST"), "the POST to arrive")
        under_way.cancel()
        door.process.send_signal(signal.SIGINT)
        door.process.wait(20)
    (made,) = emulator.truth()
    (record,) = open_records()
    assert record.endpoint_id in (made, None)
    with PluginDoor(config) as door:
        checked, _ = door.check({}, inputs({}))
        assert door.create(checked)[0] == made


def test_the_plugin_runs_from_a_checkout() -> None:
    """As the engine runs the folder of provider/PulumiPlugin.yaml."""
    folder = Path(__file__).resolve().parent.parent / "provider"
    assert yaml.safe_load((folder / "PulumiPlugin.yaml").read_text())["runtime"]["name"] == "python"
    with Door([sys.executable, str(folder)]) as door:
        assert door.stub.GetSchema(messages.GetSchemaRequest()).schema == schema.as_json()


ORPHAN = """
import subprocess, sys
plugin = subprocess.Popen([sys.argv[1]], stdout=subprocess.PIPE, text=True)
print(plugin.stdout.readline().strip(), plugin.pid, flush=True)
sys.stdin.read()
"""


def test_a_plugin_whose_engine_was_killed_finishes_ends_and_keeps_its_record(
    config: dict[str, str], emulator: EmulatorClient
) -> None:
    program = str(Path(sys.executable).with_name("pulumi-resource-kinetic"))
    engine = subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", ORPHAN, program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    port, plugin = map(int, first_line(engine, "the plugin's port").split())
    with grpc.insecure_channel(f"127.0.0.1:{port}", options=CALL_OPTIONS) as channel:
        stub = PluginDoor.stub_of(channel)
        stub.Configure(messages.ConfigureRequest(urn=PROVIDER_URN, args=struct(config)))
        emulator.faults({"method": "POST", "delay_after_seconds": 2})
        declared = {**inputs({"idempotencyKey": "orphan"}), "idempotencyKey": "orphan"}
        call = stub.Create.future(messages.CreateRequest(urn=URN, properties=struct(declared)))
        wait_until(emulator.truth, "the endpoint to be made")
        engine.kill()
        engine.communicate(timeout=20)
        assert isinstance(call.exception(), grpc.RpcError)
    wait_until(lambda: not is_running(plugin), "the plugin to end")
    (made,) = emulator.truth()
    assert made in [record.endpoint_id for record in open_records()]
