"""What the people of the team are told on Discord about what they did: where possible, alone."""

import asyncio
from collections import OrderedDict
from collections.abc import Coroutine, Mapping
from contextlib import suppress

import structlog

from fanbot.domain.messages import Address, OutboundKind
from fanbot.ports.platform import Dispatch
from fanbot.ports.staff import Remark
from fanbot_discord.directory import PLATFORM, remember
from fanbot_discord.interactions import Asked
from fanbot_discord.quoting import literal
from fanbot_discord.refusals import named
from fanbot_discord.rest import Rest
from fanbot_discord.speaking import FAILURES, Speaking
from fanbot_discord.staff_acts import Done
from fanbot_discord.staff_card import said

_ANSWER, _DEFER_ANSWER, _DEFER_CHANGE = 4, 5, 6
_FOR_THEM_ALONE = 64
_CALLBACK = "/interactions/{interaction_id}/{interaction_token}/callback"
_ORIGINAL = "/webhooks/{webhook_id}/{webhook_token}/messages/@original"
_FOR_FANS = "This channel is the team's. The commands are for fans, and nothing was done."
_WITHIN = 30.0


class StaffAnswers:
    """Answer presses and words; what fails is logged. ``whispers`` maps remarks to their threads."""

    def __init__(self, rest: Rest, speaking: Speaking, account: str) -> None:
        self._rest = rest
        self._speaking = speaking
        self._account = account
        self._tasks: set[asyncio.Task[None]] = set()
        self._heard: dict[str, asyncio.Task[None]] = {}
        self.whispers: OrderedDict[str, str] = OrderedDict()

    def make_ready(self) -> None:
        """Sign in ahead of the first press, which has three seconds."""
        self._start(self._sign_in())

    def heard(self, done: Done) -> None:
        """Tell Discord within its three seconds that a press was heard."""
        if done.asked is not None:
            body = (
                {"type": _DEFER_CHANGE}
                if done.alone
                else {"type": _DEFER_ANSWER, "data": {"flags": _FOR_THEM_ALONE}}
            )
            self._heard[done.asked.id] = self._start(self._call_back(done.asked, body))

    def not_here(self, asked: Asked) -> None:
        """Say that a fan's command does nothing in the staff channel."""
        told = {**said(literal(_FOR_FANS), ()), "flags": _FOR_THEM_ALONE}
        self._start(self._call_back(asked, {"type": _ANSWER, "data": told}))

    async def answer(self, done: Done, remark: Remark | None) -> None:
        """Show a remark, or that there is none, to whoever acted."""
        nothing = remark is None or not (remark.text or remark.choices)
        await _quietly(self._answer(done, None if nothing else remark))

    async def close(self) -> None:
        """Give up what is still under way."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _answer(self, done: Done, remark: Remark | None) -> None:
        if done.asked is not None:
            await self._answer_press(done, done.asked, remark)
        elif remark is not None:
            dispatch = Dispatch(
                f"r{done.message}",
                Address(PLATFORM, self._account, done.channel),
                OutboundKind.NOTICE,
                literal(remark.text),
                in_reply_to=done.message,
                choices=remark.choices,
            )
            await self._speaking.send(dispatch)

    async def _answer_press(self, done: Done, asked: Asked, remark: Remark | None) -> None:
        before = self._heard.pop(asked.id, None)
        if before is not None:
            await asyncio.wait({before})
        parts = {"webhook_id": asked.application, "webhook_token": asked.token}
        if remark is not None:
            told = said(literal(remark.text), remark.choices)
            shown = await self._rest.ask("PATCH", _ORIGINAL, told, **parts)
            if isinstance(shown, Mapping) and isinstance(shown.get("id"), str):
                remember(self.whispers, shown["id"], done.act.thread)
        elif not done.alone:
            await self._rest.ask("DELETE", _ORIGINAL, **parts)

    async def _sign_in(self) -> None:
        with suppress(*FAILURES):
            await self._rest.client()

    async def _call_back(self, asked: Asked, body: Mapping[str, object]) -> None:
        await self._rest.ask("POST", _CALLBACK, body, interaction_id=asked.id, interaction_token=asked.token)

    def _start(self, telling: Coroutine[object, object, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(_quietly(telling))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


async def _quietly(telling: Coroutine[object, object, None]) -> None:
    try:
        async with asyncio.timeout(_WITHIN):
            await telling
    except Exception as error:  # noqa: BLE001 - an act is done whether its remark arrives or not (G7)
        structlog.get_logger("fanbot.adapters").warning(
            "Discord did not take an answer to somebody of the team", error=named(error)
        )
