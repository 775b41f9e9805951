"""The bus inside one process: the store's inbox, a bell, and a limit to how far ahead it may fill."""

import asyncio
from collections.abc import Sequence

import structlog

from fanbot.domain.messages import Inbound
from fanbot.errors import StoreUnavailableError
from fanbot.ports.clock import Clock
from fanbot.ports.store import Inbox, Pending

_AHEAD = 4_000
"""So many undecided events make the adapters wait."""
_PATIENCE = (0.1, 0.5, 1.0, 2.0, 5.0)
"""Seconds between tries while the store takes nothing; the last one repeats."""


class EmbeddedBus:
    """Carry events through the store's own inbox."""

    def __init__(self, *, inbox: Inbox, clock: Clock) -> None:
        self._inbox = inbox
        self._clock = clock
        self._log = structlog.get_logger("fanbot.bus")
        self._undecided = 0
        self._known_empty = False
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._idle = asyncio.Event()

    async def publish(self, events: Sequence[Inbound]) -> Sequence[bool]:
        """Keep the events; see ports.bus.Bus."""
        if not events:
            return []
        await self._room.wait()
        kept = await self._append(events)
        new = sum(kept)
        if new:
            self._undecided += new
            self._known_empty = False
            self._idle.clear()
            self._news.set()
            if self._undecided >= _AHEAD:
                self._room.clear()
        return kept

    async def take(self, *, limit: int) -> Sequence[Pending]:
        """Return the oldest undecided events; wait until there are some."""
        while True:
            self._news.clear()
            batch = await self._inbox.pending(limit=limit)
            if batch:
                return batch
            if not self._news.is_set():
                self._known_empty = True
                self._undecided = 0
                self._room.set()
                self._idle.set()
            await self._news.wait()

    def decided(self, count: int) -> None:
        """Say that so many events have their decision."""
        self._undecided = max(0, self._undecided - count)
        if self._undecided < _AHEAD:
            self._room.set()

    async def drained(self) -> None:
        """Wait until every published event has its decision."""
        await self._idle.wait()

    async def _append(self, events: Sequence[Inbound]) -> Sequence[bool]:
        tries = 0
        while True:
            try:
                return await self._inbox.append(events)
            except StoreUnavailableError as error:
                pause = _PATIENCE[min(tries, len(_PATIENCE) - 1)]
                self._log.warning("store takes nothing; adapters wait", error=str(error), retry_in=pause)
                tries += 1
                await self._clock.sleep(pause)
