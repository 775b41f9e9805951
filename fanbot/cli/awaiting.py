"""The step from a command, which nobody awaits, to the services, which are awaited."""

from collections.abc import Coroutine
from typing import TypeVar

Result = TypeVar("Result")


def wait_for(work: Coroutine[object, object, Result]) -> Result:
    """Do the work in an event loop of its own; the loop is imported here to keep ``--help`` quick."""
    import asyncio

    return asyncio.run(work)
