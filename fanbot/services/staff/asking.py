"""A call to a staff room, with everything that it can raise turned into a DeliveryError (G7)."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from fanbot.errors import DeliveryError
from fanbot.services.faults import named, stopping

T = TypeVar("T")

_PATIENCE = 60.0
"""Seconds after which a call counts as lost; it may have been heard."""


async def asked(call: Awaitable[T], *, patience: float = _PATIENCE) -> T:
    """Wait for a call; raises DeliveryError, and CancelledError only when this task was asked to stop."""
    try:
        async with asyncio.timeout(patience):
            return await call
    except DeliveryError:
        raise
    except TimeoutError as error:
        raise DeliveryError("The room did not answer in time.", ambiguous=True) from error
    except asyncio.CancelledError as error:
        if stopping():
            raise
        raise DeliveryError("The adapter broke off.", ambiguous=True) from error
    except Exception as error:
        raise DeliveryError(f"The adapter failed: {named(error)}", ambiguous=True) from error
