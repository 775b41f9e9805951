"""A bot at a fake platform, for the tests of the Telegram adapter."""

import asyncio
import os
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime

import pytest

from fanbot.domain.messages import Address, OutboundKind
from fanbot.domain.reach import Barrier
from fanbot.errors import AdapterError, StoreError
from fanbot.ports.platform import Dispatch, Heard, Recollection
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


class Seen:
    """Keep what a bot notes of its fans; the first notes raise ``troubles``, one each."""

    def __init__(self, *troubles: Exception) -> None:
        """Begin with nothing noted."""
        self.noted: list[tuple[str, Barrier | None]] = []
        self.asked = 0
        self._troubles = deque(troubles)

    async def places(self) -> Sequence[Heard]:
        """Know of no place."""
        return ()

    async def note_gap(self, why: str, *, place: str = "", since: datetime | None = None) -> None:
        """Know nothing of gaps: the platform keeps what was not read."""

    async def note_reach(self, user: str, why: Barrier | None) -> None:
        """Keep who can be reached."""
        self.asked += 1
        if self._troubles:
            raise self._troubles.popleft()
        self.noted.append((user, why))


def bot(
    fake: FakeTelegram,
    *,
    limits: Limits = QUICK,
    sleep: Callable[[float], Awaitable[None]] = soon,
    team: TeamDoor | None = None,
    recollection: Recollection | None = None,
    **settings: str | int,
) -> TelegramPlatform:
    """Open a bot at the fake."""
    chosen = Settings(TOKEN, base_url=fake.base_url, base_file_url=fake.base_url, **settings)  # type: ignore[arg-type]
    return TelegramPlatform(
        "main",
        chosen,
        secret="a-secret",
        team=team,
        recollection=recollection,
        pace=Pace(limits),
        sleep=sleep,
    )


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
            with suppress(AdapterError, StoreError):
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
