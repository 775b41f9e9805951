"""Updates that wait at the platform until they are confirmed."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

Update = Mapping[str, Any]
_NOT_BY_DEFAULT = ("chat_member", "message_reaction", "message_reaction_count")


class ConflictError(Exception):
    """Somebody else asks for updates."""


class Updates:
    """One queue with one reader; a second one ends the wait of the first, as the platform does."""

    def __init__(self) -> None:
        """Begin empty."""
        self.pending: list[Update] = []
        self.confirmed: list[Update] = []
        self.dropped = 0
        self.asked = 0
        self.allowed: Sequence[str] | None = None
        self.changed = asyncio.Event()
        self._next = 700_000_001
        self._reader = 0

    def push(self, content: Mapping[str, object]) -> None:
        """Let something happen; what nobody asked for is dropped at once, as documented."""
        [kind] = content
        wanted = kind in self.allowed if self.allowed else kind not in _NOT_BY_DEFAULT
        if not wanted:
            self.dropped += 1
            return
        self.pending.append({"update_id": self._next, **content})
        self._next += 1
        self.tell()

    def confirm(self, before: int) -> None:
        """Forget every update with a smaller id."""
        self.confirmed += [update for update in self.pending if update["update_id"] < before]
        self.pending = [update for update in self.pending if update["update_id"] >= before]
        self.tell()

    async def get(
        self, *, offset: int, limit: int, wait: float, allowed: Sequence[str] | None
    ) -> Sequence[Update]:
        """Return what waits, after at most ``wait`` seconds; raises ConflictError once another asks."""
        self._reader += 1
        me = self._reader
        self.tell()
        if allowed is not None:
            self.allowed = allowed
        if offset < 0:
            self.confirm(self.pending[offset]["update_id"] if -offset <= len(self.pending) else 0)
        else:
            self.confirm(offset)
        self.asked += 1
        self.tell()
        loop = asyncio.get_running_loop()
        end = loop.time() + wait
        while not self.pending and loop.time() < end:
            try:
                async with asyncio.timeout_at(end):
                    await self.change()
            except TimeoutError:
                break
            if self._reader != me:
                raise ConflictError
        return self.pending[:limit]

    async def change(self) -> None:
        """Wait until anything happens here."""
        changed = self.changed
        await changed.wait()

    def tell(self) -> None:
        """Wake whoever waits for a change."""
        changed, self.changed = self.changed, asyncio.Event()
        changed.set()
