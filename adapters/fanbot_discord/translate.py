"""What Discord's payloads mean in fanbot's values; anything malformed means nothing and is None."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from hashlib import blake2s

from fanbot.domain.messages import Attachment, Author, EventKey, Inbound, Kind
from fanbot_discord.directory import PLATFORM, Directory, Written
from fanbot_discord.snowflakes import number

Payload = Mapping[str, object]

_WORDS = (0, 19)
"""Types of messages in which somebody wrote something: a message and a reply. All others are notes."""
_FORWARD = 1
_UNSHOWN = re.compile("[\0\ud800-\udfff]")
"""What no store takes: NUL, and half of a surrogate pair."""
_MARKUP = re.compile(r"[\[\]<>`]")
"""What makes a link, a mention or code of a name when an answer calls its fan by it."""


def message(payload: Payload, directory: Directory, *, direct: bool, received_at: datetime) -> Inbound | None:
    """Translate a message that is for the assistant; None for the room's own talk and for system notes.

    >>> told = {"id": "9", "channel_id": "5", "content": "hi", "author": {"id": "7", "username": "ada"}}
    >>> event = message(told, Directory("main"), direct=True, received_at=datetime(2026, 5, 1, tzinfo=UTC))
    >>> str(event.event), event.author.name
    ('discord/main/5/9/message/', 'ada')
    """
    return _written(payload, directory, Kind.MESSAGE, direct=direct, received_at=received_at)


def edit(payload: Payload, directory: Directory, *, direct: bool, received_at: datetime) -> Inbound | None:
    """Translate what a fan changed; None when something else about the message changed, such as a preview."""
    if not isinstance(payload.get("edited_timestamp"), str) or not isinstance(payload.get("content"), str):
        return None
    return _written(payload, directory, Kind.EDIT, direct=direct, received_at=received_at)


def deletion(payload: Payload, written: Written, *, account: str, received_at: datetime) -> Inbound | None:
    """Translate that a message is gone, whoever took it away; ``written`` tells whose it was."""
    name, channel = payload.get("id"), payload.get("channel_id")
    if number(name) is None or number(channel) is None:
        return None
    return Inbound(
        event=EventKey(PLATFORM, account, str(channel), str(name), Kind.DELETION),
        message=str(name),
        address=written.address,
        author=written.author,
        text="",
        received_at=received_at,
        kind=Kind.DELETION,
        direct=written.direct,
    )


def reaction(payload: Payload, directory: Directory, *, received_at: datetime) -> Inbound | None:
    """Translate an emoji that somebody put to a message of ours, or to one that was brought."""
    user, name, channel = (payload.get(key) for key in ("user_id", "message_id", "channel_id"))
    emoji = _emoji(payload.get("emoji"))
    if not emoji or None in (number(user), number(name), number(channel)) or user == directory.own:
        return None
    direct = payload.get("guild_id") is None
    concerns_us = (
        payload.get("message_author_id") == directory.own or directory.written(str(name)) is not None
    )
    if not (direct or concerns_us):
        return None
    member = _record(payload.get("member"))
    author = _author({"author": {"id": user, **_record(member.get("user"))}, "member": member}, directory)
    return (
        None
        if author is None
        else Inbound(
            event=EventKey(
                PLATFORM, directory.account, str(channel), str(name), Kind.REACTION, _hash(emoji, str(user))
            ),
            message=str(name),
            address=directory.address(str(channel)),
            author=author,
            text=emoji,
            received_at=received_at,
            kind=Kind.REACTION,
            direct=direct,
        )
    )


def _written(
    payload: Payload, directory: Directory, kind: Kind, *, direct: bool, received_at: datetime
) -> Inbound | None:
    name, channel, author = payload.get("id"), payload.get("channel_id"), _author(payload, directory)
    if author is None or number(name) is None or number(channel) is None:
        return None
    if payload.get("type", 0) not in _WORDS:
        return None
    mentioned = not direct and _addressed(payload, directory, str(channel))
    if not (direct or mentioned or (kind is Kind.EDIT and directory.written(str(name)))):
        return None
    text = _UNSHOWN.sub("\ufffd", "\n".join(_words(payload)))
    edited = payload.get("edited_timestamp")
    return Inbound(
        event=EventKey(
            PLATFORM,
            directory.account,
            str(channel),
            str(name),
            kind,
            f"{edited}-{_hash(text)}" if kind is Kind.EDIT else "",
        ),
        message=str(name),
        address=directory.address(str(channel)),
        author=author,
        text=_spoken(text, payload, directory),
        received_at=received_at,
        kind=kind,
        sent_at=_moment(edited if kind is Kind.EDIT else payload.get("timestamp")),
        attachments=tuple(_attachments(payload)),
        reply_to=_reply_to(payload),
        direct=direct,
        mentioned=mentioned,
    )


def _addressed(payload: Payload, directory: Directory, channel: str) -> bool:
    if directory.for_questions(channel) or _names_us(payload, directory):
        return True
    roles = payload.get("mention_roles")
    if isinstance(roles, list) and any(
        isinstance(role, str) and directory.is_own_role(role) for role in roles
    ):
        return True
    answered = _record(_record(payload.get("referenced_message")).get("author"))
    return bool(directory.own) and bool(_reply_to(payload)) and answered.get("id") == directory.own


def _names_us(payload: Payload, directory: Directory) -> bool:
    return bool(directory.own) and any(
        user.get("id") == directory.own for user in _records(payload.get("mentions"))
    )


def _spoken(text: str, payload: Payload, directory: Directory) -> str:
    """Take the assistant's own name out of what was said to it, unless it is all that was said."""
    if not _names_us(payload, directory):
        return text
    named = re.compile(rf"[ \t]*<@!?{re.escape(directory.own)}>[ \t]*[,:]?[ \t]*")
    return (named.sub(" ", text).strip() or text) if named.search(text) else text


