"""The Telegram adapter keeps the contract of every adapter, over the Bot API on loopback."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from fanbot.testing.contract import AdapterContract
from fanbot.testing.far_end import Heard, Saying
from fanbot.testing.telegram import fans
from fanbot.testing.telegram.server import FakeTelegram
from tests.adapters.telegram_support import bot, platform


class BotEnd:
    """Fans who write to the bot in private chats.

    What the platform was told is taken it never delivers again, so a redelivery is a new update that
    tells of the same message, as one before a restart of the platform would.
    """

    def __init__(self, fake: FakeTelegram) -> None:
        self.platform = bot(fake)
        self._fake = fake

    async def say(self, *sayings: Saying) -> None:
        for saying in sayings:
            self._fake.updates.push(
                fans.said(
                    saying.text,
                    id_=int(saying.id),
                    chat=fans.private(int(saying.channel)),
                    by=fans.user(int(saying.author), saying.name, bot=saying.bot),
                )
            )

    async def redeliver(self, saying: Saying) -> None:
        await self.say(saying)

    async def heard(self, count: int) -> Sequence[Heard]:
        return [
            Heard(sent.text, str(sent.chat), str(sent.reply_to or ""), pings=sent.pings)
            for sent in await self._fake.until_sent(count)
        ]

    async def confirmed(self, count: int) -> Sequence[str]:
        await self._fake.until_confirmed(count)
        return [str(update["message"]["message_id"]) for update in self._fake.updates.confirmed]

    async def cut(self) -> None:
        await self._fake.listener.down()


class TestTelegram(AdapterContract):
    """Telegram as a platform."""

    entry_point = "fanbot_telegram:spec"

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[BotEnd]:
        """Serve the Bot API, and open a bot at it."""
        async with platform() as fake:
            far_end = BotEnd(fake)
            try:
                yield far_end
            finally:
                await far_end.platform.close()
