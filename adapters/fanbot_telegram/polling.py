"""Ask for updates again and again; the platform forgets one only when the next ask confirms it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from telegram.error import TelegramError

from fanbot_telegram import failures
from fanbot_telegram.albums import gathered
from fanbot_telegram.api import Api, FloodError
from fanbot_telegram.reader import Reader
from fanbot_telegram.standing import Standing
from fanbot_telegram.taking import Take

ALLOWED = ["message", "edited_message", "message_reaction", "callback_query", "my_chat_member"]
"""Kinds of updates that are asked for; reactions come only when they are named."""
_MOST = 100
_LONG, _GRACE = 25, 15.0
"""Seconds that the platform may wait for an update, and that its answer may take beyond that."""
_SETTLE = 1.0
"""Seconds in which the rest of an album comes."""
_PAUSES = (1.0, 2.0, 5.0, 15.0, 30.0)
"""Seconds between tries while nothing can be heard; the last one repeats."""


class Polling:
    """Hear by long polling."""

    def __init__(
        self,
        api: Api,
        *,
        standing: Standing,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Ask by ``api``; ``sleep`` between tries."""
        self._api = api
        self._standing = standing
        self._sleep = sleep

    async def listen(self, take: Take, reader: Reader) -> None:
        """Bring every update to ``take``, and ask for the next ones only when it returned."""
        offset, failed = 0, 0
        settled: frozenset[object] = frozenset()
        while True:
            try:
                updates = await self._asked(offset, wait=not settled)
            except TelegramError as error:
                failed += 1
                await self._sleep(self._pause(error, failed))
                continue
            failed = 0
            self._standing.well()
            batch = gathered(updates, reader.read, offset=offset, settled=settled)
            if batch.found:
                await take(batch.found)
            offset = batch.offset
            settled = settled | batch.unsettled if batch.unsettled else frozenset()
            if settled:
                await self._sleep(_SETTLE)

    async def _asked(self, offset: int, *, wait: bool) -> Sequence[Mapping[str, Any]]:
        answer = await self._api.call(
            "getUpdates",
            {
                "offset": offset,
                "limit": _MOST,
                "timeout": _LONG if wait else 0,
                "allowed_updates": ALLOWED,
            },
            patience=_LONG + _GRACE,
        )
        if not isinstance(answer, list):
            raise TelegramError("no list of updates")
        return [update for update in answer if isinstance(update, dict)]

    def _pause(self, error: TelegramError, failed: int) -> float:
        """Note what is wrong; return how many seconds to wait before the next try."""
        if isinstance(error, FloodError):
            return error.seconds
        pause = _PAUSES[min(failed, len(_PAUSES)) - 1]
        if why := failures.hearing(error):
            self._standing.troubled(why)
        else:
            self._standing.unreachable(failures.named(error), retry_in=pause)
        return pause
