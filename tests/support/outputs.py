"""Outputs outside a program."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Return what a coroutine does, which makes Outputs.

    Unlike `asyncio.run` it leaves the thread's event loop alone, on which Outputs of later tests are made.
    """
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(coroutine)
    finally:
        loop.close()
