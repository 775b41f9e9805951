"""The bus inside one process: the store's inbox, its newest events at hand, and a limit to its backlog."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import structlog

from fanbot.domain.messages import Inbound
from fanbot.errors import StoreUnavailableError
from fanbot.ports.clock import Clock
from fanbot.ports.store import Inbox, Pending

T = TypeVar("T")
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
        self._keeping: set[asyncio.Future[Sequence[bool]]] = set()
        self._undecided = 0
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._idle = asyncio.Event()

    async def publish(self, events: Sequence[Inbound]) -> Sequence[bool]:
        """Keep the events; see ports.bus.Bus."""
        if not events:
            return []
        await self._room.wait()
        keeping = asyncio.ensure_future(self._keep(events))
        self._keeping.add(keeping)
        keeping.add_done_callback(self._keeping.discard)
        return await asyncio.shield(keeping)

    async def _keep(self, events: Sequence[Inbound]) -> Sequence[bool]:
        """Keep the events and remember them, also when the adapter that brought them is gone by then."""
        kept = await self._patiently(lambda: self._inbox.append(events))
        new = [pending for pending in kept if pending is not None]
        if new:
            self._stored += 1
            self._undecided += len(new)
            if not self._reading_back:
                self._at_hand.extend(each for each in new if each.event_id > self._newest_taken)
            self._idle.clear()
            self._news.set()
            if self._undecided >= _AHEAD:
                self._room.clear()
        return [pending is not None for pending in kept]

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
