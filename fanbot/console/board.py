"""What waits, read from the store once for everybody who looks at the same moment."""

import asyncio
import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

from fanbot.console.cards import Card, Eyes, card
from fanbot.console.room import Room
from fanbot.ports.store import QueueEntry

SHOWN = 50
"""Items on the page; the most urgent ones."""
_DRAWN = 256
"""Drawings kept; a page that shows nothing new costs no second one."""

T = TypeVar("T")
Moment = tuple[str, int]
"""The store's pulse, and the minute: ages are said in minutes."""


@dataclass(frozen=True, slots=True)
class Top:
    """What stands at the top of every page: the pause, and how much needs a look besides the queue."""

    paused: bool
    troubles: int


@dataclass(frozen=True, slots=True)
class Seen:
    """The queue at one moment: its most urgent items, and how many wait in all."""

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


class Remembered(Generic[T]):
    """Remember what was read at one moment; of many who ask for it at once, one reads."""

    def __init__(self) -> None:
        """Begin with nothing read."""
        self._turn = asyncio.Lock()
        self._known: tuple[Moment, T] | None = None

    async def at(self, moment: Moment, read: Callable[[], Awaitable[T]]) -> T:
        """Return what is known of this moment, or read it."""
        async with self._turn:
            if self._known is None or self._known[0] != moment:
                self._known = (moment, await read())
            return self._known[1]


class Board:
    """Read the queue anew when its pulse changed, however many pages ask."""

    def __init__(self, room: Room) -> None:
        """Begin without having looked."""
        self._room = room
        self._seen = Remembered[Seen]()
        self._top = Remembered[Top]()
        self._drawing: WeakValueDictionary[object, asyncio.Lock] = WeakValueDictionary()
        self._drawn: OrderedDict[object, Drawn] = OrderedDict()

    async def top(self) -> Top:
        """Return what stands at the top of every page, as it is now."""
        return await self._top.at(await self._moment(), self._look_up)

    async def cards(self, eyes: Eyes) -> tuple[Sequence[Card], int]:
        """Return the cards for these eyes, most urgent first, and how many items wait in all."""
        desk = self._room.desk()
        seen = await self._seen.at(await self._moment(), self._look)
        cards = [card(entry, due=desk.due(entry.handoff), eyes=eyes) for entry in seen.entries]
        return cards, seen.waiting

    async def drawn(
        self, key: object, draw: Callable[[], Awaitable[tuple[str, str]]], *, item: int | None = None
    ) -> Drawn:
        """Return what ``draw`` makes of the store as it is now, from memory when it was drawn already.

        ``key`` names everything else that the drawing depends on. ``draw`` returns what a whole page
        holds, and what is added to it when it comes by itself. A drawing of one ``item`` alone lasts
        until that changes; raises UnknownItemError where there is none.
        """
        pulse = await (self._room.store.pulse() if item is None else self._room.store.pulse_of(item))
        whole = (pulse, self._minute(), key)
        async with self._drawing.setdefault(whole, asyncio.Lock()):
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

    async def _moment(self) -> Moment:
        return await self._room.store.pulse(), self._minute()

    def _minute(self) -> int:
        return int(self._room.clock.now().timestamp()) // 60

    async def _look(self) -> Seen:
        room = self._room
        return Seen(*await asyncio.gather(room.desk().waiting(limit=SHOWN), room.store.waiting()))

    async def _look_up(self) -> Top:
        store = self._room.store
        lost, gaps = await asyncio.gather(store.undelivered(), store.gaps())
        return Top(await self._room.switches.paused(), len(lost) + len(gaps))
