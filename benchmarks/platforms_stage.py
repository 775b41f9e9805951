"""A fake platform on which fans write at a given rate, and a note of when each message was answered."""

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from fanbot.testing.discord import FakeDiscord
from fanbot.testing.telegram import fans
from fanbot.testing.telegram.server import TOKEN, FakeTelegram, fake_telegram

FANS = 500
"""Fans who write directly, one after the other."""
_CROWD = 200
"""Fans who write in the one shared place."""
_TICK = 0.005
_FIRST = 1_000_000
_SERVER_CHANNEL, _GROUP = "710000000000000001", -1002001
_REST = 15.0
"""Seconds in which the last answers may come."""


class Stage(ABC):
    """``written`` and ``answered`` map a message to seconds of one steady clock, ``settings`` lead here."""

    def __init__(self) -> None:
        self.written: dict[str, float] = {}
        self.answered: dict[str, float] = {}
        self._number = 0
        self._chatter = 0

    @property
    def count(self) -> int:
        """Count what was written, to the bot or not."""
        return len(self.written) + self._chatter

    @property
    @abstractmethod
    def settings(self) -> Mapping[str, Any]:
        """Return what an account's settings are here."""

    @abstractmethod
    async def ready(self) -> None:
        """Wait until a bot hears."""

    @abstractmethod
    async def write(self, number: int, text: str) -> str:
        """Let a fan write to the bot; return the message."""

    @abstractmethod
    async def chat(self, number: int, text: str) -> None:
        """Let somebody write where many read, and not to the bot."""

    async def ask(self, text: str) -> None:
        """Let the next fan write, and note when."""
        at = time.monotonic()
        number, self._number = self._number, self._number + 1
        self.written[await self.write(number, f"{text} ({number})")] = at

    async def offer(
        self, rate: float, seconds: float, *, ask: str, every: int, look: Callable[[], None]
    ) -> None:
        """Write steadily; every so many messages are a fan's to the bot, the others chatter.

        ``look`` is called at the begin, in the middle and at the end.
        """
        began, done, looked = time.monotonic(), 0, 0
        while True:
            passed = time.monotonic() - began
            if looked <= 2 * passed / seconds:
                looked += 1
                look()
            if passed >= seconds:
                return
            while done < passed * rate:
                if done % every == 0:
                    await self.ask(ask)
                else:
                    self._chatter += 1
                    await self.chat(self._chatter, f"what a night number {self._chatter}")
                done += 1
            await asyncio.sleep(_TICK)

    async def press(self, in_flight: int, seconds: float) -> float:
        """Keep so many messages waiting for their answer; return answers a second."""
        began, before = time.monotonic(), len(self.answered)
        waiting_for = len(self.written) - before
        while (passed := time.monotonic() - began) < seconds:
            while len(self.written) - len(self.answered) < in_flight + waiting_for:
                await self.ask("hello")
            await asyncio.sleep(0.001)
        return (len(self.answered) - before) / passed

    async def rest(self) -> None:
        """Wait until everything is answered, or nothing more comes."""
        ends = time.monotonic() + _REST
        while len(self.answered) < len(self.written) and time.monotonic() < ends:  # noqa: ASYNC110 - it also ends
            await asyncio.sleep(_TICK)


class _Telegram(Stage):
    def __init__(self, fake: FakeTelegram) -> None:
        super().__init__()
        self._fake = fake
        self._send = fake._do_sendMessage  # noqa: SLF001 - to see when a message comes
        fake._do_sendMessage = self._sent  # type: ignore[method-assign]  # noqa: SLF001

    @property
    def settings(self) -> Mapping[str, Any]:
        return {"token": TOKEN, "base_url": self._fake.base_url, "base_file_url": self._fake.base_url}

    async def ready(self) -> None:
        await self._fake.until_asked()

    async def write(self, number: int, text: str) -> str:
        fan, id_ = 500_000 + number % FANS, _FIRST + number
        by = fans.user(fan, f"Fan {fan}")
        self._fake.updates.push(fans.said(text, id_=id_, chat=fans.private(fan), by=by))
        return str(id_)

    async def chat(self, number: int, text: str) -> None:
        fan = 9000 + number % _CROWD
        by = fans.user(fan, f"Fan {fan}")
        self._fake.updates.push(fans.said(text, id_=2 * _FIRST + number, chat=fans.group(_GROUP), by=by))

    async def _sent(self, wanted: Mapping[str, Any]) -> object:
        reply = wanted.get("reply_parameters", {}).get("message_id", 0)
        self.answered.setdefault(str(reply), time.monotonic())
        return await self._send(wanted)


class _WatchedDiscord(FakeDiscord):
    """A fake that tells which message each of the bot's replies answers, as the request comes."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.answered: dict[str, float] = {}

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        at = time.monotonic()
        before = len(self.world.requests)
        response = await super()._serve(request)
        if request.method == "POST" and request.path.endswith("/messages"):
            asked = next(each for each in reversed(self.world.requests[before:]) if each.method == "POST")
            reference = (asked.body or {}).get("message_reference") or {}
            self.answered.setdefault(str(reference.get("message_id", "")), at)
        return response


class _Discord(Stage):
    def __init__(self, fake: _WatchedDiscord) -> None:
        super().__init__()
        self._fake = fake
        self.answered = fake.answered
        fake.world.server_channel(_SERVER_CHANNEL, name="hall")
        for fan in range(FANS):
            fake.world.direct(str(720000000000000000 + fan), str(730000000000000000 + fan))

    @property
    def settings(self) -> Mapping[str, Any]:
        return self._fake.settings

    async def ready(self) -> None:
        await self._fake.gateway.connected()
        await self._fake.gateway.caught_up()

    async def write(self, number: int, text: str) -> str:
        fan = number % FANS
        who, channel = str(730000000000000000 + fan), str(720000000000000000 + fan)
        message = await self._fake.write(channel, text, fan=who, name=f"Fan {fan}")
        return str(message["id"])

    async def chat(self, number: int, text: str) -> None:
        fan = number % _CROWD
        who = str(740000000000000000 + fan)
        await self._fake.write(_SERVER_CHANNEL, text, fan=who, name=f"Fan {fan}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where stages are put up; ``folder`` keeps the certificates."""

    folder: Path

    @asynccontextmanager
    async def stage(self, platform: str) -> AsyncIterator[Stage]:
        """Put up a platform that nobody has used."""
        if platform == "telegram":
            async with fake_telegram() as telegram:
                yield _Telegram(telegram)
        else:
            async with _WatchedDiscord(self.folder / "certificates") as discord:
                yield _Discord(discord)
