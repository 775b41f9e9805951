"""The outbox and the pace of a bot together: what has no turn yet is not on its way."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fanbot.domain.settings import SignalSettings
from fanbot.ports.platform import Capabilities, Resend
from fanbot.ports.store import Claim, Postponed, Settlement
from fanbot.scheduling.clock import SystemClock
from fanbot.services.outbox import Outbox
from fanbot.storage import SqlStore, open_store
from fanbot.testing.letters import inbound
from fanbot.testing.stores import answer, answered, decide, hear
from fanbot.testing.telegram.server import TOKEN, FakeTelegram
from fanbot.testing.troubles import TroubledStore, Troubles
from fanbot_telegram.pace import Limits, Pace
from fanbot_telegram.platform import TelegramPlatform
from fanbot_telegram.settings import Settings
from tests.adapters.telegram_support import PATIENCE, platform, until

BOT, USUAL = "telegram/main", Limits()
ALL, AT_ONCE = 30, 4
"""Fans, and messages that leave at the same time."""


@dataclass
class Speaking:
    """A store, its outbox at work, and what that claims and postpones."""

    fake: FakeTelegram
    store: SqlStore
    now: float = 1000.0
    claimed: list[Claim] = field(default_factory=list)
    postponed: list[Settlement] = field(default_factory=list)

    async def say(self, *texts: str, fans: int) -> None:
        """Have so many fans be answered with these texts each."""
        for fan in range(1, fans + 1):
            event = inbound("hi", message=f"{fan}", channel=f"{fan}", platform="telegram")
            (pending,) = await hear(self.store, event)
            told = (answer(pending.inbound, text) for text in texts)
            await decide(self.store, answered(pending, *told, at=SystemClock().now()))

    def texts(self) -> list[str]:
        return [sent.text for sent in self.fake.sent]


class Noted(TroubledStore):
    """Write down what the outbox asks for."""

    def __init__(self, speaking: Speaking) -> None:
        super().__init__(speaking.store, Troubles())
        self._claim, self._settle = self.outbox.claim, self.outbox.settle
        self.outbox.claim = self.claim  # type: ignore[method-assign]
        self.outbox.settle = self.settle  # type: ignore[method-assign]
        self._speaking = speaking

    async def claim(self, **more: object) -> Sequence[Claim]:
        claims = await self._claim(**more)  # type: ignore[arg-type]
        self._speaking.claimed += claims
        return claims

    async def settle(self, results: Sequence[Settlement]) -> bool:
        self._speaking.postponed += (result for result in results if isinstance(result, Postponed))
        return await self._settle(results)


@asynccontextmanager
async def speaking(folder: Path, *texts: str, fans: int, limits: Limits = USUAL) -> AsyncIterator[Speaking]:
    """Let the outbox work at a bot for which time stands still until ``now`` is set."""
    clock = SystemClock()
    store = await open_store(f"sqlite:///{folder}/fanbot.db", settings=SignalSettings(), now=clock.now)
    async with platform() as fake:
        told = Speaking(fake, store)
        await told.say(*texts, fans=fans)
        settings = Settings(TOKEN, base_url=fake.base_url, base_file_url=fake.base_url)
        bot = TelegramPlatform("main", settings, pace=Pace(limits, now=lambda: told.now))
        store.outbox.serve({BOT: Resend.NEVER}, paced={BOT: bot})
        outbox = Outbox(
            store=Noted(told).outbox,
            platforms={BOT: bot},
            capabilities={BOT: Capabilities(Resend.NEVER)},
            clock=clock,
        )
        running = asyncio.create_task(outbox.run())
        try:
            async with asyncio.timeout(PATIENCE):
                yield told
        finally:
            running.cancel()
            await asyncio.wait([running])
            await outbox.finish()
            await bot.close()
            await store.close()


async def test_what_has_no_turn_holds_up_no_other_chat_and_is_in_no_doubt(tmp_path: Path) -> None:
    """Every fan has the first message before any has the second, and a crash then parks nothing."""
    async with speaking(tmp_path, "one", "two", fans=ALL, limits=Limits(overall=1000)) as told:
        await until(lambda: len(told.fake.sent) == ALL and len(told.postponed) == ALL)
        assert told.texts() == ["one"] * ALL
        assert await told.store.outbox.recover(now=SystemClock().now()) == 0
        assert await told.store.outbox.parked() == 0
        told.now += 1
        await until(lambda: len(told.fake.sent) == 2 * ALL)
        assert told.texts() == ["one"] * ALL + ["two"] * ALL
        assert {sent.chat for sent in told.fake.sent[ALL:]} == set(range(1, ALL + 1))


async def test_what_the_bot_has_no_turn_for_is_not_even_claimed(tmp_path: Path) -> None:
    """However much waits, the store is not asked to note that it goes on waiting."""
    async with speaking(tmp_path, "hello", fans=ALL) as told:
        await until(lambda: len(told.fake.sent) == AT_ONCE)
        await asyncio.sleep(0.2)
        for claimed in (AT_ONCE, 2 * AT_ONCE):
            await until(lambda: len(told.fake.sent) == claimed)  # noqa: B023 - waited for here
            assert len(told.claimed) == claimed
            told.now += 0.11
        while len(told.fake.sent) < ALL:
            told.now += 0.11
            await asyncio.sleep(0.05)
        assert (len(told.claimed), told.postponed) == (ALL, [])
