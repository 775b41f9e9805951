"""fanbot on both platforms, killed at random moments and started again while fans and people go on."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from fanbot.testing.pipes import PATIENCE
from fanbot.testing.platforms.house import House
from fanbot.testing.platforms.premises import Premises, Service, unwatched
from fanbot.testing.platforms.seen import PlatformObservation
from fanbot.testing.platforms.watched import Moment

_AMONG: Sequence[tuple[Sequence[str], int]] = (
    (("",), 50),
    (("telegram getUpdates",), 8),
    (("GET /api/v10/channels",), 12),
    (("sendMessage", "POST /api/v10/channels"), 25),
    (("sendMessage", "POST /api/v10/channels"), 25),
)
"""Requests in whose middle a process is killed: any, those that hear, those that speak (twice as often);
and the most of them that it lives to make."""
_SPOKEN_ON_DISCORD, _FEW = ("POST /api/v10/channels",), 5
_LONGEST_WAIT = 6.0
"""Seconds that a kill waits for its moment; then any moment will do."""


class End(StrEnum):
    """Say what becomes of the request in whose middle a process is killed."""

    LEAVING = "it never arrives"
    ARRIVING = "it arrives afterwards"
    ANSWERING = "it is done, and nobody hears the answer"


@dataclass(frozen=True, slots=True)
class PlatformStorm:
    """How a run goes. ``before`` and ``load`` are the longest seconds that a process is let live.

    ``down``: so many seconds nothing runs after one more kill, and Discord forgets all nonces meanwhile.
    Below two minutes that would be unfair, for so long a bot counts on them.
    """

    kills: int
    seed: int
    down: float = 0.0
    before: float = 3.0
    load: float = 1.0


@dataclass(slots=True)
class PlatformRun:
    """One run over many processes. ``waits`` are the seconds from each start to its first reply."""

    premises: Premises
    storm: PlatformStorm
    house: House = field(init=False)
    waits: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.house = House(self.premises, seed=self.storm.seed)

    async def run(self) -> PlatformObservation:
        """Kill as often as asked, let a last process come to rest, and return what was seen."""
        async with Service(self.premises.folder) as first:
            await self.house.begin(first)
        async with self.house.people():
            for generation in range(self.storm.kills):
                await self._live_and_die(generation)
            if self.storm.down:
                await self._die_for_long()
        async with Service(self.premises.folder) as last:
            return await self.house.at_rest(last)

    async def _live_and_die(self, generation: int) -> None:
        chance = random.Random(f"{self.storm.seed}/{generation}")  # noqa: S311 - repeated with its seed
        before = self.house.arrived
        async with Service(self.premises.folder) as service:
            watching = asyncio.create_task(self._note_first_reply(service, before))
            try:
                await self._let_live(service, chance, before)
            finally:
                self.premises.watch = unwatched
                service.kill()
                watching.cancel()

    async def _die_for_long(self) -> None:
        """Die between a send and its answer, and come back when the platform has forgotten of it."""
        async with Service(self.premises.folder) as service:
            trap = Trap(self.premises, service, _SPOKEN_ON_DISCORD, _FEW, End.ANSWERING)
            self.premises.watch = trap.watch
            await trap.sprung(PATIENCE)
            self.premises.watch = unwatched
        await asyncio.sleep(self.storm.down)
        self.premises.discord.world.nonces.clear()

    async def _let_live(self, service: Service, chance: random.Random, before: int) -> None:
        """Wait for a moment: any, one after the first reply, or one in the middle of a request."""
        moment = chance.random()
        if moment < 0.15:
            await asyncio.sleep(chance.uniform(0, self.storm.before))
        elif moment < 0.3:
            await self.house.until(service, lambda: self.house.arrived > before)
            await asyncio.sleep(chance.uniform(0, self.storm.load))
        else:
            only, most = chance.choice(_AMONG)
            trap = Trap(self.premises, service, only, chance.randint(1, most), chance.choice(tuple(End)))
            self.premises.watch = trap.watch
            await trap.sprung(_LONGEST_WAIT)

    async def _note_first_reply(self, service: Service, before: int) -> None:
        await self.house.until(service, lambda: self.house.arrived > before)
        self.waits.append(time.monotonic() - service.began)


class Trap:
    """Kill at a certain request among those that hold one of the words ``only``."""

    def __init__(
        self, premises: Premises, service: Service, only: Sequence[str], count: int, end: End
    ) -> None:
        """Kill at the request of this number."""
        self._premises = premises
        self._service = service
        self._only = only
        self._left = count
        self._end = end
        self._sprung = asyncio.Event()

    async def watch(self, asked: str, moment: Moment) -> None:
        """Count a request."""
        wanted = Moment.AFTER if self._end is End.ANSWERING else Moment.BEFORE
        if moment is not wanted or not any(word in asked for word in self._only):
            return
        self._left -= 1
        if self._left == 0:
            self._service.kill()
            self._sprung.set()
            if self._end is End.LEAVING:
                self._premises.lose(asked)

    async def sprung(self, seconds: float) -> None:
        """Wait until it killed, at most so long."""
        try:
            async with asyncio.timeout(seconds):
                await self._sprung.wait()
        except TimeoutError:
            return
