"""What waits, read from the store once for everybody who looks at the same moment."""

import asyncio
import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from fanbot.console.cards import Card, Eyes, card
from fanbot.console.room import Room
from fanbot.ports.store import QueueEntry

SHOWN = 100
"""Items on the page; the most urgent ones."""
_DRAWN = 32


@dataclass(frozen=True, slots=True)
class Seen:
    """The queue at one pulse: its most urgent items, and how many wait in all."""

    entries: Sequence[QueueEntry]
    waiting: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """A part of a page, ready to leave; ``tag`` changes when a word of it does.

    ``inner`` is what of it a whole page holds.
    """

    inner: str
    text: str
    packed: bytes
    tag: str


class Board:
    """Read the queue anew when its pulse changed, however many pages ask."""

    def __init__(self, room: Room) -> None:
        """Begin without having looked."""
        self._room = room
        self._turn = asyncio.Lock()
        self._drawing = asyncio.Lock()
        self._seen: tuple[tuple[str, int], Seen] | None = None
        self._drawn: OrderedDict[object, Drawn] = OrderedDict()

    async def seen(self) -> Seen:
        """Return the queue as it is now."""
        return (await self._look())[1]

    async def cards(self, eyes: Eyes) -> tuple[Sequence[Card], int]:
        """Return the cards for these eyes, most urgent first, and how many items wait in all."""
        seen = await self.seen()
        desk = self._room.desk()
        cards = [card(entry, due=desk.due(entry.handoff), eyes=eyes) for entry in seen.entries]
        return cards, seen.waiting

    async def drawn(self, key: object, draw: Callable[[], Awaitable[tuple[str, str]]]) -> Drawn:
        """Return what ``draw`` makes of the queue as it is now, from memory when it was drawn already.

        ``key`` names everything else that the drawing depends on. ``draw`` returns what a whole page
        holds, and what is added to it when it comes by itself.
        """
        moment, _ = await self._look()
        whole = (moment, key)
        async with self._drawing:
            known = self._drawn.get(whole)
            if known is None:
                inner, added = await draw()
                text = inner + added
                packed = gzip.compress(text.encode(), 5, mtime=0)
                known = Drawn(inner, text, packed, f'"{hashlib.sha256(text.encode()).hexdigest()[:20]}"')
                self._drawn[whole] = known
                while len(self._drawn) > _DRAWN:
                    self._drawn.popitem(last=False)
            return known

    async def _look(self) -> tuple[tuple[str, int], Seen]:
        async with self._turn:
            minute = int(self._room.clock.now().timestamp()) // 60
            moment = (await self._room.store.pulse(), minute)
            if self._seen is None or self._seen[0] != moment:
                entries = await self._room.desk().waiting(limit=SHOWN)
                self._seen = (moment, Seen(entries, await self._room.store.waiting()))
            return self._seen
