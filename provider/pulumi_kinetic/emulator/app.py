"""The emulated API over HTTP: headers, wire formats, control routes. Holds no rules; those are `store`'s.

Control routes live under `/_emulator`, which the real API doesn't have.
"""

import asyncio
import json
import re
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from pulumi_kinetic.emulator.faults import Fault, Faulty, Script
from pulumi_kinetic.emulator.records import READ, WRITE, Endpoint, Environment, Key
from pulumi_kinetic.emulator.request_log import Log
from pulumi_kinetic.emulator.store import Assumptions, Refusal, Store
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
    """How many endpoints to make, and where."""

    count: int
    environment: Environment = "sandbox"


def build(store: Store) -> ASGIApp:
    """The whole application: the API, its control routes, and the faults around them."""
    script = Script()
    log: Log = []
    app = FastAPI(title="Kinetic API, emulated", version="2026-06-11")
    app.state.store = store
    _add_api(app, store)
    _add_control(app, store, script, log)
    app.add_exception_handler(Refusal, _refusal_handler(store))
    app.add_exception_handler(RequestValidationError, _refusal_handler(store))
    app.add_exception_handler(HTTPException, _refusal_handler(store))
    return Faulty(app, CONTROL, lambda: store.assumptions, script, log)


def _add_api(app: FastAPI, store: Store) -> None:
    reader, writer = Depends(_authorized(store, READ)), Depends(_authorized(store, WRITE))
    _add_collection(app, store, reader, writer)
    _add_item(app, store, reader, writer)


def _add_collection(app: FastAPI, store: Store, reader: Any, writer: Any) -> None:
    @app.post(
        COLLECTION,
        status_code=201,
        response_model=CreatedAnswer,
        responses=_refusals(409),
        openapi_extra=_body_of(CreateBody),
    )
    async def create(
        request: Request, key: Annotated[Key, writer], idempotency_key: Annotated[str | None, Header()] = None
    ) -> Response:
        fields = await _fields(request, store)
        body = await request.body()
        made = store.remember(idempotency_key, body, key.environment) if idempotency_key else None
        replayed = made is not None
        if made is None:
            made = await _create(request, store, fields, key, idempotency_key)
        hide = replayed and store.assumptions.replay_without_secret
        return _json(201, endpoint_answer(made, store.assumptions, secret=not hide))

    @app.get(COLLECTION, response_model=ListAnswer, responses=_refusals())
    async def list_all(
        key: Annotated[Key, reader],
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
        starting_after: Annotated[str | None, Query()] = None,
        ending_before: Annotated[str | None, Query()] = None,
    ) -> Response:
        found, more = store.page(key.environment, limit, starting_after, ending_before)
        data = [endpoint_answer(one, store.assumptions, secret=False) for one in found]
        return _json(200, {"object": "list", "data": data, "has_more": more})


def _add_item(app: FastAPI, store: Store, reader: Any, writer: Any) -> None:
    @app.get(ITEM, response_model=EndpointAnswer, responses=_refusals(404))
    async def retrieve(webhook_endpoint_id: str, key: Annotated[Key, reader]) -> Response:
        return _json(
            200, endpoint_answer(store.get(webhook_endpoint_id, key.environment), store.assumptions, secret=False)
        )

    @app.patch(ITEM, response_model=EndpointAnswer, responses=_refusals(404), openapi_extra=_body_of(UpdateBody))
    async def update(request: Request, webhook_endpoint_id: str, key: Annotated[Key, writer]) -> Response:
        changed = store.update(webhook_endpoint_id, await _fields(request, store), key.environment)
        return _json(200, endpoint_answer(changed, store.assumptions, secret=False))

    @app.delete(ITEM, response_model=DeletedAnswer, responses=_refusals(404))
    async def delete(webhook_endpoint_id: str, key: Annotated[Key, writer]) -> Response:
        store.delete(webhook_endpoint_id, key.environment)
        return _json(200, {"webhook_endpoint_id": webhook_endpoint_id, "deleted": True})


