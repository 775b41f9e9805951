"""The team's channel on Discord: a message and a thread for each item."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from fanbot.domain.messages import Address, OutboundKind
from fanbot.errors import DeliveryError
from fanbot.ports.platform import Dispatch
from fanbot.ports.staff import Card, Spot
from fanbot_discord.directory import PLATFORM, remember
from fanbot_discord.quoting import literal
from fanbot_discord.rest import PAGE, Rest
from fanbot_discord.snowflakes import first_at, number
from fanbot_discord.speaking import Speaking
from fanbot_discord.staff_calls import ARCHIVED, HAS_A_THREAD, StaffCalls, code_of
from fanbot_discord.staff_card import body, footer, footer_of, said, thread_name

_LOOKED_BACK = timedelta(days=1)
"""How far cards are looked for at the start, in case one was made and never noted."""
_QUIET = 10_080
"""Minutes without a word after which Discord puts a thread away by itself: a week."""
_HOW = (
    "To answer the fan, claim the item and use Discord's Reply on this message, or on one below that tells "
    "what the fan wrote. Nothing else that is written here leaves by itself."
)
"""The first line of each thread: Discord has no Reply on the card itself inside of its thread."""
_REPLACED = "The thread of this card was deleted, so a newer card stands below."
_MESSAGES = "/channels/{channel_id}/messages"
_MESSAGE = "/channels/{channel_id}/messages/{message_id}"
_CHANNEL = "/channels/{channel_id}"
_SEND, _THREADS, _IN_THREADS = "Send Messages", "Create Public Threads", "Send Messages in Threads"


class DiscordStaffRoom:
    """Make, show and tell; the thread of a card has the same id as the card.

    A card is made once: within minutes Discord knows a repeat by its nonce, and after any failure, and at
    the start, the channel is looked through for the footer of the card.
    """

    def __init__(
        self, rest: Rest, channel: str, account: str, *, now: Callable[[], datetime], patience: float = 10.0
    ) -> None:
        self._channel = channel
        self._account = account
        self._now = now
        self._calls = StaffCalls(rest, channel, patience=patience)
        self._speaking = Speaking(rest, now=now, patience=patience)
        self._closed = False
        self._looked = False
        self._newest = 0
        self._cards: OrderedDict[str, str] = OrderedDict()
        self._deleted: OrderedDict[str, str] = OrderedDict()
        self._in_doubt: OrderedDict[str, datetime] = OrderedDict()
        self._finished: OrderedDict[str, bool] = OrderedDict()
        self._away: OrderedDict[str, bool] = OrderedDict()

    async def open(self, card: Card) -> Spot:
        """Make card and thread, or find them; raises DeliveryError."""
        self._check()
        try:
            if not self._looked:
                await self._look()
            spot = await self._standing(card)
            if spot is None:
                message = await self._make(card)
                spot = await self._with_thread(message, card)
        except DeliveryError:
            self._looked = False
            raise
        return spot

    async def show(self, spot: Spot, card: Card) -> None:
        """Edit the card, and put its thread away or back; raises DeliveryError."""
        self._check()
        await self._edit(spot.message, card)
        await self._settle(spot.thread, finished=card.finished)

    async def tell(self, spot: Spot, text: str, *, key: str) -> None:
        """Write a line into the thread, which is opened for it if it was put away; raises DeliveryError."""
        self._check()
        await self._tell(spot.thread, text, key)
        if self._finished.get(spot.thread):
            await self._put(spot.thread, away=True)

    def close(self) -> None:
        """Take nothing any more."""
        self._closed = True

    def noticed(self, name: str, payload: Mapping[str, object]) -> None:
        """Learn from an event of the gateway whether a thread was put away."""
        if name == "READY":
            self._away.clear()
        state = payload.get("thread_metadata")
        here = payload.get("parent_id") == self._channel
        if name == "THREAD_UPDATE" and here and isinstance(state, Mapping):
            self._learn(str(payload.get("id")), away=state.get("archived") is True)

    def _check(self) -> None:
        if self._closed:
            raise DeliveryError("The connection to Discord was closed. Cards are shown at the next start.")

    async def _standing(self, card: Card) -> Spot | None:
        """Show a card that was made before; None when there is none, or it was deleted."""
        message = self._cards.get(footer(card.key))
        if message is None:
            return None
        try:
            await self._edit(message, card)
            return await self._with_thread(message, card)
        except DeliveryError as error:
            if not error.permanent:
                raise
        self._cards.pop(footer(card.key), None)
        remember(self._deleted, card.key, message)
        with suppress(DeliveryError):
            await self._change(message, said(_REPLACED, ()))
        return None

    async def _make(self, card: Card) -> str:
        told = {**body(card), "nonce": self._nonce(card.key), "enforce_nonce": True}
        made = await self._calls.ask("POST", _MESSAGES, told, needs=_SEND, channel=self._channel)
        message = str(made.get("id"))
        remember(self._cards, footer(card.key), message)
        return message

    def _nonce(self, key: str) -> str:
        """Return the key itself, or another one when the message that it made was deleted."""
        gone = self._deleted.get(key)
        return key if gone is None else hashlib.blake2s(f"{key} {gone}".encode(), digest_size=12).hexdigest()

    async def _edit(self, message: str, card: Card) -> None:
        await self._change(message, body(card))

    async def _change(self, message: str, told: Mapping[str, object]) -> None:
        await self._calls.ask("PATCH", _MESSAGE, told, needs=_SEND, channel=self._channel, message_id=message)

    async def _with_thread(self, message: str, card: Card) -> Spot:
        told = {"name": thread_name(card), "auto_archive_duration": _QUIET}
        try:
            await self._calls.ask(
                "POST", f"{_MESSAGE}/threads", told, needs=_THREADS, channel=self._channel, message_id=message
            )
        except DeliveryError as error:
            if code_of(error.__cause__) != HAS_A_THREAD:
                raise
            await self._calls.ask("GET", _CHANNEL, needs="View Channel", channel=message)
            remember(self._in_doubt, _first_key(message), self._now() - _LOOKED_BACK)
        else:
            self._learn(message, away=False)
        await self._tell(message, _HOW, _first_key(message))
        await self._settle(message, finished=card.finished)
        return Spot(thread=message, message=message)

    async def _settle(self, thread: str, *, finished: bool) -> None:
        remember(self._finished, thread, finished)
        if self._away.get(thread) is not finished:
            await self._put(thread, away=finished)

    async def _put(self, thread: str, *, away: bool) -> None:
        needs = "Manage Threads" if away else _IN_THREADS
        try:
            await self._calls.ask("PATCH", _CHANNEL, {"archived": away}, needs=needs, channel=thread)
        except DeliveryError as error:
            if not (away and code_of(error.__cause__) == ARCHIVED):
                raise
        self._learn(thread, away=away)

    def _learn(self, thread: str, *, away: bool) -> None:
        remember(self._away, thread, away)

    async def _tell(self, thread: str, text: str, key: str) -> None:
        if self._away.get(thread):
            await self._put(thread, away=False)
        try:
            await self._say(thread, text, key)
        except DeliveryError as error:
            if code_of(error.__cause__) != ARCHIVED:
                raise
            await self._put(thread, away=False)
            await self._say(thread, text, key)

    async def _say(self, thread: str, text: str, key: str) -> None:
        dispatch = Dispatch(
            key,
            Address(PLATFORM, self._account, self._channel, thread),
            OutboundKind.NOTICE,
            literal(text),
            since=self._in_doubt.get(key),
        )
        begun = self._now()
        try:
            await self._speaking.send(dispatch)
        except DeliveryError as error:
            if error.ambiguous:
                remember(self._in_doubt, key, self._in_doubt.get(key, begun))
            why = error.__cause__
            raise self._calls.meaning(error, why, needs=_IN_THREADS, channel=thread) from why
        self._in_doubt.pop(key, None)

    async def _look(self) -> None:
        """Read which cards stand in the channel, from where they were read before."""
        own = await self._calls.own_id()
        after = self._newest or first_at(self._now() - _LOOKED_BACK)
        while True:
            page = await self._calls.history(after=after)
            for told in page:
                author = told.get("author")
                if isinstance(author, Mapping) and author.get("id") == own:
                    self._found(footer_of(told), str(told.get("id")))
            if page:
                self._newest = after = number(page[-1].get("id")) or after
            if len(page) < PAGE:
                break
        self._looked = True

    def _found(self, mark: str, message: str) -> None:
        if mark.startswith("-# ") and message not in self._deleted.values():
            remember(self._cards, mark, message)


def _first_key(thread: str) -> str:
    return f"f{thread}"
