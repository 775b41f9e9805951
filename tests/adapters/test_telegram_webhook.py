"""Being told over HTTP: confirmed when stored, by the platform alone, and in order."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from fanbot.errors import StoreUnavailableError
from fanbot.serving.mounts import mounted
from fanbot.testing.intake import ListIntake
from fanbot.testing.telegram import fans
from fanbot.testing.telegram.server import FakeTelegram
from fanbot_telegram.platform import TelegramPlatform
from tests.adapters.telegram_support import bot, hearing, platform, until
from tests.adapters.webchat_support import served


@asynccontextmanager
async def reached() -> AsyncIterator[tuple[FakeTelegram, TelegramPlatform, str]]:
    """Serve a bot in webhook mode below its mount, and let the fake know where."""
    async with platform() as fake:
        later: list[TelegramPlatform] = []

        async def app(scope, receive, send):  # type: ignore[no-untyped-def]
            assert later[0].app is not None
            await later[0].app(scope, receive, send)

        async with served(mounted({"/telegram": app})) as address:
            telegram = bot(fake, mode="webhook", webhook_url=f"{address}/telegram/")
            later.append(telegram)
            yield fake, telegram, f"{address}/telegram/"


async def test_what_is_posted_is_heard_in_order() -> None:
    """Twenty messages, one connection, each confirmed; the platform forgets them then."""
    async with reached() as (fake, telegram, _), hearing(telegram) as intake:
        for number in range(20):
            fake.updates.push(fans.said(str(number), id_=number + 1))
        events = await intake.stored(20)
        assert [event.text for event in events] == [str(number) for number in range(20)]
        await fake.until_confirmed(20)
        assert fake.webhook["max_connections"] == 1
        assert "message_reaction" in fake.webhook["allowed_updates"]


async def test_nothing_is_confirmed_before_it_is_stored() -> None:
    """While the store takes nothing the platform keeps the update, and brings it again (503)."""
    async with reached() as (fake, telegram, _):
        intake = ListIntake()
        intake.refuse(StoreUnavailableError("The disk is full; nothing was kept."))
        async with hearing(telegram, intake):
            fake.updates.push(fans.said("hello"))
            [event] = await intake.stored(1)
            await fake.until_confirmed(1)
            assert event.text == "hello"
            assert fake.refused_posts[503] == 1


async def test_only_the_platform_is_believed() -> None:
    """Without its secret, or with another, nothing is stored; nor is what is no update."""
    async with reached() as (fake, telegram, url), hearing(telegram) as intake:
        await until(lambda: bool(fake.webhook))
        secret = {"X-Telegram-Bot-Api-Secret-Token": fake.webhook["secret_token"]}
        update = {"update_id": 1, **fans.said("hello")}
        async with httpx.AsyncClient() as client:
            for headers in ({}, {"X-Telegram-Bot-Api-Secret-Token": "guess"}):
                assert (await client.post(url, json=update, headers=headers)).status_code == 403
            assert (await client.get(url, headers=secret)).status_code == 405
            assert (await client.post(url, content=b"{", headers=secret)).status_code == 400
            assert (await client.post(url, content=b"x" * 5_000_000, headers=secret)).status_code == 413
            assert intake.asked == []
            assert (await client.post(url, json=update, headers=secret)).status_code == 200
            assert len(intake.events) == 1


async def test_nobody_listening_is_no_confirmation() -> None:
    """Before and after listening the platform is asked to come again."""
    async with reached() as (fake, telegram, url):
        async with hearing(telegram):
            await until(lambda: bool(fake.webhook))
        async with httpx.AsyncClient() as client:
            headers = {"X-Telegram-Bot-Api-Secret-Token": fake.webhook["secret_token"]}
            gone = await client.post(url, json={"update_id": 1, **fans.said("hello")}, headers=headers)
            assert (gone.status_code, gone.headers["retry-after"]) == (503, "5")


async def test_polling_serves_nothing() -> None:
    """An account that polls has no door to the public."""
    async with platform() as fake:
        telegram = bot(fake)
        assert telegram.app is None
        await telegram.close()