def _add_control(app: FastAPI, store: Store, script: Script, log: Log) -> None:
    @app.post(f"{CONTROL}/reset", include_in_schema=False)
    async def reset() -> None:
        store.reset()
        script.set([])
        log.clear()

    @app.post(f"{CONTROL}/seed", include_in_schema=False)
    async def seed(wanted: Seed) -> list[str]:
        return [one.webhook_endpoint_id for one in store.seed(wanted.count, wanted.environment)]

    @app.get(f"{CONTROL}/endpoints", include_in_schema=False)
    async def truth() -> Response:
        # Not FastAPI's own encoder, which can't write a lone surrogate.
        return _json(200, store.truth())

    @app.get(f"{CONTROL}/log", include_in_schema=False)
    async def happened() -> Log:
        return log

    @app.delete(f"{CONTROL}/log", include_in_schema=False)
    async def clear_log() -> None:
        log.clear()

    @app.put(f"{CONTROL}/faults", include_in_schema=False)
    async def faults(wanted: list[Fault]) -> None:
        script.set(wanted)

    @app.put(f"{CONTROL}/assumptions", include_in_schema=False)
    async def assumptions(wanted: Assumptions) -> None:
        store.assumptions = wanted

    @app.put(f"{CONTROL}/keys", include_in_schema=False)
    async def keys(wanted: dict[str, Key]) -> None:
        store.set_keys(wanted)

    @app.post(f"{CONTROL}/expire-keys", include_in_schema=False)
    async def expire_keys() -> None:
        store.expire_keys()


async def _create(
    request: Request, store: Store, fields: dict[str, Any], key: Key, idempotency_key: str | None
) -> Endpoint:
    try:
        await asyncio.sleep(request.scope["fault"].delay_in_flight_seconds)
        return store.create(fields, key.environment, idempotency_key)
    except Refusal:
        if idempotency_key:
            store.forget(idempotency_key, key.environment)
        raise


def _authorized(store: Store, scope: str) -> Callable[..., Key]:
    def authorize(
        authorization: Annotated[str | None, Header()] = None,
        md_version: Annotated[str | None, Header()] = None,
    ) -> Key:
        key = store.authorize(authorization, scope)
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", md_version or ""):
            raise Refusal(400, "invalid_version", "the header MD-Version is required: a date such as 2026-06-11")
        return key

    return authorize


async def _fields(request: Request, store: Store) -> dict[str, Any]:
    try:
        fields = json.loads(await request.body())
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        raise Refusal(store.assumptions.invalid_status, "invalid_request", "the body must be a JSON object")
    return fields


def _body_of(model: type[BaseModel]) -> dict[str, Any]:
    content = {"application/json": {"schema": model.model_json_schema()}}
    return {"requestBody": {"required": True, "content": content}}


def _refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: {"model": Error} for status in (400, 401, 403, 422, *statuses)}


def _json(status: int, value: Any) -> Response:
    return Response(json.dumps(value), status_code=status, media_type="application/json")


def _refusal_handler(store: Store) -> Callable[[Request, Exception], Response]:
    def handle(_request: Request, error: Exception) -> Response:
        refusal = _as_refusal(error, store.assumptions)
        body = error_body(store.assumptions.error_shape, refusal.code, refusal.message)
        return _json(refusal.status, body)

    return handle


def _as_refusal(error: Exception, assumed: Assumptions) -> Refusal:
    if isinstance(error, Refusal):
        return error
    if isinstance(error, HTTPException):
        return Refusal(error.status_code, "no_route", "no such route")
    problems = error.errors() if isinstance(error, RequestValidationError) else []
    message = "; ".join(f"{problem['loc'][-1]}: {problem['msg']}" for problem in problems)
    return Refusal(assumed.invalid_status, "invalid_request", message)
