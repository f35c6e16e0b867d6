"""The emulated API over HTTP: routes and headers. The rules are `store`'s, the bodies are `wire`'s."""

import asyncio
import json
import logging
import re
from collections.abc import Callable, Collection
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Header, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, JsonValue
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from pulumi_kinetic.emulator import control, page
from pulumi_kinetic.emulator.assumptions import Assumptions
from pulumi_kinetic.emulator.changes import Changes
from pulumi_kinetic.emulator.dependencies import CurrentStore
from pulumi_kinetic.emulator.faults import Fault, FaultScript
from pulumi_kinetic.emulator.guard import Guard
from pulumi_kinetic.emulator.middleware import Bypass, FaultMiddleware
from pulumi_kinetic.emulator.records import READ, WRITE, ApiKey, Endpoint, JsonObject
from pulumi_kinetic.emulator.request_log import LogEntry, RequestLog
from pulumi_kinetic.emulator.state_file import StateFileError
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
    json_response,
)

_LOGGER = logging.getLogger(__name__)
COLLECTION, ITEM = "/v1/webhook_endpoints", "/v1/webhook_endpoints/{webhook_endpoint_id}"


def build(store: Store, changes: Changes, names: Collection[str] = ()) -> ASGIApp:
    """Build the application: the API and the faults around it, its page and control routes, and the guard around all.

    Args:
        store: What it serves.
        changes: Told what the open pages have to show.
        names: The host names to answer to besides those of loopback.
    """
    app = FastAPI(
        title="Kinetic API, emulated",
        version="2026-06-11",
        openapi_url=f"{control.PREFIX}/openapi.json",
        # Their pages load scripts from other servers.
        docs_url=None,
        redoc_url=None,
    )
    script = FaultScript()
    log = RequestLog()
    app.state.store, app.state.script, app.state.log, app.state.changes = store, script, log, changes
    app.include_router(_api)
    app.include_router(control.routes)
    app.include_router(page.routes)
    for error in (ApiRefusal, StateFileError, RequestValidationError, HTTPException):
        app.add_exception_handler(error, _answer_refusal)
    # A lambda, since a control route replaces the assumptions.
    surrounded = FaultMiddleware(app, lambda: store.assumptions, script, log, changes)
    return Guard(Bypass(app, surrounded, control.PREFIX, changes), control.PREFIX, names)


def _authorized(scope: str) -> Callable[..., ApiKey]:
    def authorize(
        store: CurrentStore,
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
    request: Request, store: CurrentStore, key: _Writer, idempotency_key: Annotated[str | None, Header()] = None
) -> Response:
    """Create a webhook endpoint."""
    fields = await _json_object(request, store)
    earlier = store.begin_create(idempotency_key, await request.body(), key.account) if idempotency_key else None
    if earlier is not None:
        _note_change(request, f"{earlier.webhook_endpoint_id} again, by its Idempotency-Key")
        with_secret = not store.assumptions.replay_without_secret
        return json_response(201, endpoint_answer(earlier, store.assumptions, with_secret=with_secret))
    fault: Fault = request.scope["fault"]
    try:
        await asyncio.sleep(fault.delay_in_flight_seconds)
        created = store.create(fields, key.account, idempotency_key)
    finally:
        if idempotency_key:
            store.end_create(idempotency_key, key.account)
    _note_change(request, f"created {created.webhook_endpoint_id}")
    return json_response(201, endpoint_answer(created, store.assumptions, with_secret=True))


@_api.get(COLLECTION, response_model=ListAnswer, responses=_documented_refusals())
async def list_all(
    store: CurrentStore,
    key: _Reader,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    starting_after: Annotated[str | None, Query()] = None,
    ending_before: Annotated[str | None, Query()] = None,
) -> Response:
    """List webhook endpoints."""
    endpoints, has_more = store.page(key.account, limit, starting_after, ending_before)
    data: list[JsonValue] = [endpoint_answer(endpoint, store.assumptions) for endpoint in endpoints]
    return json_response(200, {"object": "list", "data": data, "has_more": has_more})


@_api.get(ITEM, response_model=EndpointAnswer, responses=_documented_refusals(404))
async def retrieve(store: CurrentStore, webhook_endpoint_id: str, key: _Reader) -> Response:
    """Retrieve a webhook endpoint."""
    return json_response(200, endpoint_answer(store.get(webhook_endpoint_id, key.account), store.assumptions))


@_api.patch(
    ITEM,
    response_model=EndpointAnswer,
    responses=_documented_refusals(404),
    openapi_extra=_documented_body(UpdateBody),
)
async def update(request: Request, store: CurrentStore, webhook_endpoint_id: str, key: _Writer) -> Response:
    """Update a webhook endpoint."""
    fields = await _json_object(request, store)
    before, after = store.update(webhook_endpoint_id, fields, key.account)
    _note_change(request, _difference(before, after))
    return json_response(200, endpoint_answer(after, store.assumptions))


@_api.delete(ITEM, response_model=DeletedAnswer, responses=_documented_refusals(404))
async def delete(request: Request, store: CurrentStore, webhook_endpoint_id: str, key: _Writer) -> Response:
    """Delete a webhook endpoint."""
    store.delete(webhook_endpoint_id, key.account)
    _note_change(request, f"deleted {webhook_endpoint_id}")
    return json_response(200, {"webhook_endpoint_id": webhook_endpoint_id, "deleted": True})


def _note_change(request: Request, change: str | None) -> None:
    """Let the log say what a request has changed. The values of a URL and of the events stay out of it."""
    entry: LogEntry = request.scope["log_entry"]
    entry["change"] = change


def _difference(before: Endpoint, after: Endpoint) -> str | None:
    names = [name for name in ("url", "enabled_events") if getattr(before, name) != getattr(after, name)]
    status = [f"status to {after.status}"] if before.status != after.status else []
    changed = ", ".join([*names, *status])
    return f"changed {changed}" if changed else None


async def _json_object(request: Request, store: Store) -> JsonObject:
    try:
        value = json.loads(await request.body())
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise ApiRefusal(store.assumptions.invalid_status, "invalid_request", "the body must be a JSON object")
    return value


def _answer_refusal(request: Request, error: Exception) -> Response:
    store: Store = request.app.state.store
    refusal = _as_refusal(error, store.assumptions)
    return json_response(refusal.status, error_body(store.assumptions.error_shape, refusal.code, refusal.message))


def _as_refusal(error: Exception, assumptions: Assumptions) -> ApiRefusal:
    if isinstance(error, ApiRefusal):
        return error
    if isinstance(error, StateFileError):
        _LOGGER.error("%s", error)
        return ApiRefusal(500, "not_saved", "the state can't be saved; nothing was changed")
    if isinstance(error, HTTPException):
        return ApiRefusal(error.status_code, "no_route", "no such route")
    problems = error.errors() if isinstance(error, RequestValidationError) else []
    message = "; ".join(f"{problem['loc'][-1]}: {problem['msg']}" for problem in problems)
    return ApiRefusal(assumptions.invalid_status, "invalid_request", message)
