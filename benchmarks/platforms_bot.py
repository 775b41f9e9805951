"""One bot in a process of its own: a bare echo on a platform's library, or fanbot's adapter without a store.

`python platforms_bot.py bare|adapter|httpx telegram|discord SETTINGS` runs until it is killed; SETTINGS are
an account's, as JSON. `python platforms_bot.py calls aiohttp|httpx SETTINGS` measures a transport and prints
its figures instead.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

from fanbot.domain.messages import Inbound, Kind, OutboundKind
from fanbot.ports.platform import Dispatch, Opening, Platform

ECHO = "You said: {}"
IN_FLIGHT = 64
"""Requests that a bot on Telegram may make at a time, as fanbot's adapter does."""
_NO_PACE = 1_000_000
Settings = Mapping[str, Any]


class Background:
    """Tasks that are kept until they are done; one that fails ends the process."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def do(self, work: Coroutine[Any, Any, Any]) -> None:
        """Do this beside everything else."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            asyncio.get_running_loop().stop()
            raise error


class Echo:
    """An intake that stores nothing and sends one answer for each message."""

    def __init__(self) -> None:
        self.platform: Platform | None = None
        self._background = Background()
        self._count = 0

    async def __call__(self, events: Sequence[Inbound], /) -> Sequence[bool]:
        """Answer beside; return at once."""
        assert self.platform is not None
        for event in events:
            if event.kind is Kind.MESSAGE:
                self._count += 1
                dispatch = Dispatch(
                    f"k{self._count}",
                    event.address,
                    OutboundKind.ANSWER,
                    ECHO.format(event.text),
                    in_reply_to=event.message,
                )
                self._background.do(self.platform.send(dispatch))
        return [True] * len(events)


async def adapter(platform: str, settings: Settings) -> None:
    """Run fanbot's adapter; Telegram's without its pace, which keeps to 30 messages a second."""
    echo = Echo()
    opening = Opening("main", settings)
    if platform == "telegram":
        from fanbot_telegram.pace import Limits, Pace
        from fanbot_telegram.platform import TelegramPlatform
        from fanbot_telegram.settings import read

        limits = Limits(overall=_NO_PACE, person=_NO_PACE, group=_NO_PACE, staff=_NO_PACE)
        echo.platform = TelegramPlatform("main", read(settings), pace=Pace(limits))
    else:
        from fanbot_discord.platform import opened

        echo.platform = opened(opening)
    await echo.platform.listen(echo)


def _request(kind: str, connections: int) -> Any:
    if kind == "httpx":
        from telegram.request import HTTPXRequest

        return HTTPXRequest(
            connections, read_timeout=20, write_timeout=20, connect_timeout=5, pool_timeout=20
        )
    from fanbot_telegram.transport import AiohttpRequest

    return AiohttpRequest(connections, connect=5, answer=20)


async def bare_telegram(settings: Settings, transport: str) -> None:
    """Ask for updates and answer, with what python-telegram-bot brings for both."""
    from telegram import Bot, LinkPreviewOptions, ReplyParameters

    bot = Bot(
        settings["token"],
        base_url=settings["base_url"],
        request=_request(transport, IN_FLIGHT),
        get_updates_request=_request(transport, 1),
    )
    background, offset = Background(), 0
    async with bot:
        while True:
            for update in await bot.get_updates(offset, 100, timeout=25, read_timeout=40):
                offset = update.update_id + 1
                if update.message is not None and update.message.text is not None:
                    background.do(
                        bot.send_message(
                            update.message.chat_id,
                            ECHO.format(update.message.text),
                            link_preview_options=LinkPreviewOptions(is_disabled=True),
                            reply_parameters=ReplyParameters(
                                update.message.message_id, allow_sending_without_reply=True
                            ),
                        )
                    )


async def bare_discord(settings: Settings) -> None:
    """Answer every direct message by a reply, as the library's own example does."""
    import discord

    from fanbot_discord.door import connector
    from fanbot_discord.settings import read

    intents = discord.Intents.none()
    intents.guilds = intents.message_content = True
    intents.guild_messages = intents.dm_messages = True
    intents.guild_reactions = intents.dm_reactions = True

    class Client(discord.Client):
        """A client with one handler."""

        async def on_message(self, message: discord.Message) -> None:
            """Answer what somebody else wrote."""
            if message.author != self.user:
                await message.reply(ECHO.format(message.content), mention_author=False)

    client = Client(intents=intents, connector=connector(read(settings)))
    await client.start(settings["token"])


async def calls(transport: str, settings: Settings, *, count: int) -> Mapping[str, Any]:
    """Send messages one after the other and side by side; calls a second, microseconds of work each."""
    from telegram import Bot

    wanted = {
        "chat_id": 3001,
        "text": "Hello, this is an answer of some words.",
        "link_preview_options": {"is_disabled": True},
        "reply_parameters": {"message_id": 101, "allow_sending_without_reply": True},
    }
    request = _request(transport, IN_FLIGHT)
    bot = Bot(settings["token"], base_url=settings["base_url"], request=request)

    async def some(left: Any) -> None:
        for _ in left:
            await bot._post("sendMessage", dict(wanted))  # noqa: SLF001 - as fanbot's adapter calls it

    told: dict[str, Any] = {}
    await request.initialize()
    await some(range(20))
    for side_by_side in (1, 16, IN_FLIGHT):
        left = iter(range(count))
        worked, began = time.process_time(), time.perf_counter()
        await asyncio.gather(*(some(left) for _ in range(side_by_side)))
        took, worked = time.perf_counter() - began, time.process_time() - worked
        told[str(side_by_side)] = {"per_second": round(count / took), "us": round(worked / count * 1e6)}
    await request.shutdown()
    return told


def main(words: Sequence[str]) -> None:
    """Run one of them."""
    kind, platform, settings = words[0], words[1], json.loads(words[2])
    if kind == "calls":
        told = asyncio.run(calls(platform, settings, count=int(words[3])))
        print(json.dumps(told))
        return
    bots: Mapping[tuple[str, str], Callable[[], Coroutine[Any, Any, None]]] = {
        ("bare", "telegram"): lambda: bare_telegram(settings, "aiohttp"),
        ("httpx", "telegram"): lambda: bare_telegram(settings, "httpx"),
        ("bare", "discord"): lambda: bare_discord(settings),
    }
    asyncio.run(bots[kind, platform]() if (kind, platform) in bots else adapter(platform, settings))


if __name__ == "__main__":
    main(sys.argv[1:])
