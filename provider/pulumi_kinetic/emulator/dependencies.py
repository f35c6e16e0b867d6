"""What the routes work with: state, faults to come, log and count of changes, which `app.build` makes."""

from typing import Annotated

from fastapi import Depends, Request

from pulumi_kinetic.emulator.changes import Changes
from pulumi_kinetic.emulator.faults import FaultScript
from pulumi_kinetic.emulator.request_log import RequestLog
from pulumi_kinetic.emulator.store import Store


async def _store_of(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


async def _script_of(request: Request) -> FaultScript:
    script: FaultScript = request.app.state.script
    return script


async def _log_of(request: Request) -> RequestLog:
    log: RequestLog = request.app.state.log
    return log


async def _changes_of(request: Request) -> Changes:
    changes: Changes = request.app.state.changes
    return changes


CurrentStore = Annotated[Store, Depends(_store_of)]
CurrentScript = Annotated[FaultScript, Depends(_script_of)]
CurrentLog = Annotated[RequestLog, Depends(_log_of)]
CurrentChanges = Annotated[Changes, Depends(_changes_of)]
