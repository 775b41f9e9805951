"""What people of the team are told about what they did, one after the other, holding nobody up."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

import structlog

from fanbot.errors import DeliveryError
from fanbot.ports.staff import Remark
from fanbot_telegram.staff_reader import StaffEvent

_TRIES = 3
_LONGEST_WAIT = 60.0
"""Seconds to wait for a turn; nobody expects a remark after more."""
_USUAL_WAIT = 1.0
_MOST = 100
"""Remarks that may wait; an older one has lost its meaning by then."""


class Remarks:
    """Say remarks in the background. One that cannot be said is lost, and the log tells."""

    def __init__(
        self,
        say: Callable[[StaffEvent, Remark], Awaitable[None]],
        *,
        account: str,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Say by ``say``, which raises DeliveryError; ``sleep`` between tries."""
        self._say = say
        self._sleep = sleep
        self._waiting: deque[tuple[StaffEvent, Remark]] = deque()
        self._task: asyncio.Task[None] | None = None
        self._log = structlog.get_logger("fanbot.telegram").bind(account=account)

    def add(self, event: StaffEvent, remark: Remark) -> None:
        """Say a remark when it is its turn."""
        self._waiting.append((event, remark))
        if len(self._waiting) > _MOST:
            lost, _ = self._waiting.popleft()
            self._lost(lost, "too many were waiting")
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work())

    async def close(self) -> None:
        """Say nothing more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _work(self) -> None:
        while self._waiting:
            event, remark = self._waiting.popleft()
            await self._said(event, remark)

    async def _said(self, event: StaffEvent, remark: Remark) -> None:
        for left in reversed(range(_TRIES)):
            try:
                await self._say(event, remark)
            except DeliveryError as error:
                wait = error.retry_after if error.retry_after is not None else _USUAL_WAIT
                # One that may have arrived is not said again.
                if not left or error.permanent or error.ambiguous or wait > _LONGEST_WAIT:
                    self._lost(event, str(error))
                    return
                await self._sleep(wait)
            else:
                return

    def _lost(self, event: StaffEvent, why: str) -> None:
        told = "a remark to the team was not said; what they did is done all the same"
        self._log.warning(told, thread=event.act.thread, error=why)
