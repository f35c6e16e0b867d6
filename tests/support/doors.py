"""A provider process as the engine sees it: spawned, asked over gRPC, in plain values."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import grpc
import pytest
from google.protobuf import json_format, struct_pb2
from pulumi.dynamic.dynamic import serialize_provider
from pulumi.runtime._serialization import _serialize
from pulumi.runtime.proto import provider_pb2 as messages
from pulumi.runtime.proto import provider_pb2_grpc
from typing_extensions import Self

from pulumi_kinetic.dynamic import KineticProvider
from pulumi_kinetic.journal import Journal, default_folder
from pulumi_kinetic.record import Record
from support.waiting import first_line

PROVIDER = cast("str", _serialize(True, serialize_provider, KineticProvider())[0])  # noqa: FBT003 the SDK's own signature
URN = "urn:pulumi:dev::shop::kinetic:index:WebhookEndpoint::orders"
PROVIDER_URN = "urn:pulumi:dev::shop::pulumi:providers:kinetic::default"
SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
SECRETS = {"signingSecret", "existingSigningSecret", "idempotencyKey", "echo"}
Values = dict[str, Any]

# Every call has a deadline: a provider that hangs fails a test, and doesn't hang it.
CALL_OPTIONS = [("grpc.service_config", json.dumps({"methodConfig": [{"name": [{}], "timeout": "60s"}]}))]


class Door:
    """What both doors answer alike."""

    def __init__(self, command: list[str], environment: Mapping[str, str] | None = None) -> None:
        variables = {**os.environ, "PULUMI_PROJECT": "shop", **(environment or {})}
        # a file, not a pipe: nobody reads while the process runs, and a full pipe would stop it at a warning
        self._stderr = tempfile.TemporaryFile("w+")  # noqa: SIM115 it lives as long as the process
        self.process = subprocess.Popen(  # noqa: S603
            command, stdout=subprocess.PIPE, stderr=self._stderr, env=variables, text=True
        )
        port = int(first_line(self.process, "the provider's port"))
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=CALL_OPTIONS)
        self.stub = self.stub_of(self._channel)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._channel.close()
        self.process.kill()
        self.process.communicate(timeout=20)
        self._stderr.seek(0)
        self.stderr = self._stderr.read()
        self._stderr.close()

    @staticmethod
    def stub_of(channel: grpc.Channel) -> provider_pb2_grpc.ResourceProviderStub:
        return provider_pb2_grpc.ResourceProviderStub(channel)

    def sent(self, values: Mapping[str, Any]) -> struct_pb2.Struct:
        """A property bag as the engine sends it."""
        raise NotImplementedError

    def received(self, values: struct_pb2.Struct) -> Values:
        """A property bag of an answer in plain values."""
        raise NotImplementedError

    def check(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> tuple[Values, list[tuple[str, str]]]:
        kept = self.sent(olds) if olds else None
        answer = self.stub.Check(messages.CheckRequest(urn=URN, olds=kept, news=self.sent(news)))
        return self.received(answer.inputs), [(failure.property, failure.reason) for failure in answer.failures]

    def diff(self, endpoint_id: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> tuple[bool, list[str]]:
        """Changed or not, and what makes it a replacement."""
        request = messages.DiffRequest(id=endpoint_id, urn=URN, olds=self.sent(olds), news=self.sent(news))
        answer = self.stub.Diff(request)
        assert answer.changes != messages.DiffResponse.DIFF_UNKNOWN
        return answer.changes == messages.DiffResponse.DIFF_SOME, list(answer.replaces)

    def create(self, inputs: Mapping[str, Any]) -> tuple[str, Values]:
        answer = self.stub.Create(messages.CreateRequest(urn=URN, properties=self.sent(inputs)))
        return answer.id, self.received(answer.properties)

    def read(
        self, endpoint_id: str, state: Mapping[str, Any], inputs: Mapping[str, Any] | None = None
    ) -> tuple[str, Values, Values]:
        """The id ("" when it is gone), outputs and inputs."""
        olds, declared = self.sent(state), self.sent(inputs or {})
        answer = self.stub.Read(messages.ReadRequest(id=endpoint_id, urn=URN, properties=olds, inputs=declared))
        return answer.id, self.received(answer.properties), self.received(answer.inputs)

    def update(self, endpoint_id: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> Values:
        request = messages.UpdateRequest(id=endpoint_id, urn=URN, olds=self.sent(olds), news=self.sent(news))
        return self.received(self.stub.Update(request).properties)

    def delete(self, endpoint_id: str, state: Mapping[str, Any]) -> None:
        self.stub.Delete(messages.DeleteRequest(id=endpoint_id, urn=URN, properties=self.sent(state)))


class DynamicDoor(Door):
    """The server of dynamic providers (`python -m pulumi.dynamic`) with our provider in it."""

    def __init__(self, config: Mapping[str, str], environment: Mapping[str, str] | None = None) -> None:
        super().__init__([sys.executable, "-u", "-m", "pulumi.dynamic"], environment)
        args = struct({f"kinetic:{key}": value for key, value in config.items()})
        self.stub.Configure(messages.ConfigureRequest(args=args))

    def sent(self, values: Mapping[str, Any]) -> struct_pb2.Struct:
        return struct({"__provider": PROVIDER, **values})

    def received(self, values: struct_pb2.Struct) -> Values:
        return plain(values)


class PluginDoor(Door):
    """The program `pulumi-resource-kinetic`, spoken to as an engine that sends secrets marked."""

    def __init__(
        self, config: Mapping[str, str], environment: Mapping[str, str] | None = None, *, configure: bool = True
    ) -> None:
        super().__init__([str(Path(sys.executable).with_name("pulumi-resource-kinetic"))], environment)
        assert self.stub.Handshake(messages.ProviderHandshakeRequest()).accept_secrets
        if configure:
            self.stub.Configure(messages.ConfigureRequest(urn=PROVIDER_URN, args=struct(config)))

    def sent(self, values: Mapping[str, Any]) -> struct_pb2.Struct:
        return struct({name: secret(value) if name in SECRETS else value for name, value in values.items()})

    def received(self, values: struct_pb2.Struct) -> Values:
        received = plain(values)
        assert all(received[name][SIGNATURE] == SECRET for name in SECRETS & received.keys())
        return {
            name: value["value"] if isinstance(value, dict) and SIGNATURE in value else value
            for name, value in received.items()
        }

    def differing(self, endpoint_id: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> dict[str, str]:
        """What changed, and in which way."""
        request = messages.DiffRequest(id=endpoint_id, urn=URN, olds=self.sent(olds), news=self.sent(news))
        answer = self.stub.Diff(request)
        assert answer.hasDetailedDiff
        assert set(answer.diffs) == set(answer.detailedDiff)
        return {name: messages.PropertyDiff.Kind.Name(answer.detailedDiff[name].kind) for name in answer.diffs}


DOORS = (DynamicDoor, PluginDoor)


def failure(call: Callable[[], object]) -> grpc.RpcError:
    """The error that a call must end in."""
    with pytest.raises(grpc.RpcError) as raised:
        call()
    return raised.value


def message(call: Callable[[], object]) -> str:
    """What the user reads."""
    return str(failure(call).details())


def secret(value: Any) -> Values:
    return {SIGNATURE: SECRET, "value": value}


def struct(values: Mapping[str, Any]) -> struct_pb2.Struct:
    made = struct_pb2.Struct()
    made.update(dict(values))
    return made


def plain(values: struct_pb2.Struct) -> Values:
    values_by_name = json_format.MessageToDict(values)
    return {name: value for name, value in values_by_name.items() if name != "__provider"}


def open_records() -> list[Record]:
    """The records in the journal that the spawned providers share, answered ones included."""
    return list(Journal(default_folder(Path.cwd())).records())
