"""The emulated API over HTTP: routes, headers, and the control routes.

The rules are `store`'s, the bodies are `wire`'s. Control routes are under `/_emulator`, which the real API doesn't
have.
"""

import asyncio
import json
import re
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Header, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, JsonValue
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from pulumi_kinetic.emulator.assumptions import Assumptions
from pulumi_kinetic.emulator.faults import Fault, FaultScript
from pulumi_kinetic.emulator.middleware import FaultMiddleware
from pulumi_kinetic.emulator.records import (
    FIRST_ORGANIZATION,
    READ,
    WRITE,
    Account,
    ApiKey,
    Environment,
    JsonObject,
)
from pulumi_kinetic.emulator.request_log import RequestLog
from pulumi_kinetic.emulator.store import ApiRefusal, Store
from pulumi_kinetic.emulator.wire import (
    CreateBody,
    CreatedAnswer,
    DeletedAnswer,
    EndpointAnswer,
    Error,
    ListAnswer,
    UpdateBody,
    endpoint_answer,
    error_body,
)

CONTROL = "/_emulator"
COLLECTION, ITEM = "/v1/webhook_endpoints", "/v1/webhook_endpoints/{webhook_endpoint_id}"


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


def build(store: Store) -> ASGIApp:
    """Build the application: the API, its control routes, and the faults around them."""
    app = FastAPI(title="Kinetic API, emulated", version="2026-06-11")
    script = FaultScript()
    log: RequestLog = []
    app.state.store, app.state.script, app.state.log = store, script, log
    app.include_router(_api)
    app.include_router(_control)
    for error in (ApiRefusal, RequestValidationError, HTTPException):
        app.add_exception_handler(error, _answer_refusal)
    # A lambda, since a control route replaces the assumptions.
    return FaultMiddleware(app, CONTROL, lambda: store.assumptions, script, log)


