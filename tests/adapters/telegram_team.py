"""A team at a fake platform: its group, its people, and a door that notes what they do."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from fanbot.domain.messages import Choice
from fanbot.ports.staff import Act, Card, Remark, Spot, StaffRoom
from fanbot.testing.intake import ListIntake
from fanbot.testing.telegram import fans
from fanbot.testing.telegram.groups import Group
from fanbot.testing.telegram.sent import Sent
from fanbot.testing.telegram.server import FakeTelegram
from fanbot_telegram.platform import TelegramPlatform
from tests.adapters.telegram_support import bot, hearing, platform

GROUP = -1003001
SAM = fans.user(7001, "Sam")
CARD = Card("h1", "Ada: my order", "Where is my parcel?", (Choice("claim/h1", "Claim"),))


class Door:
    """A team door that notes acts, says what it was given to say, and can wait or refuse."""

    def __init__(self) -> None:
        self.acts: list[Act] = []
        self.brought: list[Act] = []
        self.remarks: list[Remark | None] = []
        self.refusals: list[Exception] = []
        self.opened = asyncio.Event()
        self.opened.set()

    async def __call__(self, act: Act) -> Remark | None:
        self.brought.append(act)
        await self.opened.wait()
        if self.refusals:
            raise self.refusals.pop(0)
        self.acts.append(act)
        return self.remarks.pop(0) if self.remarks else None


class Team:
    """One account with a group of its team, and what happens there."""

    def __init__(self, fake: FakeTelegram, telegram: TelegramPlatform, door: Door) -> None:
        self.fake = fake
        self.telegram = telegram
        self.door = door
        self.group: Group = fake.group(GROUP)
        self.intake = ListIntake()
        self._messages = 5000

    @property
    def room(self) -> StaffRoom:
        room = self.telegram.staff
        assert room is not None
        return room

    def card(self, spot: Spot) -> Sent:
        """Return the card as it stands there."""
        [card] = [each for each in self.fake.sent if str(each.id) == spot.message]
        return card

    def lines(self, spot: Spot) -> Sequence[Sent]:
        """Return what stands in a topic, the card first."""
        return [each for each in self.fake.sent if str(each.topic) == spot.thread]

    def writes(self, text: str, spot: Spot, *, to: Sent | None = None, **more: Any) -> int:
        """Let a person write in a topic; return the message's id."""
        self._messages += 1
        if to is not None:
            more["reply_to_message"] = self.fake.shown(to)
        by = more.pop("by", SAM)
        told = self.group.write(text, int(spot.thread), by=by, id_=self._messages, **more)
        self.fake.updates.push(told)
        return self._messages

    def presses(self, choice: str, on: Sent, *, query: str = "4711") -> None:
        """Let a person press a button."""
        self.fake.updates.push(fans.pressed(choice, on=self.fake.shown(on), query=query, by=SAM))


@asynccontextmanager
async def team(**more: Any) -> AsyncIterator[Team]:
    """Serve the platform and open an account with a team; nobody listens yet."""
    async with platform() as fake:
        door = Door()
        there = Team(fake, bot(fake, team=door, **({"staff_chat": GROUP} | more)), door)
        try:
            yield there
        finally:
            await there.telegram.close()


@asynccontextmanager
async def listening(**more: Any) -> AsyncIterator[Team]:
    """Serve the platform, open an account with a team, and listen."""
    async with platform() as fake:
        door = Door()
        there = Team(fake, bot(fake, team=door, **({"staff_chat": GROUP} | more)), door)
        async with hearing(there.telegram, there.intake):
            await fake.until_asked()
            try:
                yield there
            finally:
                door.opened.set()
