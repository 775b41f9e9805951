"""Somebody of the team at the queue, from a process of their own, while fanbot dies and comes back."""

import asyncio
import random
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from fanbot.errors import FanbotError
from fanbot.ports.store import Desk as DeskStore
from fanbot.ports.store import QueueEntry
from fanbot.testing.observing import Answered
from fanbot.testing.platforms.seats import SEATS

_WHO = "Sam"
_MOST = 10_000


class Queue(Protocol):
    """As much of the human queue as an artist needs; see services.desk."""

    @property
    def store(self) -> DeskStore:
        """Return what holds it."""
        ...

    async def waiting(self) -> Sequence[QueueEntry]:
        """Return what needs a person."""
        ...

    async def claim(self, item: int, *, who: str) -> object:
        """Take an item."""
        ...

    async def reply(self, item: int, text: str, *, who: str) -> object:
        """Answer a fan."""
        ...

    async def close(self, item: int, *, who: str) -> object:
        """End an item as read."""
        ...


@dataclass(frozen=True, slots=True)
class Reach:
    """How a process of its own gets to the queue of a workspace, and how ids are written in an export."""

    queue: Callable[[Path], AbstractAsyncContextManager[Queue]]
    written: Callable[[int], str]


@dataclass(slots=True)
class Artist:
    """Claims, answers and closes items of the seats that are the desk's; ``pause`` is in seconds."""

    folder: Path
    reach: Reach
    seed: int
    pause: float
    answered: list[Answered] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    async def work(self, over: asyncio.Event) -> None:
        """Take one item after the other until it is over."""
        chance = random.Random(f"{self.seed}/artist")  # noqa: S311 - repeated with its seed
        async with self.reach.queue(self.folder) as desk:
            while not over.is_set():
                try:
                    await self._take_one(desk, chance)
                except FanbotError as error:
                    self.refused.append(str(error))
                await _rest(over, chance.uniform(0, 2) * self.pause)

    async def undelivered(self) -> dict[str, str]:
        """Return what people are shown as not delivered: its key, and the words beside it."""
        async with self.reach.queue(self.folder) as desk:
            listed = await desk.store.undelivered(limit=_MOST)
        return {self.reach.written(each.id): each.error for each in listed if each.error}

    async def _take_one(self, desk: Queue, chance: random.Random) -> None:
        waiting = _for_the_desk(await desk.waiting())
        if not waiting:
            return
        entry = chance.choice(waiting)
        item, place = entry.handoff.id, f"{entry.latest.address.channel}/{entry.latest.address.thread}"
        move = chance.random()
        if move < 0.7:
            if chance.random() < 0.5:
                await desk.claim(item, who=_WHO)
                await asyncio.sleep(chance.uniform(0, self.pause))
            token = f"[person {len(self.answered)}]"
            # The fan may write meanwhile: the reply goes to where the newest message stands.
            await desk.reply(item, f"{token} Thank you for this.", who=_WHO)
            self.answered.append(Answered(token, place))
        elif move < 0.85:
            await desk.close(item, who=_WHO)
        else:
            await desk.claim(item, who=_WHO)


def _for_the_desk(entries: Sequence[QueueEntry]) -> list[QueueEntry]:
    places = {(seat.channel, seat.thread, seat.fan) for seat in SEATS if seat.desk}
    return [
        entry
        for entry in entries
        if (entry.latest.address.channel, entry.latest.address.thread, entry.latest.author.id) in places
    ]


async def _rest(over: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await over.wait()
    except TimeoutError:
        return
