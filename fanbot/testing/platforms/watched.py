"""The two fake platforms, with somebody who is told of each request and may hold it up."""

from collections.abc import Awaitable, Callable
from enum import StrEnum
from pathlib import Path
from typing import Any

from fanbot.testing.discord import FakeDiscord
from fanbot.testing.telegram.http import Answer, Request
from fanbot.testing.telegram.server import FakeTelegram


class Moment(StrEnum):
    """Say when: before the platform acts on a request, or when it acted and has not answered yet."""

    BEFORE = "before"
    AFTER = "after"


Watch = Callable[[str, Moment], Awaitable[None]]
"""Is told what was asked, such as ``discord POST /api/v10/…`` or ``telegram sendMessage``; the request
waits until it returns."""


class WatchedDiscord(FakeDiscord):
    """A fake Discord whose requests and connections are watched."""

    def __init__(self, folder: Path, watch: Watch) -> None:
        """Keep its certificates in ``folder``."""
        super().__init__(folder)
        self._watch = watch

    async def _serve(self, request: Any) -> Any:
        asked = f"discord {request.method} {request.path}"
        await request.read()  # kept for who serves it, also when its client is gone by then
        await self._watch(asked, Moment.BEFORE)
        answer = await super()._serve(request)
        await self._watch(asked, Moment.AFTER)
        return answer


class WatchedTelegram(FakeTelegram):
    """A fake Bot API whose calls are watched."""

    def __init__(self, watch: Watch) -> None:
        """Begin with nothing said."""
        super().__init__()
        self._watch = watch

    async def _answer(self, request: Request) -> Answer:
        asked = f"telegram {request.path.rpartition('/')[2]}"
        await self._watch(asked, Moment.BEFORE)
        answer = await super()._answer(request)
        await self._watch(asked, Moment.AFTER)
        return answer