async def _store_of(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


async def _script_of(request: Request) -> FaultScript:
    script: FaultScript = request.app.state.script
    return script


async def _log_of(request: Request) -> RequestLog:
    log: RequestLog = request.app.state.log
    return log


_Store = Annotated[Store, Depends(_store_of)]
_Script = Annotated[FaultScript, Depends(_script_of)]
_Log = Annotated[RequestLog, Depends(_log_of)]


def _authorized(scope: str) -> Callable[..., ApiKey]:
    def authorize(
        store: _Store,
        authorization: Annotated[str | None, Header()] = None,
        md_version: Annotated[str | None, Header()] = None,
    ) -> ApiKey:
        key = store.authorize(authorization, scope)
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", md_version or ""):
            raise ApiRefusal(400, "invalid_version", "the header MD-Version is required: a date such as 2026-06-11")
        return key

    return authorize


_Reader = Annotated[ApiKey, Depends(_authorized(READ))]
_Writer = Annotated[ApiKey, Depends(_authorized(WRITE))]


def _documented_body(model: type[BaseModel]) -> JsonObject:
    """Describe a body in the OpenAPI document.

    FastAPI doesn't parse it: invalid fields are refused by the rules of `store`, with the status that is assumed.
    """
    content: JsonObject = {"application/json": {"schema": model.model_json_schema()}}
    return {"requestBody": {"required": True, "content": content}}


def _documented_refusals(*statuses: int) -> dict[int | str, dict[str, type[BaseModel]]]:
    return {status: {"model": Error} for status in (400, 401, 403, 422, *statuses)}


_api = APIRouter()


@_api.post(
    COLLECTION,
    status_code=201,
    response_model=CreatedAnswer,
    responses=_documented_refusals(409),
    openapi_extra=_documented_body(CreateBody),
)
async def create(
    request: Request, store: _Store, key: _Writer, idempotency_key: Annotated[str | None, Header()] = None
) -> Response:
    """Create a webhook endpoint."""
    fields = await _json_object(request, store)
    earlier = store.begin_create(idempotency_key, await request.body(), key.account) if idempotency_key else None
    if earlier is not None:
        with_secret = not store.assumptions.replay_without_secret
        return _json(201, endpoint_answer(earlier, store.assumptions, with_secret=with_secret))
    try:
        fault: Fault = request.scope["fault"]
        await asyncio.sleep(fault.delay_in_flight_seconds)
        created = store.create(fields, key.account, idempotency_key)
    except ApiRefusal:
        if idempotency_key:
            store.abandon_create(idempotency_key, key.account)
        raise
    return _json(201, endpoint_answer(created, store.assumptions, with_secret=True))


@_api.get(COLLECTION, response_model=ListAnswer, responses=_documented_refusals())
async def list_all(
    store: _Store,
    key: _Reader,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    starting_after: Annotated[str | None, Query()] = None,
    ending_before: Annotated[str | None, Query()] = None,
) -> Response:
    """List webhook endpoints."""
    endpoints, has_more = store.page(key.account, limit, starting_after, ending_before)
    data: list[JsonValue] = [endpoint_answer(endpoint, store.assumptions) for endpoint in endpoints]
    return _json(200, {"object": "list", "data": data, "has_more": has_more})


@_api.get(ITEM, response_model=EndpointAnswer, responses=_documented_refusals(404))
async def retrieve(store: _Store, webhook_endpoint_id: str, key: _Reader) -> Response:
    """Retrieve a webhook endpoint."""
    return _json(200, endpoint_answer(store.get(webhook_endpoint_id, key.account), store.assumptions))


@_api.patch(
    ITEM,
    response_model=EndpointAnswer,
    responses=_documented_refusals(404),
    openapi_extra=_documented_body(UpdateBody),
)
async def update(request: Request, store: _Store, webhook_endpoint_id: str, key: _Writer) -> Response:
    """Update a webhook endpoint."""
    fields = await _json_object(request, store)
    updated = store.update(webhook_endpoint_id, fields, key.account)
    return _json(200, endpoint_answer(updated, store.assumptions))


@_api.delete(ITEM, response_model=DeletedAnswer, responses=_documented_refusals(404))
async def delete(store: _Store, webhook_endpoint_id: str, key: _Writer) -> Response:
    """Delete a webhook endpoint."""
    store.delete(webhook_endpoint_id, key.account)
    return _json(200, {"webhook_endpoint_id": webhook_endpoint_id, "deleted": True})


_control = APIRouter(prefix=CONTROL, include_in_schema=False)


@_control.post("/reset")
async def reset(store: _Store, script: _Script, log: _Log) -> None:
    """Make the emulator new: no endpoints, the default keys and assumptions, no faults, an empty log."""
    store.reset()
    script.set([])
    log.clear()


@_control.post("/seed")
async def seed(store: _Store, wanted: Seed) -> list[str]:
    """Create endpoints, and answer their ids."""
    account = Account(wanted.organization, wanted.environment)
    return [endpoint.webhook_endpoint_id for endpoint in store.seed(wanted.count, account)]


@_control.get("/endpoints")
async def all_endpoints(store: _Store) -> Response:
    """List every endpoint of every organization and environment, signing secrets included."""
    # Not FastAPI's own encoder, which can't write a lone surrogate.
    return _json(200, [endpoint.model_dump() for endpoint in store.all_endpoints()])


@_control.patch("/endpoints/{webhook_endpoint_id}")
async def change_endpoint(store: _Store, webhook_endpoint_id: str, change: EndpointChange) -> None:
    """Change an endpoint as the API itself may, say to the status `suspended`."""
    store.overwrite(webhook_endpoint_id, change.model_dump(exclude_none=True))


@_control.get("/log")
async def read_log(log: _Log) -> RequestLog:
    """List the requests so far, oldest first."""
    return log


@_control.delete("/log")
async def clear_log(log: _Log) -> None:
    """Forget the requests so far."""
    log.clear()


@_control.put("/faults")
async def set_faults(script: _Script, faults: list[Fault]) -> None:
    """Replace the faults to come."""
    script.set(faults)


@_control.put("/assumptions")
async def set_assumptions(store: _Store, assumptions: Assumptions) -> None:
    """Replace the assumptions; one that is omitted gets its default."""
    store.assumptions = assumptions


@_control.put("/keys")
async def set_api_keys(store: _Store, keys: dict[str, ApiKey]) -> None:
    """Replace the known API keys."""
    store.set_api_keys(keys)


@_control.post("/expire-keys")
async def expire_idempotency_keys(store: _Store) -> None:
    """Forget every Idempotency-Key."""
    store.expire_idempotency_keys()


async def _json_object(request: Request, store: Store) -> JsonObject:
    try:
        value = json.loads(await request.body())
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise ApiRefusal(store.assumptions.invalid_status, "invalid_request", "the body must be a JSON object")
    return value


def _json(status: int, value: JsonValue) -> Response:
    return Response(json.dumps(value), status_code=status, media_type="application/json")


def _answer_refusal(request: Request, error: Exception) -> Response:
    store: Store = request.app.state.store
    refusal = _as_refusal(error, store.assumptions)
    return _json(refusal.status, error_body(store.assumptions.error_shape, refusal.code, refusal.message))


def _as_refusal(error: Exception, assumptions: Assumptions) -> ApiRefusal:
    if isinstance(error, ApiRefusal):
        return error
    if isinstance(error, HTTPException):
        return ApiRefusal(error.status_code, "no_route", "no such route")
    problems = error.errors() if isinstance(error, RequestValidationError) else []
    message = "; ".join(f"{problem['loc'][-1]}: {problem['msg']}" for problem in problems)
    return ApiRefusal(assumptions.invalid_status, "invalid_request", message)
