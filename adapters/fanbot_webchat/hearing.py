"""The way from a request to the intake: nothing is confirmed that is not stored (P9)."""

import asyncio
from typing import Any

from fanbot.domain.messages import Inbound
from fanbot.errors import StoreError, StoreUnavailableError
from fanbot.ports.platform import Intake
from fanbot_webchat.refusals import RefusedError

_PATIENCE = 10.0
"""Seconds that a browser waits for its message to be stored."""
_NOT_NOW = (
    "This chat cannot take messages at this moment, and this one was not kept. "
    "Try it again under the same id."
)
_UNCERTAIN = (
    "It is not certain that this message was saved. Try it again under the same id, then it is kept once."
)


class Hearing:
    """The intake while somebody listens, and a refusal while nobody does."""

    def __init__(self, *, patience: float = _PATIENCE) -> None:
        """Begin with nobody listening; let an intake wait ``patience`` seconds for room."""
        self._patience = patience
        self._intake: Intake | None = None
        self._ended: asyncio.Future[None] | None = None

    async def listen(self, intake: Intake) -> None:
        """Let requests through to ``intake`` until cancelled, or until the store is not to be had.

        Raises the StoreUnavailableError of the intake, so that it is told and tried anew.
        """
        ended = asyncio.get_running_loop().create_future()
        self._intake, self._ended = intake, ended
        try:
            await ended
        finally:
            if self._ended is ended:
                self._intake = self._ended = None

    async def take(self, event: Inbound) -> None:
        """Return once the event is stored; raises RefusedError when it is not, or not yet."""
        if self._intake is None or self._ended is None:
            raise RefusedError(503, _NOT_NOW, retry_after=5)
        ended = self._ended
        keeping = asyncio.ensure_future(self._intake([event]))
        try:
            either: list[asyncio.Future[Any]] = [keeping, ended]
            await asyncio.wait(either, timeout=self._patience, return_when=asyncio.FIRST_COMPLETED)
            if not keeping.done():
                raise RefusedError(503, _UNCERTAIN, retry_after=5)
            keeping.result()
        except StoreUnavailableError as error:
            if not ended.done():
                ended.set_exception(error)
            raise RefusedError(503, _NOT_NOW, retry_after=5) from error
        except StoreError as error:
            raise RefusedError(500, "This message could not be stored, and it was not kept.") from error
        finally:
            keeping.cancel()
