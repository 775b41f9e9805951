"""What a message that leaves looks like to the Bot API."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from fanbot.domain.messages import Choice, OutboundKind
from fanbot.errors import DeliveryError
from fanbot.ports.platform import Dispatch
from fanbot_telegram.contents import whole

LONGEST = 4096
"""UTF-16 units of one message."""
_LONGEST_CHOICE = 64
"""Bytes of what a button gives back."""
_NAME = re.compile(r"(?<![\w@])@(?=[A-Za-z]\w{3})", re.ASCII)
_JOINER = "\u2060"
_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,18}", re.ASCII)


def request(dispatch: Dispatch) -> Mapping[str, Any]:
    """Return the parameters of sendMessage; raises DeliveryError for what can never be sent.

    The text goes out as it stands, without a parse mode, so nothing in it becomes markup.
    """
    place = dispatch.address
    if not _WHOLE_NUMBER.fullmatch(place.channel):
        raise DeliveryError("This conversation has no Telegram chat, so nothing was sent.", permanent=True)
    if dispatch.attachments:
        raise DeliveryError("fanbot cannot send files to Telegram yet, so nothing was sent.", permanent=True)
    automatic = dispatch.kind is not OutboundKind.HUMAN
    text = whole(dispatch.text)
    if not text.strip():
        raise DeliveryError("The message has no words that Telegram would show.", permanent=True)
    if len(text.encode("utf-16-le")) // 2 > LONGEST:
        raise DeliveryError("The message is too long for Telegram.", permanent=True)
    wanted: dict[str, Any] = {
        "chat_id": int(place.channel),
        "text": unmentioning(text) if automatic and place.channel.startswith("-") else text,
    }
    if automatic:
        wanted["link_preview_options"] = {"is_disabled": True}
    if _WHOLE_NUMBER.fullmatch(place.thread):
        wanted["message_thread_id"] = int(place.thread)
    if _WHOLE_NUMBER.fullmatch(dispatch.in_reply_to):
        wanted["reply_parameters"] = {
            "message_id": int(dispatch.in_reply_to),
            "allow_sending_without_reply": True,
        }
    if rows := buttons(dispatch.choices):
        wanted["reply_markup"] = {"inline_keyboard": rows}
    return wanted


def unmentioning(text: str) -> str:
    """Break names, which Telegram would make mentions of by itself, so that nobody in a group is notified.

    >>> unmentioning("ask @everyone at a@example.org").replace(_JOINER, "|")
    'ask @|everyone at a@example.org'
    """
    broken = _NAME.sub(f"@{_JOINER}", text)
    fits = len(broken.encode("utf-16-le")) // 2 <= LONGEST
    return broken if fits else _NAME.sub("\uff20", text)


def buttons(choices: Iterable[Choice], *, across: int = 1) -> list[list[Mapping[str, str]]]:
    """Return rows of ``across`` buttons; a choice whose id no button can carry is left out."""
    fit: list[Mapping[str, str]] = [
        {"text": whole(choice.label), "callback_data": choice.id}
        for choice in choices
        if choice.label.strip() and 0 < len(whole(choice.id).encode()) <= _LONGEST_CHOICE
    ]
    return [fit[begin : begin + across] for begin in range(0, len(fit), across)]
