"""An intake that remembers, and that waits or refuses when a test says so."""

import asyncio
from collections import deque
from collections.abc import Sequence

from fanbot.domain.messages import EventKey, Inbound


class ListIntake:
    """Keep events in a list, in the order in which they were brought, repeats included."""

    def __init__(self) -> None:
        """Begin empty and open."""
        self.events: list[Inbound] = []
        self.asked: list[Inbound] = []
        self._known: set[EventKey] = set()
        self._open = asyncio.Event()
        self._open.set()
        self._refusals: deque[Exception] = deque()
        self._changed = asyncio.Event()

    async def __call__(self, events: Sequence[Inbound], /) -> Sequence[bool]:
        """Note in ``asked`` what was brought, and in ``events`` what was stored."""
        self.asked += events
        self._changed.set()
        await self._open.wait()
        if self._refusals:
            raise self._refusals.popleft()
        fresh: list[bool] = []
        for event in events:
            fresh.append(event.event not in self._known)
            self._known.add(event.event)
        self.events += events
        self._changed.set()
        return fresh

    def hold(self) -> None:
        """Store nothing until ``release``; whoever brings events waits."""
        self._open.clear()

    def release(self) -> None:
        """Store again."""
        self._open.set()

    def refuse(self, *errors: Exception) -> None:
        """Raise these, one for each of the next calls, and store nothing then."""
        self._refusals.extend(errors)

    async def stored(self, count: int) -> Sequence[Inbound]:
        """Wait until ``count`` events are stored."""
        while len(self.events) < count:
            await self._change()
        return self.events

    async def brought(self, count: int) -> Sequence[Inbound]:
        """Wait until ``count`` events were brought, stored or not."""
        while len(self.asked) < count:
            await self._change()
        return self.asked

    async def _change(self) -> None:
        self._changed.clear()
        await self._changed.wait()
