"""A bot at a fake platform, for the tests of the Telegram adapter."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from fanbot.domain.messages import Address, OutboundKind
from fanbot.errors import AdapterError
from fanbot.ports.platform import Dispatch
from fanbot.ports.staff import TeamDoor
from fanbot.testing.intake import ListIntake
from fanbot.testing.telegram.official import VARIABLE
from fanbot.testing.telegram.server import TOKEN, FakeTelegram, fake_telegram
from fanbot_telegram.pace import Limits, Pace
from fanbot_telegram.platform import TelegramPlatform
from fanbot_telegram.settings import Settings

PATIENCE = 30.0
"""Seconds after which something that must happen counts as not happening."""
QUICK = Limits(overall=10_000, person=1_000, group=10_000, staff=1_000)
"""A pace that no test has to wait for."""


async def soon(seconds: float) -> None:
    """Sleep for a moment where the adapter would for longer."""
    await asyncio.sleep(min(seconds, 0.02))


def bot(
    fake: FakeTelegram,
    *,
    limits: Limits = QUICK,
    sleep: Callable[[float], Awaitable[None]] = soon,
    team: TeamDoor | None = None,
    **settings: str | int,
) -> TelegramPlatform:
    """Open a bot at the fake."""
    chosen = Settings(TOKEN, base_url=fake.base_url, base_file_url=fake.base_url, **settings)  # type: ignore[arg-type]
    return TelegramPlatform("main", chosen, secret="a-secret", team=team, pace=Pace(limits), sleep=sleep)


def answer(text: str = "Hello!", *, chat: int = 3001, thread: str = "", **more: object) -> Dispatch:
    """Write an answer to message 101 of a chat."""
    place = Address("telegram", "main", str(chat), thread)
    return Dispatch("k1", place, OutboundKind.ANSWER, text, in_reply_to="101", **more)  # type: ignore[arg-type]


@asynccontextmanager
async def platform() -> AsyncIterator[FakeTelegram]:
    """Serve the fake, and look at the end whether anything asked of it was against the documentation."""
    async with fake_telegram() as fake:
        yield fake
    assert fake.faults == []


@asynccontextmanager
async def hearing(telegram: TelegramPlatform, intake: ListIntake | None = None) -> AsyncIterator[ListIntake]:
    """Listen in the background, as the supervisor does, and close at the end."""
    intake = intake or ListIntake()

    async def again() -> None:
        while True:
            with suppress(AdapterError):
                await telegram.listen(intake)
            await asyncio.sleep(0.02)

    listener = asyncio.create_task(again())
    try:
        async with asyncio.timeout(PATIENCE):
            yield intake
        assert not listener.done(), listener.exception()
    finally:
        intake.release()
        listener.cancel()
        await asyncio.wait([listener])
        await telegram.close()


async def until(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds, or fail."""
    async with asyncio.timeout(PATIENCE):
        while True:
            if condition():
                return
            await asyncio.sleep(0.01)


def say_whether_official() -> None:
    """Skip, and say so, where the official description is not at hand."""
    if not os.environ.get(VARIABLE):
        pytest.skip(f"requests are not checked against the official description: {VARIABLE} names no folder")
