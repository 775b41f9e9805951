"""Fans on both platforms, who write whether anybody listens or not; each message is labelled."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence

from fanbot.testing.crowd import Crowd, Label, Told
from fanbot.testing.discord import FakeDiscord
from fanbot.testing.discord.world import BOT
from fanbot.testing.platforms.seats import DISCORD, FORUM, SEATS, Seat
from fanbot.testing.telegram import fans
from fanbot.testing.telegram.server import FakeTelegram

_KINDS = (Label.ROUTINE, Label.SMALL_TALK, Label.PERSONAL, Label.CHATTER)
NAME = "@nova_bot"
"""What the assistant is called by on Telegram; where it stands before a message, it is none of its words."""
_FIRST_ID = 100
"""Where the ids of each chat on Telegram begin; two chats have the same ones."""
_TWICE = 0.03
"""How often Discord's gateway tells of a message once more."""


class Writers:
    """All fans; ``told`` holds everything that they wrote, in order, as the judge knows it.

    A message is named ``channel/id``, and its channel ``channel/thread``.
    """

    def __init__(self, discord: FakeDiscord, telegram: FakeTelegram, *, seed: int) -> None:
        """Write the same for the same seed, if in another order."""
        self.told: list[Told] = []
        self._discord = discord
        self._telegram = telegram
        self._seed = seed
        self._crowd = Crowd(seed=seed)
        self._places: Counter[Seat] = Counter()
        self._ids: Counter[str] = Counter()

    async def keep_writing(self, over: asyncio.Event, *, seats: Sequence[Seat] = SEATS) -> None:
        """Let every seat write at its own pace until it is over."""
        async with asyncio.TaskGroup() as group:
            for seat in seats:
                group.create_task(self._keep_writing(seat, over))

    async def write(self, seat: Seat, *, again: bool = False) -> Told:
        """Let a fan write the next message; ``again``: the gateway tells of it twice."""
        drawn = self._draw(seat)
        words = f"{drawn.text} (#{self._places[seat]})"
        if seat.platform == DISCORD:
            named = (BOT,) if seat.named else ()
            text = f"<@{BOT}> {words}" if seat.named else words
            writing = self._discord.write(
                seat.thread or seat.channel, text, fan=seat.fan, name=f"Fan {seat.fan[-2:]}", mentions=named
            )
            message = await writing
            told = self._note(seat, drawn.label, message["id"], words)
            if again:
                await self._discord.again(message)
            return told
        self._ids[seat.channel] += 1
        id_ = _FIRST_ID + self._ids[seat.channel]
        told = self._note(seat, drawn.label, str(id_), words)
        self._telegram.updates.push(_update(seat, f"{NAME} {words}" if seat.named else words, id_))
        return told

    async def _keep_writing(self, seat: Seat, over: asyncio.Event) -> None:
        chance = random.Random(f"{self._seed}/{seat}")  # noqa: S311 - repeated with its seed
        while not over.is_set():
            for _ in range(chance.choice((1, 1, 1, 2))):
                await self.write(seat, again=chance.random() < _TWICE)
            try:
                async with asyncio.timeout(chance.uniform(0, 2) * seat.pause):
                    await over.wait()
            except TimeoutError:
                continue

    def _draw(self, seat: Seat) -> Told:
        """Draw the words of a message."""
        while True:
            told = self._crowd.write()
            if told.label in _KINDS and not told.edit and told.plain == seat.plain:
                return told

    def _note(self, seat: Seat, label: Label, id_: str, text: str) -> Told:
        told = Told(
            number=len(self.told),
            place=self._places[seat],
            message=f"{seat.channel}/{id_}",
            channel=seat.place,
            fan=f"{seat.platform}:{seat.fan}",
            label=label,
            text=text,
            direct=seat.direct,
            plain=seat.plain,
        )
        self._places[seat] += 1
        self.told.append(told)
        return told


def _update(seat: Seat, text: str, id_: int) -> dict[str, object]:
    """Tell of a message as the Bot API does."""
    by = fans.user(int(seat.fan), f"Fan {seat.fan}")
    more: dict[str, object] = {}
    if seat.named:
        more["entities"] = [{"type": "mention", "offset": 0, "length": len(NAME)}]
    if seat.direct:
        return fans.said(text, id_=id_, chat=fans.private(int(seat.channel)), by=by)
    chat = fans.group(int(seat.channel), forum=seat.channel == FORUM)
    if seat.thread:
        more |= {"message_thread_id": int(seat.thread), "is_topic_message": True}
    return fans.said(text, id_=id_, chat=chat, by=by, **more)
