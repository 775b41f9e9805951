"""What an update of the Bot API means in fanbot's values."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import blake2s
from typing import Any

from fanbot.domain.messages import Address, Attachment, Author, EventKey, Inbound, Kind
from fanbot.errors import FanbotError
from fanbot_telegram.contents import attachments, whole
from fanbot_telegram.entities import Me, mentions, spoken
from fanbot_telegram.shape import author, replied, topic, whole_id

PLATFORM = "telegram"
_CUSTOM, _PAID = "[custom emoji]", "\u2b50"


class UnreadableUpdateError(FanbotError):
    """An update that is not as documented; says nothing of what a fan wrote."""


def events(update: Mapping[str, Any], *, me: Me, account: str, received_at: datetime) -> tuple[Inbound, ...]:
    """Translate one update, raw as the platform sent it; empty for what is no fan's doing.

    A reaction with several emoji is several events; one that is taken back is none.
    Raises UnreadableUpdateError for what does not look as documented.

    >>> message = {"message_id": 7, "date": 1777636800, "text": "hi", "from": {"id": 5, "first_name": "Ada"},
    ...            "chat": {"id": 5, "type": "private"}}
    >>> [event] = events({"update_id": 1, "message": message}, me=Me(1, "nova_bot"), account="main",
    ...                  received_at=datetime(2026, 5, 1, tzinfo=UTC))
    >>> str(event.event), event.author.name, event.direct
    ('telegram/main/5/7/message/', 'Ada', True)
    """
    try:
        return tuple(_Translation(me, account, received_at).of(update))
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise UnreadableUpdateError(type(error).__name__) from error


def as_one(album: Sequence[Inbound]) -> Inbound:
    """Join the messages of an album, at least one: the first one's id, every file, the words of all."""
    first, *others = album
    if not others:
        return first
    return replace(
        first,
        text="\n\n".join(each.text for each in album if each.text),
        attachments=tuple(file for each in album for file in each.attachments),
        mentioned=any(each.mentioned for each in album),
    )


class _Translation:
    """What is the same for every event of one update."""

    def __init__(self, me: Me, account: str, received_at: datetime) -> None:
        self._me = me
        self._account = account
        self._received_at = received_at

    def of(self, update: Mapping[str, Any]) -> Iterator[Inbound]:
        for field, kind in (("message", Kind.MESSAGE), ("edited_message", Kind.EDIT)):
            if field in update:
                yield from self._message(update[field], kind)
        if "message_reaction" in update:
            yield from self._reactions(update["message_reaction"])
        if "callback_query" in update:
            yield from self._press(update["callback_query"])

    def _message(self, message: Mapping[str, Any], kind: Kind) -> Iterator[Inbound]:
        field = "text" if "text" in message else "caption"
        raw = str(message.get(field, ""))
        files = attachments(message)
        if not raw and not files:
            return
        entities = message.get("entities" if field == "text" else "caption_entities")
        answered = replied(message)
        yield self._inbound(
            message["chat"],
            message=str(whole_id(message["message_id"])),
            kind=kind,
            revision=_revision(message, whole(raw), files) if kind is Kind.EDIT else "",
            author=author(self._me, message),
            text=whole(spoken(self._me, raw, entities)),
            thread=topic(message),
            sent_at=message.get("edit_date") if kind is Kind.EDIT else message.get("date"),
            attachments=files,
            reply_to=str(whole_id(answered["message_id"])) if answered else "",
            mentioned=mentions(self._me, raw, entities)
            or (answered.get("from") or {}).get("id") == self._me.id,
        )

    def _reactions(self, told: Mapping[str, Any]) -> Iterator[Inbound]:
        actor = author(self._me, {"from": told.get("user"), "sender_chat": told.get("actor_chat")})
        before = {_emoji(reaction) for reaction in told["old_reaction"]}
        for emoji in dict.fromkeys(_emoji(reaction) for reaction in told["new_reaction"]):
            if emoji in before:
                continue
            yield self._inbound(
                told["chat"],
                message=str(whole_id(told["message_id"])),
                kind=Kind.REACTION,
                revision=f"{whole_id(told['date'])}-{actor.id}-{_hash(emoji)}",
                author=actor,
                text=whole(emoji).partition(":")[0],
                sent_at=told["date"],
            )

    def _press(self, query: Mapping[str, Any]) -> Iterator[Inbound]:
        shown = query.get("message")
        if not isinstance(shown, Mapping) or not isinstance(query.get("data"), str):
            return
        yield self._inbound(
            shown["chat"],
            message=str(whole_id(shown["message_id"])),
            kind=Kind.PRESS,
            revision=whole(str(query["id"])),
            author=author(self._me, query),
            text=whole(query["data"]),
            thread=topic(shown),
            mentioned=True,
        )

    def _inbound(
        self,
        chat: Mapping[str, Any],
        *,
        message: str,
        kind: Kind,
        revision: str,
        author: Author,
        text: str,
        thread: str = "",
        sent_at: object = None,
        attachments: tuple[Attachment, ...] = (),
        reply_to: str = "",
        mentioned: bool = False,
    ) -> Inbound:
        place = str(whole_id(chat["id"]))
        return Inbound(
            event=EventKey(PLATFORM, self._account, place, message, kind, revision),
            message=message,
            address=Address(PLATFORM, self._account, place, thread),
            author=author,
            text=text,
            received_at=self._received_at,
            kind=kind,
            sent_at=_moment(sent_at),
            attachments=attachments,
            reply_to=reply_to,
            direct=chat.get("type") == "private",
            mentioned=mentioned,
        )


def _revision(message: Mapping[str, Any], text: str, files: tuple[Attachment, ...]) -> str:
    """Tell edits within one second apart by what they say."""
    references = "\0".join((text, *(file.reference for file in files)))
    return f"{whole_id(message['edit_date'])}-{_hash(references)}"


def _hash(text: str) -> str:
    return blake2s(text.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def _emoji(reaction: Mapping[str, Any]) -> str:
    """Return the emoji; one of a set of its own is told apart by its id behind a colon."""
    match reaction.get("type"):
        case "emoji":
            return str(reaction["emoji"])
        case "paid":
            return _PAID
    return f"{_CUSTOM}:{reaction.get('custom_emoji_id', '')}"


def _moment(value: object) -> datetime | None:
    try:
        return datetime.fromtimestamp(value, UTC) if type(value) is int and value > 0 else None
    except (ValueError, OverflowError, OSError):
        return None
