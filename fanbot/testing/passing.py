"""Let the hours of a manual clock go by while something is waited for."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, TypeVar

from fanbot.testing.clock import ManualClock

T = TypeVar("T")
_BREATH = 0.002
"""Real seconds between two moves, in which threads and sockets get on with their work."""


async def passing(
    clock: ManualClock, wanted: Coroutine[Any, Any, T], *, by: timedelta = timedelta(seconds=1)
) -> T:
    """Move the clock on, step by step, until the wanted has come; return it."""
    waiting = asyncio.create_task(wanted)
    try:
        while True:
            done, _ = await asyncio.wait({waiting}, timeout=_BREATH)
            if done:
                return waiting.result()
            clock.move(by)
    finally:
        waiting.cancel()
