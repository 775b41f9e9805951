"""What people do in the staff channel, as acts of the team."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from fanbot.ports.staff import Act, ActKind
from fanbot_discord.directory import Directory
from fanbot_discord.interactions import Asked, answered
from fanbot_discord.snowflakes import moment_of, number
from fanbot_discord.translate import Payload, message

_FOR_THEM_ALONE = 64
_REPLIES_WITHIN = timedelta(minutes=15)
"""A reply that could not be brought sooner does not leave by itself any more."""
_STANDS_ALONE = 0
"""The type of a message that replies to none."""


@dataclass(frozen=True, slots=True)
class Done:
    """An act, and where its remark goes.

    ``channel`` and ``message`` are where the words stand. ``asked`` is there for a press; ``alone``: the
    button is on a remark that only this person sees.
    """

    act: Act
    channel: str
    message: str
    asked: Asked | None = None
    alone: bool = False


def written(payload: Payload, directory: Directory, *, received_at: datetime) -> Done | None:
    """Translate what a person wrote; None for the bot's own words, other bots and system notes.

    >>> told = {"id": "9", "channel_id": "7", "content": "hi", "author": {"id": "4", "username": "sam"}}
    >>> done = written(told, Directory("main", staff_channel="5"), received_at=datetime(2026, 5, 1))
    >>> done.act.kind.value, done.act.thread, done.act.key
    ('words', '7', 'discord/main/7/9/message/')
    """
    event = message(payload, directory, direct=True, received_at=received_at)
    if event is None or event.author.own or event.author.bot:
        return None
    channel = event.event.channel
    answers_us = bool(event.reply_to) and _is_said_to_all(payload.get("referenced_message"), directory.own)
    on_a_card = answers_us and channel == directory.staff_channel
    act = Act(
        key=str(event.event),
        kind=ActKind.REPLY if answers_us else ActKind.WORDS,
        user=event.author.id,
        name=event.author.name,
        thread=event.reply_to if on_a_card else channel,
        text=event.text,
        files=len(event.attachments),
    )
    return Done(act, channel, event.message)


def in_time(done: Done, now: datetime) -> Act:
    """Return the act; a reply that waited too long is words, so that it reaches no fan by surprise."""
    written_at = number(done.message)
    late = written_at is not None and now - moment_of(written_at) > _REPLIES_WITHIN
    return replace(done.act, kind=ActKind.WORDS) if late and done.act.kind is ActKind.REPLY else done.act


def pressed(asked: Asked, payload: Payload, directory: Directory, whispers: Mapping[str, str]) -> Done:
    """Translate a press; ``whispers`` maps remarks that one person sees to their threads."""
    event = asked.event
    button, channel = answered(event.message), event.event.channel
    shown = _record(payload.get("message"))
    flags = shown.get("flags")
    alone = isinstance(flags, int) and bool(flags & _FOR_THEM_ALONE)
    thread = channel
    if channel == directory.staff_channel:
        thread = (whispers.get(button) or _origin(shown) or button) if alone else button
    act = Act(
        key=str(event.event),
        kind=ActKind.PRESS,
        user=event.author.id,
        name=event.author.name,
        thread=thread,
        text=event.text,
    )
    return Done(act, channel, button, asked, alone)


def _is_said_to_all(message: object, own: str) -> bool:
    """Tell a card and a line that was told, which stand for themselves, from a remark, which is a reply."""
    told = _record(message)
    ours = bool(own) and _record(told.get("author")).get("id") == own
    return ours and told.get("type") == _STANDS_ALONE


def _origin(remark: Payload) -> str:
    """Return the card whose button led to a remark."""
    origin = _record(remark.get("interaction_metadata")).get("interacted_message_id")
    return str(origin) if number(origin) is not None else ""


def _record(value: object) -> Payload:
    return value if isinstance(value, Mapping) else {}
