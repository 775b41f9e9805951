"""What is told to Discord beside the messages: receipts, and that an interaction was heard."""

import asyncio
from collections.abc import Coroutine, Iterable

import structlog

from fanbot.domain.messages import Inbound, Kind
from fanbot_discord.interactions import KEPT, LOST, Asked
from fanbot_discord.refusals import named
from fanbot_discord.rest import Rest
from fanbot_discord.snowflakes import number

RECEIPT = "\N{INBOX TRAY}"
_DEFER_COMMAND, _DEFER_PRESS = 5, 6
_FOR_THEM_ALONE = 64
_CALLBACK = "/interactions/{interaction_id}/{interaction_token}/callback"
_ORIGINAL = "/webhooks/{webhook_id}/{webhook_token}/messages/@original"
_FOLLOW_UP = "/webhooks/{webhook_id}/{webhook_token}"
_WITHIN = 20.0
_MOST_WAITING = 1000


class Afterwards:
    """Tell in the background; what fails is logged, and nothing waits for it."""

    def __init__(self, rest: Rest, *, receipts: bool) -> None:
        self._rest = rest
        self._receipts = receipts
        self._tasks: set[asyncio.Task[None]] = set()
        self._deferred: dict[str, tuple[Asked, asyncio.Task[None]]] = {}
        self._turn = asyncio.Lock()
        self._waiting = 0

    def heard(self, asked: Asked) -> None:
        """Tell Discord within its three seconds that the press or command was heard."""
        task = self._start(self._defer(asked))
        self._deferred[asked.event.message] = (asked, task)

    def kept(self, events: Iterable[Inbound]) -> None:
        """Tell that these are stored."""
        for event in events:
            if event.message in self._deferred:
                asked, before = self._deferred.pop(event.message)
                if not asked.pressed:
                    self._start(self._note(asked, before, KEPT))
            elif self._receipts and event.kind is Kind.MESSAGE and number(event.message) is not None:
                self._receipt(event)

    async def close(self, *, within: float) -> None:
        """Tell those whose press or command was not stored that it is lost, and give up the rest."""
        lost = [self._start(self._note(asked, before, LOST)) for asked, before in self._deferred.values()]
        self._deferred.clear()
        if lost:
            await asyncio.wait(lost, timeout=within)
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _receipt(self, event: Inbound) -> None:
        if self._waiting >= _MOST_WAITING:
            return
        self._waiting += 1
        channel = event.address.thread or event.address.channel
        self._start(self._react(channel, event.message))

    async def _react(self, channel: str, message: str) -> None:
        try:
            async with self._turn:
                await self._rest.react(channel, message, RECEIPT)
        finally:
            self._waiting -= 1

    async def _defer(self, asked: Asked) -> None:
        body = (
            {"type": _DEFER_PRESS}
            if asked.pressed
            else {"type": _DEFER_COMMAND, "data": {"flags": _FOR_THEM_ALONE}}
        )
        await self._rest.ask("POST", _CALLBACK, body, interaction_id=asked.id, interaction_token=asked.token)

    async def _note(self, asked: Asked, before: asyncio.Task[None], text: str) -> None:
        await asyncio.wait({before})
        body: dict[str, object] = {"content": text, "allowed_mentions": {"parse": []}}
        if asked.pressed:
            body["flags"] = _FOR_THEM_ALONE
        method, path = ("POST", _FOLLOW_UP) if asked.pressed else ("PATCH", _ORIGINAL)
        await self._rest.ask(method, path, body, webhook_id=asked.application, webhook_token=asked.token)

    def _start(self, telling: Coroutine[object, object, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(_quietly(telling))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


async def _quietly(telling: Coroutine[object, object, None]) -> None:
    try:
        async with asyncio.timeout(_WITHIN):
            await telling
    except Exception as error:  # noqa: BLE001 - a courtesy that fails must stop nothing (G7)
        structlog.get_logger("fanbot.adapters").warning(
            "Discord did not take a receipt or a note beside a message", error=named(error)
        )
