"""What the benchmark compares with: a dynamic provider as Pulumi's documentation teaches, and one that does nothing.

In a module of its own, so that a state holds a reference to the provider and not its code.
"""

import os
from typing import Any

import httpx
import pulumi
from pulumi import dynamic

Properties = dict[str, Any]
_COLLECTION = "/v1/webhook_endpoints"
_OUTPUTS = ("webhook_endpoint_id", "created_at", "environment", "signing_secret")


def _api() -> httpx.Client:
    headers = {"Authorization": f"Bearer {os.environ['KINETIC_API_KEY']}", "MD-Version": "2026-06-11"}
    return httpx.Client(base_url=os.environ["KINETIC_BASE_URL"], headers=headers, timeout=30)


def _diff(olds: Properties, news: Properties) -> dynamic.DiffResult:
    return dynamic.DiffResult(changes=any(olds.get(name) != news.get(name) for name in ("url", "enabled_events")))


class PlainProvider(dynamic.ResourceProvider):
    """One request a call, and nothing else."""

    def create(self, props: Properties) -> dynamic.CreateResult:
        """POST."""
        with _api() as api:
            body = {"url": props["url"], "enabled_events": props["enabled_events"]}
            made = api.post(_COLLECTION, json=body, headers={"Idempotency-Key": os.urandom(8).hex()}).json()
        return dynamic.CreateResult(made["webhook_endpoint_id"], {**props, **made})

    def read(self, id_: str, props: Properties) -> dynamic.ReadResult:
        """GET."""
        with _api() as api:
            return dynamic.ReadResult(id_, {**props, **api.get(f"{_COLLECTION}/{id_}").json()})

    def diff(self, _id: str, _olds: Properties, _news: Properties) -> dynamic.DiffResult:
        """Compare the properties that can change."""
        return _diff(_olds, _news)

    def update(self, _id: str, _olds: Properties, _news: Properties) -> dynamic.UpdateResult:
        """PATCH."""
        with _api() as api:
            body = {"url": _news["url"], "enabled_events": _news["enabled_events"]}
            return dynamic.UpdateResult({**_olds, **_news, **api.patch(f"{_COLLECTION}/{_id}", json=body).json()})

    def delete(self, _id: str, _props: Properties) -> None:
        """DELETE."""
        with _api() as api:
            api.delete(f"{_COLLECTION}/{_id}")


class FloorProvider(dynamic.ResourceProvider):
    """Answers from memory: what is left is the engine's own time."""

    def create(self, props: Properties) -> dynamic.CreateResult:
        """Make up what the API would give."""
        endpoint_id = f"we_{os.urandom(8).hex()}"
        made = {"created_at": "2026-06-11T00:00:00Z", "environment": "sandbox", "signing_secret": "whsec_floor"}
        return dynamic.CreateResult(endpoint_id, {**props, **made, "webhook_endpoint_id": endpoint_id})

    def read(self, id_: str, props: Properties) -> dynamic.ReadResult:
        """Return what is known."""
        return dynamic.ReadResult(id_, props)

    def diff(self, _id: str, _olds: Properties, _news: Properties) -> dynamic.DiffResult:
        """Compare the properties that can change."""
        return _diff(_olds, _news)

    def update(self, _id: str, _olds: Properties, _news: Properties) -> dynamic.UpdateResult:
        """Return what is wanted."""
        return dynamic.UpdateResult({**_olds, **_news})


class _Endpoint(dynamic.Resource, module="bench", name="Endpoint"):
    """It gives a program the outputs that ours gives: without them it would be another resource, and a cheaper one."""

    url: pulumi.Output[str]
    enabled_events: pulumi.Output[list[str]]
    status: pulumi.Output[str]
    webhook_endpoint_id: pulumi.Output[str]
    created_at: pulumi.Output[str]
    environment: pulumi.Output[str]
    signing_secret: pulumi.Output[str]

    def __init__(self, provider: dynamic.ResourceProvider, name: str, url: str, enabled_events: list[str]) -> None:
        props = {"url": url, "enabled_events": enabled_events, "status": "enabled", **dict.fromkeys(_OUTPUTS)}
        options = pulumi.ResourceOptions(additional_secret_outputs=["signing_secret"])
        super().__init__(provider, name, props, options)


def plain(name: str, *, url: str, enabled_events: list[str]) -> _Endpoint:
    """Declare an endpoint of the plain provider."""
    return _Endpoint(PlainProvider(), name, url, enabled_events)


def floor(name: str, *, url: str, enabled_events: list[str]) -> _Endpoint:
    """Declare an endpoint of the provider that does nothing."""
    return _Endpoint(FloorProvider(), name, url, enabled_events)
