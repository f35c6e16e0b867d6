"""The control routes, under `/_emulator`, which the real API doesn't have: for tests, and for trying things."""

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from pulumi_kinetic.emulator.assumptions import Assumptions
from pulumi_kinetic.emulator.changes import MAX_LISTENERS
from pulumi_kinetic.emulator.dependencies import CurrentChanges, CurrentLog, CurrentScript, CurrentStore
from pulumi_kinetic.emulator.faults import Fault
from pulumi_kinetic.emulator.overview import overview
from pulumi_kinetic.emulator.records import FIRST_ORGANIZATION, Account, ApiKey, Environment, JsonObject
from pulumi_kinetic.emulator.request_log import LogEntry
from pulumi_kinetic.emulator.store import ApiRefusal
from pulumi_kinetic.emulator.wire import json_response

PREFIX = "/_emulator"


class Seed(BaseModel):
    """How many endpoints to create, and in which organization and environment."""

    model_config = ConfigDict(extra="forbid")

    count: int = Field(ge=0, le=10_000)
    environment: Environment = "sandbox"
    organization: str = FIRST_ORGANIZATION


class EndpointChange(BaseModel):
    """What the API changes of an endpoint by itself. Any status and any text may be given."""

    model_config = ConfigDict(extra="forbid")

    url: str | None = None
    enabled_events: list[str] | None = None
    status: str | None = None


routes = APIRouter(prefix=PREFIX, include_in_schema=False)


@routes.post("/reset")
async def reset(store: CurrentStore, script: CurrentScript, log: CurrentLog) -> None:
    """Make the emulator new: no endpoints, the default keys and assumptions, no faults, an empty log."""
    store.reset()
    script.set([])
    log.clear()


@routes.post("/seed")
async def seed(store: CurrentStore, wanted: Seed) -> list[str]:
    """Create endpoints, and answer their ids."""
    account = Account(wanted.organization, wanted.environment)
    return [endpoint.webhook_endpoint_id for endpoint in store.seed(wanted.count, account)]


@routes.get("/endpoints")
async def all_endpoints(store: CurrentStore) -> Response:
    """List every endpoint of every organization and environment, signing secrets included."""
    # Not FastAPI's own encoder, which can't write a lone surrogate.
    return json_response(200, [endpoint.model_dump() for endpoint in store.all_endpoints()])


@routes.get("/endpoints/{webhook_endpoint_id}")
async def one_endpoint(store: CurrentStore, webhook_endpoint_id: str) -> Response:
    """Read an endpoint of whatever organization and environment, its signing secret included."""
    return json_response(200, store.get(webhook_endpoint_id, None).model_dump())


@routes.patch("/endpoints/{webhook_endpoint_id}")
async def change_endpoint(store: CurrentStore, webhook_endpoint_id: str, change: EndpointChange) -> None:
    """Change an endpoint as the API itself may, say to the status `suspended`."""
    store.overwrite(webhook_endpoint_id, change.model_dump(exclude_none=True))


@routes.delete("/endpoints/{webhook_endpoint_id}")
async def remove_endpoint(store: CurrentStore, webhook_endpoint_id: str) -> None:
    """Delete an endpoint, of whatever organization and environment."""
    store.delete(webhook_endpoint_id, None)


@routes.get("/overview")
async def read_overview(store: CurrentStore, script: CurrentScript, log: CurrentLog) -> Response:
    """Answer what the page shows, without signing secrets."""
    return json_response(200, overview(store, script, log))


@routes.get("/events")
async def stream_events(changes: CurrentChanges) -> StreamingResponse:
    """Send a server-sent event now, and whenever something has changed; what it was is for the client to ask."""
    if changes.listeners >= MAX_LISTENERS:
        raise ApiRefusal(503, "too_many_listeners", f"{MAX_LISTENERS} clients listen already: close a page")
    return StreamingResponse(changes.stream(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})


@routes.get("/log")
async def read_log(log: CurrentLog) -> list[LogEntry]:
    """List the latest requests, oldest first."""
    return log.entries()


@routes.delete("/log")
async def clear_log(log: CurrentLog) -> None:
    """Forget the requests so far."""
    log.clear()


@routes.put("/faults")
async def set_faults(script: CurrentScript, faults: list[Fault]) -> None:
    """Replace the faults to come."""
    script.set(faults)


@routes.get("/assumptions/schema")
async def assumptions_schema() -> JsonObject:
    """Describe the assumptions as a JSON Schema."""
    return Assumptions.model_json_schema()


@routes.put("/assumptions")
async def set_assumptions(store: CurrentStore, assumptions: Assumptions) -> None:
    """Replace the assumptions; one that is omitted gets its default."""
    store.assumptions = assumptions


@routes.put("/keys")
async def set_api_keys(store: CurrentStore, keys: dict[str, ApiKey]) -> None:
    """Replace the known API keys."""
    store.set_api_keys(keys)


@routes.post("/expire-keys")
async def expire_idempotency_keys(store: CurrentStore) -> None:
    """Forget every Idempotency-Key."""
    store.expire_idempotency_keys()
