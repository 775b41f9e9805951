"""The bus inside one process: the store's inbox, its newest events at hand, and a limit to its backlog."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import structlog

from fanbot.domain.messages import Inbound
from fanbot.errors import StoreError, StoreUnavailableError
from fanbot.ports.clock import Clock
from fanbot.ports.store import Inbox, Pending

T = TypeVar("T")
Kept = asyncio.Future[Sequence[bool]]
_TOGETHER = 400
"""Events that are kept in one go at the most, unless one bringer brings more."""
_AHEAD = 4_000
"""So many undecided events make the adapters wait."""
_PATIENCE = (0.1, 0.5, 1.0, 2.0, 5.0)
"""Seconds between tries while the store is out of reach; the last one repeats."""


class EmbeddedBus:
    """Carry events through the store's own inbox.

    What was just stored is also kept at hand, so that it need not be read back. The store stays the
    truth: at the start, and after anything went wrong, events are read from it until it has no more.
    """

    def __init__(self, *, inbox: Inbox, clock: Clock) -> None:
        self._inbox = inbox
        self._clock = clock
        self._log = structlog.get_logger("fanbot.bus")
        self._at_hand: deque[Pending] = deque()
        self._reading_back = True
        self._newest_taken = 0
        self._stored = 0
        self._brought: deque[tuple[Sequence[Inbound], Kept]] = deque()
        self._keeper: asyncio.Future[None] | None = None
        self._undecided = 0
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._idle = asyncio.Event()

    async def publish(self, events: Sequence[Inbound]) -> Sequence[bool]:
        """Keep the events; see ports.bus.Bus.

        What is brought while the store is at work is kept together with what else comes meanwhile.
        """
        if not events:
            return []
        await self._room.wait()
        kept: Kept = asyncio.get_running_loop().create_future()
        self._brought.append((events, kept))
        if self._keeper is None or self._keeper.done():
            self._keeper = asyncio.ensure_future(self._keep_what_was_brought())
        return await kept

    async def _keep_what_was_brought(self) -> None:
        """Keep everything, also what an adapter brought that is gone by now."""
        while self._brought:
            together = [self._brought.popleft()]
            size = len(together[0][0])
            while self._brought and size + len(self._brought[0][0]) <= _TOGETHER:
                together.append(self._brought.popleft())
                size += len(together[-1][0])
            await self._keep_or_refuse(together)

    async def _keep_or_refuse(self, together: Sequence[tuple[Sequence[Inbound], Kept]]) -> None:
        """Keep events in one go; if no store could take that, keep each bringer's alone or refuse them."""
        try:
            await self._keep(together)
        except StoreError as error:
            if len(together) > 1:
                for alone in together:
                    await self._keep_or_refuse([alone])
            elif not together[0][1].done():
                together[0][1].set_exception(error)
                together[0][1].exception()  # one that is gone by now need not hear it

    async def _keep(self, together: Sequence[tuple[Sequence[Inbound], Kept]]) -> None:
        """Keep events in one go, remember the new ones, and tell each bringer of their own."""
        every = [event for events, _ in together for event in events]
        stored = await self._patiently(lambda: self._inbox.append(every))
        new = [pending for pending in stored if pending is not None]
        if new:
            self._stored += 1
            self._undecided += len(new)
            if not self._reading_back:
                self._at_hand.extend(each for each in new if each.event_id > self._newest_taken)
            self._idle.clear()
            self._news.set()
            if self._undecided >= _AHEAD:
                self._room.clear()
        start = 0
        for events, kept in together:
            mine = stored[start : start + len(events)]
            start += len(events)
            if not kept.done():
                kept.set_result([pending is not None for pending in mine])

    async def take(self, *, limit: int) -> Sequence[Pending]:
        """Return the oldest undecided events; wait until there are some."""
        while True:
            self._news.clear()
            batch = await self._read_back(limit) if self._reading_back else self._next(limit)
            if batch:
                self._newest_taken = max(self._newest_taken, batch[-1].event_id)
                return batch
            if not self._reading_back and not self._news.is_set():
                self._undecided = 0
                self._room.set()
                self._idle.set()
                await self._news.wait()

    def decided(self, count: int) -> None:
        """Say that so many events have their decision."""
        self._undecided = max(0, self._undecided - count)
        if self._undecided < _AHEAD:
            self._room.set()

    def failed(self) -> None:
        """Say that the batch that was taken could not be decided; it is read from the store again."""
        self._at_hand.clear()
        self._newest_taken = 0
        self._reading_back = True

    async def drained(self) -> None:
        """Wait until every published event has its decision."""
        await self._idle.wait()

    def _next(self, limit: int) -> Sequence[Pending]:
        return [self._at_hand.popleft() for _ in range(min(limit, len(self._at_hand)))]

    async def _read_back(self, limit: int) -> Sequence[Pending]:
        """Read the oldest events; once there are none, and none came meanwhile, what follows is at hand."""
        stored = self._stored
        batch = await self._patiently(lambda: self._inbox.pending(limit=limit))
        if not batch and stored == self._stored:
            self._reading_back = False
        return batch

    async def _patiently(self, call: Callable[[], Awaitable[T]]) -> T:
        tries = 0
        while True:
            try:
                return await call()
            except StoreUnavailableError as error:
                pause = _PATIENCE[min(tries, len(_PATIENCE) - 1)]
                self._log.warning(
                    "the store is out of reach; the bus waits", error=str(error), retry_in=pause
                )
                tries += 1
                await self._clock.sleep(pause)
