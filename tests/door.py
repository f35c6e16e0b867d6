"""A provider process as the engine sees it: spawned, asked over gRPC, in plain values."""

import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any, cast

import grpc
from google.protobuf import json_format, struct_pb2
from pulumi.dynamic.dynamic import serialize_provider
from pulumi.runtime._serialization import _serialize
from pulumi.runtime.proto import provider_pb2 as messages
from pulumi.runtime.proto import provider_pb2_grpc
from typing_extensions import Self

from pulumi_kinetic.dynamic import KineticProvider

PROVIDER = cast("str", _serialize(True, serialize_provider, KineticProvider())[0])  # noqa: FBT003 the SDK's own signature


class DynamicDoor:
    """The server of dynamic providers (`python -m pulumi.dynamic`) with our provider in it."""

    def __init__(self, config: Mapping[str, str], environment: Mapping[str, str] | None = None) -> None:
        command = [sys.executable, "-u", "-m", "pulumi.dynamic"]
        variables = {**os.environ, "PULUMI_PROJECT": "test", **(environment or {})}
        self._process = subprocess.Popen(  # noqa: S603
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=variables, text=True
        )
        assert self._process.stdout is not None
        self._channel = grpc.insecure_channel(f"127.0.0.1:{int(self._process.stdout.readline())}")
        self._stub = provider_pb2_grpc.ResourceProviderStub(self._channel)
        args = struct({f"kinetic:{key}": value for key, value in config.items()})
        self._stub.Configure(messages.ConfigureRequest(args=args))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._channel.close()
        self._process.kill()
        self.stderr = self._process.communicate()[1]

    def check(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        kept = with_provider(olds) if olds else {}
        answer = self._stub.Check(messages.CheckRequest(olds=struct(kept), news=struct(with_provider(news))))
        return plain(answer.inputs), [(one.property, one.reason) for one in answer.failures]

    def diff(
        self, endpoint_id: str, olds: Mapping[str, Any], news: Mapping[str, Any], *, saved_by: str = PROVIDER
    ) -> tuple[bool, list[str]]:
        """Changed or not, and what makes it a replacement; `saved_by` is the pickle in state."""
        state = {**olds, "__provider": saved_by}
        answer = self._stub.Diff(
            messages.DiffRequest(id=endpoint_id, olds=struct(state), news=struct(with_provider(news)))
        )
        assert answer.changes != messages.DiffResponse.DIFF_UNKNOWN
        return answer.changes == messages.DiffResponse.DIFF_SOME, list(answer.replaces)

    def create(self, inputs: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        answer = self._stub.Create(messages.CreateRequest(properties=struct(with_provider(inputs))))
        return answer.id, plain(answer.properties)

    def read(self, endpoint_id: str, state: Mapping[str, Any]) -> tuple[str, dict[str, Any], dict[str, Any]]:
        """The id ("" when it is gone), outputs and inputs."""
        answer = self._stub.Read(messages.ReadRequest(id=endpoint_id, properties=struct(with_provider(state))))
        return answer.id, plain(answer.properties), plain(answer.inputs)

    def update(self, endpoint_id: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> dict[str, Any]:
        answer = self._stub.Update(
            messages.UpdateRequest(id=endpoint_id, olds=struct(with_provider(olds)), news=struct(with_provider(news)))
        )
        return plain(answer.properties)

    def delete(self, endpoint_id: str, state: Mapping[str, Any]) -> None:
        self._stub.Delete(messages.DeleteRequest(id=endpoint_id, properties=struct(with_provider(state))))


def struct(values: Mapping[str, Any]) -> struct_pb2.Struct:
    made = struct_pb2.Struct()
    made.update(dict(values))
    return made


def plain(values: struct_pb2.Struct) -> dict[str, Any]:
    found = json_format.MessageToDict(values)
    return {name: value for name, value in found.items() if name != "__provider"}


def with_provider(values: Mapping[str, Any]) -> dict[str, Any]:
    return {**values, "__provider": PROVIDER}
