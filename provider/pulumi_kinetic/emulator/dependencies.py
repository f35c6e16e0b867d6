"""What the routes work with: the state, the faults to come and the log, which `app.build` makes."""

from typing import Annotated

from fastapi import Depends, Request

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


CurrentStore = Annotated[Store, Depends(_store_of)]
CurrentScript = Annotated[FaultScript, Depends(_script_of)]
CurrentLog = Annotated[RequestLog, Depends(_log_of)]
