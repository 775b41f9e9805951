"""Small regular work beside messages: claims return, snoozed items wake, files are read and swept."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from fanbot.errors import FanbotError


@dataclass(frozen=True, slots=True)
class Chore:
    """Something to do every so many seconds."""

    name: str
    every: float
    work: Callable[[], Awaitable[None]]


async def keep_up(chores: Sequence[Chore]) -> None:
    """Do the chores until cancelled; one that fails is logged and comes again."""
    scheduler = AsyncIOScheduler(timezone="UTC")
    for chore in chores:
        scheduler.add_job(
            _quietly(chore),
            "interval",
            seconds=chore.every,
            name=chore.name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
    scheduler.start()
    try:
        await asyncio.Event().wait()
    finally:
        scheduler.shutdown(wait=False)


def _quietly(chore: Chore) -> Callable[[], Awaitable[None]]:
    async def work() -> None:
        try:
            await chore.work()
        except Exception as error:  # noqa: BLE001 - no chore may stop another, or its own next turn (G7)
            told = str(error) if isinstance(error, FanbotError) else type(error).__name__
            structlog.get_logger("fanbot.chores").warning(
                "a chore failed and comes again", chore=chore.name, error=told
            )

    return work
