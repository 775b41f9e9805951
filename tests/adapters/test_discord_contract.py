"""The Discord adapter keeps the contract of every adapter, in direct messages and on a server."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from fanbot.testing.contract import AdapterContract
from fanbot.testing.discord import FakeDiscord
from fanbot.testing.discord.messages import pings
from fanbot.testing.discord.world import Json
from fanbot.testing.far_end import Heard, Saying
from fanbot_discord.platform import DiscordPlatform
from tests.adapters.discord_support import adapter, folder, last_heard, needs_openssl

CHANNELS = ("2001", "2002", "2007")


class FansOnDiscord:
    """Fans who write whether anybody listens or not, as on Discord."""

    def __init__(self, fake: FakeDiscord, platform: DiscordPlatform) -> None:
        self.platform = platform
        self._fake = fake
        self._written: dict[tuple[str, str], Json] = {}

    async def say(self, *sayings: Saying) -> None:
        for saying in sayings:
            self._written[saying.channel, saying.id] = await self._fake.write(
                saying.channel,
                saying.text,
                id_=saying.id,
                fan=saying.author,
                name=saying.name,
                bot=saying.bot,
            )

    async def redeliver(self, saying: Saying) -> None:
        await self._fake.again(self._written[saying.channel, saying.id])

    async def heard(self, count: int) -> Sequence[Heard]:
        said = await self._fake.said(count)
        bodies = [each.body for each in self._fake.world.requests if each.method == "POST" and each.body]
        loud = sum(pings(body) for body in bodies if "content" in body)
        return [
            Heard(
                each["content"],
                each["channel_id"],
                each.get("message_reference", {}).get("message_id", ""),
                self._fake.world.keys.get(each["id"], ""),
                loud,
            )
            for each in said
        ]

    async def confirmed(self, count: int) -> Sequence[str]:
        return [message for _, message, _ in await self._fake.receipts(count)]

    async def cut(self) -> None:
        await self._fake.go_away()


@asynccontextmanager
async def connected(*, direct: bool) -> AsyncIterator[FansOnDiscord]:
    """Connect an adapter that heard the message 100 in every channel before."""
    async with FakeDiscord(folder()) as fake:
        for channel in CHANNELS:
            if direct:
                fake.world.direct(channel, "3001")
            else:
                fake.world.server_channel(channel)
        heard = [last_heard(channel, "100", direct=direct) for channel in CHANNELS]
        settings = {"receipts": True, "question_channels": [] if direct else list(CHANNELS)}
        platform = adapter(fake, *heard, settings=settings)
        try:
            yield FansOnDiscord(fake, platform)
        finally:
            await platform.close()
            assert fake.world.complaints == []


@needs_openssl
class TestDirect(AdapterContract):
    """Discord's direct messages as a platform."""

    entry_point = "fanbot_discord:spec"

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[FansOnDiscord]:
        """Open a direct channel."""
        async with connected(direct=True) as fans:
            yield fans


@needs_openssl
class TestServer(AdapterContract):
    """A server's channels for questions as a platform."""

    entry_point = "fanbot_discord:spec"

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[FansOnDiscord]:
        """Open a channel for questions."""
        async with connected(direct=False) as fans:
            yield fans
