"""Keep everything running side by side: adapters, engine, outbox; start them, restart them, stop them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog

from fanbot.errors import AdapterError, FanbotError, StoreError
from fanbot.ports.bus import Bus
from fanbot.ports.clock import Clock
from fanbot.ports.platform import Capabilities, Paced, Platform
from fanbot.ports.store import Lease, Store
from fanbot.services.engine import Engine
from fanbot.services.faults import stopping, words
from fanbot.services.outbox import Outbox

_RESTARTS = (1.0, 2.0, 5.0, 15.0, 60.0)
"""Seconds before a failed adapter is started again; the last one repeats."""
_WORKED = timedelta(minutes=5)
"""An adapter that listened for so long before it failed is started again as after a first failure."""
_SIGN_OF_LIFE = 5.0
FINISH_WITHIN = 4.0
"""Seconds that a stop gives to what is under way."""


async def nothing_to_do() -> None:
    """Wait for ever."""
    await asyncio.Event().wait()


@dataclass(frozen=True, slots=True)
class Supervisor:
    """Run one engine on one store until its adapters end or somebody asks it to stop.

    ``platforms`` maps a destination to its running adapter, ``capabilities`` to what that can do;
    ``finite`` names those whose input may end. ``board`` shows the queue in the team's rooms; whatever
    becomes of it, fans are answered.
    """

    store: Store
    bus: Bus
    engine: Engine
    outbox: Outbox
    platforms: Mapping[str, Platform]
    capabilities: Mapping[str, Capabilities]
    finite: frozenset[str]
    clock: Clock
    holder: str
    chores: Callable[[], Awaitable[None]]
    board: Callable[[], Awaitable[None]] = nothing_to_do

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop`` is set or all input has ended and everything due is sent.

        Raises LeaseTakenError when another engine has the store.
        """
        last_alive = await self.store.switches.last_alive()
        await self.store.lease.acquire(holder=self.holder, now=self.clock.now())
        try:
            self.store.outbox.serve(
                {name: able.resend for name, able in self.capabilities.items()},
                paced={name: each for name, each in self.platforms.items() if isinstance(each, Paced)},
            )
            self.engine.resume(last_alive)
            recovered = await self.store.outbox.recover(now=self.clock.now())
            if recovered:
                structlog.get_logger("fanbot").info("took up what was in flight", messages=recovered)
            await self._work(stop)
        finally:
            await self._let_go()

    async def _let_go(self) -> None:
        """Give the lease back; where that cannot be noted, it is free as soon as this process has ended."""
        try:
            await self.store.lease.release(now=self.clock.now())
        except StoreError as error:
            structlog.get_logger("fanbot").warning("could not note the end of the work", error=str(error))

    async def _work(self, stop: asyncio.Event) -> None:
        listeners = [
            asyncio.create_task(self._listen(name, platform), name=f"listen {name}")
            for name, platform in self.platforms.items()
        ]
        engine = asyncio.create_task(self.engine.run(), name="engine")
        outbox = asyncio.create_task(self.outbox.run(), name="outbox")
        alive = asyncio.create_task(_renew(self.store.lease, self.clock), name="lease")
        chores = asyncio.ensure_future(self.chores())
        board = asyncio.ensure_future(self.board())
        workers = [engine, outbox, alive, chores]
        ended = asyncio.create_task(self._input_ends(listeners), name="input")
        stopped = asyncio.create_task(stop.wait(), name="stop")
        try:
            done, _ = await asyncio.wait([ended, stopped, *workers], return_when=asyncio.FIRST_COMPLETED)
            if ended in done:
                await self._drain(outbox, stopped, workers)
            for worker in workers:
                if worker.done() and not worker.cancelled():
                    worker.result()
        finally:
            await _cancel([*listeners, ended, stopped, alive, chores, board])
            await self._finish(engine, outbox)
            for name, platform in self.platforms.items():
                await _closed(name, platform)

    async def _input_ends(self, listeners: list[asyncio.Task[None]]) -> None:
        """Return once all input has ended; wait for ever when an adapter listens without end."""
        if not self.finite.issuperset(self.platforms):
            await asyncio.Event().wait()
        await asyncio.gather(*listeners)

    async def _drain(
        self, outbox: asyncio.Task[None], stopped: asyncio.Task[bool], workers: Sequence[asyncio.Future[None]]
    ) -> None:
        """Decide everything, send everything due; a stop in between cuts it short."""

        async def all_sent() -> None:
            await self.bus.drained()
            await _cancel([outbox])
            await self.outbox.drain()

        draining = asyncio.create_task(all_sent(), name="drain")
        others = [worker for worker in workers if worker is not outbox]
        try:
            watched: list[asyncio.Future[Any]] = [draining, stopped, *others]
            await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
            if draining.done():
                draining.result()
        finally:
            await _cancel([draining])

    async def _finish(self, engine: asyncio.Task[None], outbox: asyncio.Task[None]) -> None:
        """Let what is under way come to its end, within a few seconds."""
        await _cancel([engine, outbox])
        try:
            async with asyncio.timeout(FINISH_WITHIN):
                await self.engine.finish()
                await self.outbox.finish()
        except TimeoutError:
            structlog.get_logger("fanbot").warning(
                "some sends did not end in time; they are taken up at the next start"
            )
        except FanbotError as error:
            structlog.get_logger("fanbot").warning("could not note the last sends", error=str(error))

    async def _listen(self, name: str, platform: Platform) -> None:
        """Keep an adapter listening; whatever it raises, it is started again and stops no other (G7)."""
        log = structlog.get_logger("fanbot.adapters")
        failures = 0
        while True:
            began = self.clock.now()
            try:
                await platform.listen(self.bus.publish)
            except (Exception, asyncio.CancelledError) as error:
                if stopping():
                    raise
                if self.clock.now() - began >= _WORKED:
                    failures = 0
                pause = _RESTARTS[min(failures, len(_RESTARTS) - 1)]
                failures += 1
                told = words(error) if isinstance(error, AdapterError) else type(error).__name__
                log.warning("adapter failed and is started again", adapter=name, error=told, retry_in=pause)
                await self.clock.sleep(pause)
            else:
                if name in self.finite:
                    return
                await self.clock.sleep(_RESTARTS[0])


async def _closed(name: str, platform: Platform) -> None:
    """Close an adapter; one that fails at that keeps no other open (G7)."""
    try:
        await platform.close()
    except Exception as error:  # noqa: BLE001 - an adapter of a stranger may raise anything (G7)
        log = structlog.get_logger("fanbot.adapters")
        log.warning("adapter failed while closing", adapter=name, error=type(error).__name__)


async def _renew(lease: Lease, clock: Clock) -> None:
    """Write a sign of life; a store that takes nothing now is asked again at the next one."""
    while True:
        await clock.sleep(_SIGN_OF_LIFE)
        try:
            await lease.renew(now=clock.now())
        except StoreError as error:
            structlog.get_logger("fanbot").warning("no sign of life could be written", error=str(error))


async def _cancel(tasks: Iterable[asyncio.Future[Any]]) -> None:
    waiting = list(tasks)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