def _words(payload: Payload) -> Iterator[str]:
    """Yield what was written, what was forwarded, and what a poll asks."""
    content = payload.get("content")
    if isinstance(content, str) and content:
        yield content
    for snapshot in _records(payload.get("message_snapshots")):
        forwarded = _record(snapshot.get("message")).get("content")
        if isinstance(forwarded, str) and forwarded:
            yield forwarded
    asked = _record(_record(payload.get("poll")).get("question")).get("text")
    if isinstance(asked, str) and asked:
        yield asked


def _attachments(payload: Payload) -> Iterator[Attachment]:
    sources = [
        payload,
        *(_record(each.get("message")) for each in _records(payload.get("message_snapshots"))),
    ]
    for source in sources:
        for file in _records(source.get("attachments")):
            url, name, size = file.get("url"), file.get("filename"), file.get("size")
            kept = url if isinstance(url, str) and url else file.get("id")
            if isinstance(kept, str) and kept:
                yield Attachment(
                    _clean(f"discord:{kept}"),
                    _clean(name),
                    _clean(file.get("content_type")),
                    size if type(size) is int and 0 <= size < 2**40 else 0,
                )
        for sticker in _records(source.get("sticker_items")):
            if number(sticker.get("id")) is not None:
                yield Attachment(f"discord:sticker:{sticker['id']}", _clean(sticker.get("name")))


def _author(payload: Payload, directory: Directory) -> Author | None:
    user, member = _record(payload.get("author")), _record(payload.get("member"))
    if number(user.get("id")) is None:
        return None
    id_ = str(user["id"])
    called = next((name for name in _names(user, member) if name), "") or directory.name(id_)
    roles = member.get("roles")
    return Author(
        id_,
        called,
        bot=user.get("bot") is True or payload.get("webhook_id") is not None,
        own=id_ == directory.own,
        roles=tuple(role for role in roles if isinstance(role, str)) if isinstance(roles, list) else (),
    )


def _names(user: Payload, member: Payload) -> Iterator[str]:
    for name in (member.get("nick"), user.get("global_name"), user.get("username")):
        yield _MARKUP.sub("", _clean(name)).strip()


def _reply_to(payload: Payload) -> str:
    reference = _record(payload.get("message_reference"))
    answered = reference.get("message_id")
    return str(answered) if number(answered) is not None and reference.get("type") != _FORWARD else ""


def _emoji(value: object) -> str:
    """Return the emoji itself, or a server's own by its name.

    >>> _emoji({"id": None, "name": "🔥"}), _emoji({"id": "12", "name": "nova"}), _emoji(None)
    ('🔥', ':nova:', '')
    """
    emoji = _record(value)
    name = _clean(emoji.get("name"))
    return f":{name}:" if name and emoji.get("id") is not None else name


def _moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        return None if moment is None or moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _hash(*parts: str) -> str:
    return blake2s("\0".join(parts).encode(), digest_size=8).hexdigest()


def _clean(value: object) -> str:
    return _UNSHOWN.sub("\ufffd", value) if isinstance(value, str) else ""


def _record(value: object) -> Payload:
    return value if isinstance(value, Mapping) else {}


def _records(value: object) -> Iterator[Payload]:
    if isinstance(value, list):
        yield from (each for each in value if isinstance(each, Mapping))
