"""The Discord adapter connected to the fake Discord, and what its store would recollect."""

import asyncio
import atexit
import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

from fanbot.domain.messages import Address
from fanbot.domain.reach import Barrier
from fanbot.ports.platform import Heard, Opening
from fanbot.ports.staff import Act, Remark, StaffRoom
from fanbot.testing.discord import FakeDiscord
from fanbot.testing.discord.certificates import can_be_made
from fanbot.testing.intake import ListIntake
from fanbot_discord.pace import Pace
from fanbot_discord.platform import DiscordPlatform
from fanbot_discord.settings import read

DIRECT, QUESTIONS, TALK, THREAD, TEAM = "2001", "2100", "2200", "2300", "2400"
PATIENCE = 20.0
needs_openssl = pytest.mark.skipif(
    not can_be_made(), reason="no `openssl` command to make a certificate with"
)


@cache
def folder() -> Path:
    """Return where the certificates of this process are kept until it ends."""
    made = Path(mkdtemp(prefix="fake-discord-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


class Memory:
    """Recollects what it was told, as a store would."""

    def __init__(self, *heard: Heard) -> None:
        self.heard = heard
        self.gaps: list[str] = []

    async def places(self) -> Sequence[Heard]:
        return self.heard

    async def note_reach(self, user: str, why: Barrier | None) -> None:
        """Know nothing of it: Discord tells of it only when a message does not arrive."""

    async def note_gap(self, why: str, *, place: str = "", since: datetime | None = None) -> None:
        del since
        self.gaps.append(f"{place}: {why}")


def last_heard(
    channel: str, message: str, *, thread: str = "", direct: bool = True, ago: timedelta = timedelta(0)
) -> Heard:
    """Say that this message was the last of its place."""
    return Heard(Address("discord", "main", channel, thread), message, direct, datetime.now(UTC) - ago)


class Team:
    """Takes what people of the team do; ``say`` is what the next of them are told, None without an end."""

    def __init__(self, *say: Remark | Exception | None) -> None:
        self.acts: list[Act] = []
        self._say = list(say)
        self._open = asyncio.Event()
        self._open.set()

    async def __call__(self, act: Act) -> Remark | None:
        self.acts.append(act)
        await self._open.wait()
        told = self._say.pop(0) if self._say else None
        if isinstance(told, Exception):
            raise told
        return told

    def hold(self) -> None:
        """Let whoever acts wait until ``release``."""
        self._open.clear()

    def release(self) -> None:
        self._open.set()


def adapter(
    fake: FakeDiscord, *heard: Heard, memory: Memory | None = None, team: Team | None = None, **more: Any
) -> DiscordPlatform:
    """Open the adapter at the fake, with what the store recollects; ``more`` goes to the platform.

    With a ``team``, it has a room for it. Sessions may follow one another at once.
    """
    settings = {**fake.settings, "question_channels": [QUESTIONS], **more.pop("settings", {})}
    if team is not None:
        settings["staff_channel"] = TEAM
    opening = Opening("main", settings, recollection=memory or Memory(*heard), team=team)
    return DiscordPlatform(opening, read(settings), **{"pace": Pace(least=0), **more})


def room(platform: DiscordPlatform) -> StaffRoom:
    """Return the team's room, which must be there."""
    assert platform.staff is not None
    return platform.staff


@asynccontextmanager
async def discord() -> AsyncIterator[FakeDiscord]:
    """Serve a fake with a direct channel, a channel for questions, another one and a thread in that."""
    async with FakeDiscord(folder()) as fake:
        fake.world.direct(DIRECT, "3001")
        fake.world.server_channel(QUESTIONS)
        fake.world.server_channel(TALK, name="talk")
        fake.world.thread(THREAD, TALK)
        fake.world.server_channel(TEAM, name="team")
        yield fake
        assert fake.world.complaints == []


@asynccontextmanager
async def listening(
    fake: FakeDiscord, platform: DiscordPlatform, intake: ListIntake | None = None
) -> AsyncIterator[ListIntake]:
    """Listen in the background once the session stands; what is awaited must come in time."""
    intake = intake or ListIntake()
    listener = asyncio.create_task(platform.listen(intake))
    try:
        async with asyncio.timeout(PATIENCE):
            connected = asyncio.create_task(fake.gateway.connected())
            await asyncio.wait([listener, connected], return_when=asyncio.FIRST_COMPLETED)
            connected.cancel()
            if listener.done():
                listener.result()
            yield intake
    except TimeoutError:
        if listener.done():
            listener.result()
        raise
    finally:
        intake.release()
        listener.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await listener


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something is so; whoever calls sets the limit."""
    while not condition():  # noqa: ASYNC110 - several rooms add to what is looked at
        await asyncio.sleep(0.01)
