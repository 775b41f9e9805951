"""Tell open pages that something changed: one look at the store for all of them, while any is open."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable

from fanbot.errors import FanbotError

EVERY = 0.3
"""Seconds between two looks at the store."""


class Watch:
    """Look at the store's pulse while somebody listens, and wake everybody when it changed."""

    def __init__(self, pulse: Callable[[], Awaitable[str]], *, every: float = EVERY) -> None:
        """Begin with nobody listening."""
        self._pulse = pulse
        self._every = every
        self._listeners: set[asyncio.Event] = set()
        self._looking: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def listeners(self) -> int:
        """Count who listens."""
        return len(self._listeners)

    async def changes(self, *, patience: float) -> AsyncGenerator[bool, None]:
        """Yield True at once and at every change, False whenever nothing happened for ``patience`` seconds.

        It ends when the watch is closed or cannot go on.
        """
        changed = asyncio.Event()
        changed.set()
        self._listeners.add(changed)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look(), name="console watch")
        looking = self._looking
        try:
            while not (self._closed or looking.done()):
                try:
                    async with asyncio.timeout(patience):
                        await changed.wait()
                except TimeoutError:
                    yield False
                    continue
                changed.clear()
                if not self._closed:
                    yield True
        finally:
            self._listeners.discard(changed)
            if not self._listeners:
                looking.cancel()

    def close(self) -> None:
        """End every stream, so that a server can stop."""
        self._closed = True
        self._wake()

    async def _look(self) -> None:
        try:
            seen: str | None = None
            while True:
                try:
                    now = await self._pulse()
                except FanbotError:
                    # The store cannot be asked; the next look may succeed, and the pages stay as they are.
                    now = seen or ""
                if seen is not None and now != seen:
                    self._wake()
                seen = now
                await asyncio.sleep(self._every)
        finally:
            self._wake()

    def _wake(self) -> None:
        for changed in self._listeners:
            changed.set()
