"""Everybody around a fanbot on both platforms: fans who write, an artist who answers; and a last look."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fanbot.testing.faces.seen import settled
from fanbot.testing.pipes import PATIENCE, exported
from fanbot.testing.platforms.artist import Artist
from fanbot.testing.platforms.premises import Premises, Service
from fanbot.testing.platforms.seats import SEATS
from fanbot.testing.platforms.seen import PlatformObservation, arrivals
from fanbot.testing.platforms.writers import Writers

_LOOK = 0.02
_PAUSE = 0.6
"""Seconds between two moves of the artist."""
_AT_REST_AFTER = 90.0
"""Seconds in which nothing more is heard or said: what is missing then does not come."""


class House:
    """The people; ``arrived`` counts what the bot said."""

    def __init__(self, premises: Premises, *, seed: int) -> None:
        """Let everybody do the same for the same seed."""
        self.premises = premises
        self.writers = Writers(premises.discord, premises.telegram, seed=seed)
        self.artist = Artist(premises.folder, premises.reach, seed, _PAUSE)

    @property
    def arrived(self) -> int:
        """Count what stands on both platforms."""
        return len(self.premises.telegram.sent) + len(self.premises.discord.world.keys)

    async def begin(self, service: Service) -> None:
        """Let every fan write once and be answered: bots cannot list the private chats of unknown fans."""
        await self.until(service, lambda: bool(self.premises.discord.gateway.live))
        for seat in SEATS:
            await self.writers.write(seat)
        await self.until(service, lambda: self.arrived >= len(SEATS))

    @asynccontextmanager
    async def people(self) -> AsyncIterator[None]:
        """Let fans write and the artist answer until the block ends."""
        over = asyncio.Event()
        tasks = [
            asyncio.create_task(self.writers.keep_writing(over)),
            asyncio.create_task(self.artist.work(over)),
        ]
        try:
            yield
            over.set()
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def until(
        self, service: Service, condition: Callable[[], bool], *, within: float = PATIENCE
    ) -> None:
        """Wait until the condition is true or the process is gone, or fail."""
        deadline = time.monotonic() + within
        while service.lives and not condition():
            assert time.monotonic() < deadline, f"Not within {within:g} s; it said: {service.tail()}"
            await asyncio.sleep(_LOOK)

    async def at_rest(self, service: Service) -> PlatformObservation:
        """Wait until everything was heard, decided and sent; end the process; return what was seen."""
        folder = self.premises.folder
        before, changed = (-1, -1), time.monotonic()
        while time.monotonic() - changed < _AT_REST_AFTER:
            assert service.lives, f"It ended: {service.tail()}"
            known = await asyncio.to_thread(exported, folder)
            now = sum(record["type"] == "message" for record in known), self.arrived
            if now[0] >= len(self.writers.told) and settled(known):
                break
            if now != before:
                before, changed = now, time.monotonic()
            await asyncio.sleep(1)
        await service.stop()
        return PlatformObservation(
            told=self.writers.told,
            arrivals=arrivals(self.premises.discord, self.premises.telegram),
            answered=self.artist.answered,
            exported=await asyncio.to_thread(exported, folder),
            undelivered=await self.artist.undelivered(),
            faults=self.premises.faults,
        )
