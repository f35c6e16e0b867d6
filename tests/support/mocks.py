"""Runs programs with the testing kit's mocks, as a user's unit test does."""

import asyncio
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pulumi

from pulumi_kinetic.testing import Mocks


@contextmanager
def own_runtime() -> Iterator[None]:
    """Meanwhile, mocks may be set; afterwards there are none, and nothing of the SDK's event loop is left."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    pulumi.runtime.settings.SETTINGS.monitor = None
    pulumi.runtime.settings.SETTINGS.dry_run = None
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
    asyncio.set_event_loop(None)
    gc.collect()


def run(program: Callable[[], object], mocks: Mocks | None = None, *, preview: bool = False) -> Mocks:
    mocks = mocks or Mocks()
    pulumi.runtime.set_mocks(mocks, preview=preview)
    pulumi.runtime.test(program)()  # type: ignore[no-untyped-call]
    return mocks


async def values_of(resource: Any, *names: str) -> dict[str, tuple[Any, bool]]:
    """Each output's value, and whether it is secret."""
    outputs = {name: getattr(resource, name) for name in names}
    return {name: (await output.future(), await output.is_secret()) for name, output in outputs.items()}


def void(_: object) -> None:
    pass
