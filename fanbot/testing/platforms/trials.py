"""Both platforms fail in every way that they can; afterwards everything that waited is there, or named."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from fanbot.testing.discord import troubles as discord
from fanbot.testing.discord.gateway import Gateway
from fanbot.testing.platforms.house import House
from fanbot.testing.platforms.premises import Premises, Service, unwatched
from fanbot.testing.platforms.seen import PlatformObservation
from fanbot.testing.platforms.troubles import TROUBLES, Calls, Trouble
from fanbot.testing.platforms.watched import Moment
from fanbot.testing.telegram import server as telegram

_HANGING, _TIMES = ("sendMessage", "getUpdates", "discord POST"), 2
"""Calls that hang, and how often."""
_HELD = 35.0
"""Seconds that a request hangs: longer than either adapter waits for a send."""
_BETWEEN = 3.0
"""Seconds between two losses of a connection."""
_NONCES_LIVE = 120.0
"""Seconds after which a bot may not count on Discord's memory of a nonce."""
_BACK_WITHIN = 90.0
"""Seconds from the return of both platforms until both are heard again. Pauses grow while they are away, up
to 30 seconds on Telegram and 15 on Discord."""


@dataclass(slots=True)
class Trials:
    """One run; ``took`` maps each round to its seconds. ``lasting``: so many seconds a trouble is given.

    ``hangs``: also let calls hang, which takes minutes.
    """

    premises: Premises
    seed: int
    troubles: Sequence[Trouble] = TROUBLES
    hangs: bool = True
    lasting: float = 20.0
    house: House = field(init=False)
    took: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.house = House(self.premises, seed=self.seed)

    @property
    def gateway(self) -> Gateway:
        """Return Discord's."""
        return self.premises.discord.gateway

    async def run(self, *, gone: float) -> PlatformObservation:
        """Try everything, with both platforms away for ``gone`` seconds; return what was seen."""
        async with self._serving("the beginning") as service:
            await self.house.begin(service)
        async with self.house.people():
            for trouble in self.troubles:
                await self._calls_fail(trouble)
            if self.hangs:
                await self._calls_hang("hangs, and is done", lost=False)
                await self._calls_hang("hangs, and is lost", lost=True)
            async with self._serving("lost connections") as service:
                await self._connections_drop(service)
            async with self._serving("gone") as service:
                await self._away(service, gone)
        async with Service(self.premises.folder) as last:
            return await self.house.at_rest(last)

    async def _calls_fail(self, trouble: Trouble) -> None:
        """Let every kind of call fail, and go on for a while."""
        calls = Calls()
        self.premises.watch = calls.watch
        trouble.begin(self.premises)
        async with self._serving(trouble.name) as service:
            await self.house.until(service, lambda: not calls.lacking)
            await asyncio.sleep(self.lasting)
        self.premises.watch = unwatched

    async def _calls_hang(self, name: str, *, lost: bool) -> None:
        """Hold up the next sends and asks for updates, and let others pass."""
        held: Counter[str] = Counter()

        async def watch(asked: str, moment: Moment) -> None:
            kind = next((word for word in _HANGING if word in asked), "")
            if not kind or moment is not Moment.BEFORE or held[kind] >= _TIMES:
                return
            held[kind] += 1
            await asyncio.sleep(_HELD)
            if lost:
                self.premises.lose(asked)

        async with self._serving(name) as service:
            await asyncio.sleep(_BETWEEN)
            self.premises.watch = watch
            await self.house.until(service, lambda: all(held[word] >= _TIMES for word in _HANGING))
            self.premises.watch = unwatched
            await asyncio.sleep(_HELD)
        assert all(held[word] >= _TIMES for word in _HANGING), f"not all were held: {held}"

    async def _connections_drop(self, service: Service) -> None:
        gateway = self.gateway

        async def resumable() -> None:
            for session in gateway.live:
                assert session.socket is not None
                await session.socket.send({"op": 9, "d": True})

        async def closed() -> None:
            for session in gateway.live:
                assert session.socket is not None
                await session.socket.ws.close(code=4000, message=b"Unknown error.")

        drops: tuple[Callable[[], Awaitable[None]], ...] = (
            lambda: gateway.cut(forget=False),
            closed,
            gateway.reconnect,
            resumable,
            gateway.invalidate,
            lambda: gateway.cut(forget=True),
        )
        for drop in drops:
            await asyncio.sleep(_BETWEEN)
            await self.house.until(service, lambda: bool(gateway.live))
            before = len(gateway.heard)
            await drop()
            await self.house.until(service, lambda: len(gateway.heard) > before)  # noqa: B023 - waited for here
            self._cut_telegram()

    def _cut_telegram(self) -> None:
        self.premises.telegram.next("getUpdates", telegram.Cut.AFTER)

    async def _away(self, service: Service, seconds: float) -> None:
        """Go away just when a message may have arrived; forget sessions, and nonces after minutes."""
        fake, world, gateway = self.premises.telegram, self.premises.discord.world, self.gateway
        await self.house.until(service, lambda: bool(gateway.live))
        before = len(world.keys)
        self.premises.discord.troubles.plan(r"POST /channels/\d+/messages", *([discord.Cut.AFTER] * 3))
        await self.house.until(service, lambda: len(world.keys) > before)
        await self.premises.discord.go_away()
        await fake.listener.down()
        gateway.sessions.clear()
        await asyncio.sleep(seconds)
        if seconds > _NONCES_LIVE:
            world.nonces.clear()
        await self.premises.discord.come_back()
        await fake.listener.up()
        back = time.monotonic()
        asked = fake.updates.asked
        await self.house.until(
            service, lambda: bool(gateway.live) and fake.updates.asked > asked, within=_BACK_WITHIN
        )
        self.took["heard again after the return"] = round(time.monotonic() - back, 1)

    @asynccontextmanager
    async def _serving(self, name: str) -> AsyncIterator[Service]:
        """Run a process for one round, and end it in good order."""
        began = time.monotonic()
        async with Service(self.premises.folder) as service:
            yield service
            assert service.lives, f"It ended during {name}: {service.tail()}"
            await service.stop()
        self.took[name] = round(time.monotonic() - began, 1)
