"""Stands for whatever verifies deliveries: a resource that, given a new secret, tells the API's log that it has it."""

from typing import Any

import httpx
import pulumi
from pulumi import dynamic

HEADERS = {"Authorization": "Bearer md_test_emulator", "MD-Version": "2026-06-11"}


class ReceiverProvider(dynamic.ResourceProvider):
    def create(self, props: dict[str, Any]) -> dynamic.CreateResult:
        return dynamic.CreateResult("receiver", self.take(props))

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> dynamic.DiffResult:
        return dynamic.DiffResult(changes=_olds["secret"] != _news["secret"])

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> dynamic.UpdateResult:
        return dynamic.UpdateResult(self.take(_news))

    def take(self, props: dict[str, Any]) -> dict[str, Any]:
        httpx.get(f"{props['api']}/v1/webhook_endpoints?limit=1", headers=HEADERS).raise_for_status()
        return {"secret": props["secret"], "api": props["api"]}


class Receiver(dynamic.Resource):
    def __init__(self, name: str, secret: pulumi.Input[str | None], api: str) -> None:
        super().__init__(ReceiverProvider(), name, {"secret": secret, "api": api})
