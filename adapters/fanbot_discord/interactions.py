"""Buttons and slash commands: what a fan asks by them, and what Discord must be told at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from fanbot.domain.messages import Author, EventKey, Inbound, Kind
from fanbot_discord.directory import PLATFORM, Directory
from fanbot_discord.snowflakes import number
from fanbot_discord.translate import message

COMMANDS: tuple[Mapping[str, object], ...] = tuple(
    {"name": name, "description": told, "type": 1, "contexts": [0, 1], "integration_types": [0]}
    for name, told in (
        ("help", "What this assistant can answer, and how to reach a person"),
        ("human", "Ask for a person"),
        ("privacy", "What is kept about you, and how to have it erased"),
    )
)
"""As Discord takes them; each arrives as the same word with a slash."""
KEPT = "This was received and kept. What follows from it is written here as a message of its own."
LOST = "This could not be kept, so nobody will see it. Please try it again."

_NAMES = frozenset(str(command["name"]) for command in COMMANDS)
_COMMAND, _COMPONENT = 2, 3
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """An interaction: the event it is, and what it takes to answer it. The token is a secret for minutes."""

    event: Inbound
    id: str
    application: str
    token: str = field(repr=False)
    pressed: bool = False


def asked(payload: Mapping[str, object], directory: Directory, *, received_at: datetime) -> Asked | None:
    """Translate a pressed button or one of our slash commands; None for anything else."""
    id_, channel, application, token = (
        payload.get(key) for key in ("id", "channel_id", "application_id", "token")
    )
    author = _author(payload, directory, received_at)
    if author is None or None in (number(id_), number(channel), number(application)):
        return None
    if not isinstance(token, str) or not token:
        return None
    where = payload.get("channel")
    if isinstance(where, Mapping):
        directory.thread({"type": 0, **where})
    what = _what(payload)
    if what is None:
        return None
    kind, name, text = what
    direct = payload.get("guild_id") is None
    return Asked(
        Inbound(
            event=EventKey(PLATFORM, directory.account, str(channel), name, kind),
            message=name,
            address=directory.address(str(channel)),
            author=author,
            text=text,
            received_at=received_at,
            kind=kind,
            reply_to=answered(name),
            direct=direct,
            mentioned=not direct,
        ),
        str(id_),
        str(application),
        token,
        pressed=kind is Kind.PRESS,
    )


def answered(name: str) -> str:
    """Return the message on Discord that an answer to this one refers to, or nothing.

    >>> answered("42"), answered("press:7:42"), answered("command:7")
    ('42', '42', '')
    """
    kind, _, rest = name.rpartition(":")
    return rest if number(rest) is not None and (not kind or kind.startswith("press:")) else ""


def _what(payload: Mapping[str, object]) -> tuple[Kind, str, str] | None:
    data, on = payload.get("data"), payload.get("message")
    if not isinstance(data, Mapping):
        return None
    if payload.get("type") == _COMMAND and data.get("name") in _NAMES:
        return Kind.MESSAGE, f"command:{payload['id']}", f"/{data['name']}"
    choice = data.get("custom_id")
    if payload.get("type") == _COMPONENT and isinstance(choice, str) and 0 < len(choice) <= _LONGEST:
        button = on.get("id") if isinstance(on, Mapping) else None
        where = f":{button}" if number(button) is not None else ":0"
        return Kind.PRESS, f"press:{payload['id']}{where}", choice.replace("\0", "\ufffd")
    return None


def _author(payload: Mapping[str, object], directory: Directory, received_at: datetime) -> Author | None:
    """Read whoever asked in the way in which the author of a message is read."""
    member = payload.get("member")
    user = member.get("user") if isinstance(member, Mapping) else payload.get("user")
    like = {"id": "0", "channel_id": "0", "author": user, "member": member}
    event = message(like, directory, direct=True, received_at=received_at)
    return None if event is None else event.author
