"""The team's group as a room: a topic an item, its card in it, and what happens told below."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from fanbot.domain.messages import Choice
from fanbot.errors import DeliveryError
from fanbot.ports.staff import Card, Remark, Spot
from fanbot_telegram.contents import whole
from fanbot_telegram.speech import LONGEST, buttons, unmentioning
from fanbot_telegram.staff_calls import GoneError, StaffCalls
from fanbot_telegram.staff_reader import REMARK, StaffEvent

_LONGEST_NAME = 128
"""UTF-16 units of a topic's name; the platform counts characters, which are never more."""
_KEPT_FOR_REMARKS = 5
"""Turns of the group's minute that cards and lines leave to what somebody waits for."""
_MOST_REMEMBERED = 5_000
_SHORTENED = " … (shortened; all of it is in the console)"
_ACROSS = 2
"""Buttons in a row."""


class TopicRoom:
    """A staff room made of topics; nothing that stands in it is markup, and no name notifies anybody."""

    def __init__(self, calls: StaffCalls) -> None:
        """Speak by these calls."""
        self._calls = calls
        self._begun: dict[str, int] = {}
        self._open: OrderedDict[str, bool] = OrderedDict()

    async def open(self, card: Card) -> Spot:
        """Make a topic and put the card there; raises DeliveryError.

        A topic whose card was not taken is used at the next try. When that is ambiguous the card may stand
        there twice; both work alike.
        """
        topic = self._begun.get(card.key)
        if topic is None:
            made = await self._made("createForumTopic", {"name": _name(card)})
            topic = self._begun[card.key] = _number(made, "message_thread_id")
        try:
            sent = await self._made("sendMessage", {"message_thread_id": topic, **_shown(card)})
        except GoneError as error:
            del self._begun[card.key]
            told = "The topic was deleted before its card stood in it. Another one is made."
            raise DeliveryError(told, retry_after=1.0) from error
        spot = Spot(str(topic), str(_number(sent, "message_id")))
        del self._begun[card.key]
        self.noticed(spot.thread, is_open=True)
        return spot

    async def show(self, spot: Spot, card: Card) -> None:
        """Edit the card, and close or reopen its topic; raises DeliveryError.

        A failure is never ambiguous: to show the same once more does no harm.
        """
        try:
            await self._made("editMessageText", {"message_id": _id(spot.message), **_shown(card)})
            if self._open.get(spot.thread) is not (not card.finished):
                method = "closeForumTopic" if card.finished else "reopenForumTopic"
                await self._made(method, {"message_thread_id": _id(spot.thread)})
                self.noticed(spot.thread, is_open=not card.finished)
        except DeliveryError as error:
            if error.ambiguous:
                raise DeliveryError(str(error), retry_after=error.retry_after) from error
            raise

    async def tell(self, spot: Spot, text: str, *, key: str) -> None:  # noqa: ARG002 - see below
        """Write a line into the topic; raises DeliveryError.

        Telegram has no keys to tell repeats apart by, so whether to repeat one is for others to say.
        """
        await self._made("sendMessage", {"message_thread_id": _id(spot.thread), **_words(text)})

    async def remark(self, event: StaffEvent, remark: Remark) -> None:
        """Say something to the person who acted, below what they did; raises DeliveryError."""
        said = _words(remark.text)
        wanted: dict[str, Any] = {
            **said,
            "entities": [{"type": REMARK, "offset": 0, "length": _units(said["text"])}],
            "reply_parameters": {"message_id": event.message, "allow_sending_without_reply": True},
            **_keyboard(remark.choices),
        }
        if event.act.thread:
            wanted["message_thread_id"] = _id(event.act.thread)
        await self._calls.call("sendMessage", wanted)

    def noticed(self, thread: str, *, is_open: bool) -> None:
        """Remember whether a topic is open, so that it is not asked for in vain."""
        self._open[thread] = is_open
        self._open.move_to_end(thread)
        if len(self._open) > _MOST_REMEMBERED:
            self._open.popitem(last=False)

    async def _made(self, method: str, parameters: dict[str, Any]) -> Any:
        return await self._calls.call(method, parameters, keep=_KEPT_FOR_REMARKS)


def _name(card: Card) -> str:
    """Return a topic's name, one line that is not empty."""
    name = " ".join(whole(card.title).split()) or card.key
    return name.encode("utf-16-le")[: 2 * _LONGEST_NAME].decode("utf-16-le", "ignore")


def _shown(card: Card) -> dict[str, Any]:
    return {
        **_words("\n\n".join(part for part in (card.title, card.text) if part.strip())),
        **_keyboard(card.choices),
    }


def _words(text: str) -> dict[str, Any]:
    """Return the parameters of a text without mentions or previews; a long one is cut, and says so."""
    shown = whole(text).strip() or "…"
    if _units(shown) > LONGEST:
        room = LONGEST - _units(_SHORTENED)
        shown = shown.encode("utf-16-le")[: 2 * room].decode("utf-16-le", "ignore") + _SHORTENED
    return {"text": unmentioning(shown), "link_preview_options": {"is_disabled": True}}


def _keyboard(choices: Sequence[Choice]) -> dict[str, Any]:
    rows = buttons(choices, across=_ACROSS)
    return {"reply_markup": {"inline_keyboard": rows}} if rows else {}


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _id(told: str) -> int:
    """Return the number of a message or topic; raises DeliveryError for what is none."""
    if told.isascii() and told.isdigit():
        return int(told)
    raise DeliveryError("This card was not shown on Telegram, so it cannot be changed there.", permanent=True)


def _number(result: object, name: str) -> int:
    number = result.get(name) if isinstance(result, dict) else None
    if type(number) is int:
        return number
    raise DeliveryError("Telegram answered in a way that is not documented.", ambiguous=True)
