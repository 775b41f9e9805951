"""What is known of an account's surroundings: itself, servers, channels, threads, and who wrote what."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from fanbot.domain.messages import Address, Author
from fanbot_discord.snowflakes import number

PLATFORM = "discord"
_T = TypeVar("_T")
_MOST_REMEMBERED = 20_000
"""Messages and names; the oldest is forgotten first."""


@dataclass(frozen=True, slots=True)
class Written:
    """Who wrote a message that was brought, and where."""

    author: Author
    address: Address
    direct: bool


@dataclass(frozen=True, slots=True)
class Room:
    """A channel or thread of a server that was announced, with its newest message, or 0."""

    id: str
    newest: int


@dataclass(slots=True)
class Directory:
    """Learn from what the gateway announces; say where a message stands and whom it is for."""

    account: str
    question_channels: frozenset[str] = frozenset()
    staff_channel: str = ""
    own: str = ""
    _channels: set[str] = field(default_factory=set)
    _parents: dict[str, str] = field(default_factory=dict)
    _own_roles: set[str] = field(default_factory=set)
    _written: OrderedDict[str, Written] = field(default_factory=OrderedDict)
    _names: OrderedDict[str, str] = field(default_factory=OrderedDict)

    def address(self, channel: str) -> Address:
        """Return the place of a channel or thread by its id.

        >>> known = Directory("main")
        >>> list(known.announced({"id": "1", "threads": [{"id": "7", "parent_id": "5"}]}))
        [Room(id='7', newest=0)]
        >>> known.address("7") == Address("discord", "main", "5", "7")
        True
        """
        parent = self._parents.get(channel)
        if parent is None:
            return Address(PLATFORM, self.account, channel)
        return Address(PLATFORM, self.account, parent, channel)

    def learn(self, address: Address) -> None:
        """Remember a thread that the store knows."""
        if address.thread:
            self._parents[address.thread] = address.channel

    def for_questions(self, channel: str) -> bool:
        """Tell whether every message of this channel or thread is for the assistant."""
        return channel in self.question_channels or self._parents.get(channel) in self.question_channels

    def for_team(self, channel: str) -> bool | None:
        """Tell whether a channel or thread of a server is the team's; None when it was never heard of.

        >>> known = Directory("main", staff_channel="5")
        >>> tuple(known.announced({"id": "1", "channels": [{"id": "6", "type": 0}]}))
        (Room(id='6', newest=0),)
        >>> known.for_team("5"), known.for_team("6"), known.for_team("7")
        (True, False, None)
        """
        if not self.staff_channel:
            return False
        parent = self._parents.get(channel)
        if self.staff_channel in (channel, parent):
            return True
        return None if parent is None and channel not in self._channels else False

    def is_own_role(self, role: object) -> bool:
        """Tell whether this is the role that Discord made for this very bot."""
        return role in self._own_roles

    def announced(self, server: Mapping[str, object]) -> Iterator[Room]:
        """Learn a server's channels and threads, and yield each."""
        for role in _records(server.get("roles")):
            tags = role.get("tags")
            if (
                isinstance(tags, Mapping)
                and tags.get("bot_id") == self.own
                and isinstance(role.get("id"), str)
            ):
                self._own_roles.add(str(role["id"]))
        for channel in (*_records(server.get("channels")), *_records(server.get("threads"))):
            room = self.thread(channel)
            if room is None and (room := _room(channel)) is not None:
                self._channels.add(room.id)
            if room is not None:
                yield room

    def thread(self, channel: Mapping[str, object]) -> Room | None:
        """Learn a thread; None when this is none."""
        room, parent = _room(channel), channel.get("parent_id")
        if room is None or number(parent) is None or channel.get("type", 11) not in (10, 11, 12):
            return None
        self._parents[room.id] = str(parent)
        return room

    def wrote(self, message: str, written: Written) -> None:
        """Remember whose message this is, for its deletion tells nothing but its id."""
        remember(self._written, message, written)
        if written.author.name:
            remember(self._names, written.author.id, written.author.name)

    def written(self, message: str) -> Written | None:
        """Return what is remembered of a message."""
        return self._written.get(message)

    def name(self, user: str) -> str:
        """Return what somebody was called when they last wrote, or nothing."""
        return self._names.get(user, "")


def _room(channel: Mapping[str, object]) -> Room | None:
    if number(channel.get("id")) is None:
        return None
    return Room(str(channel["id"]), number(channel.get("last_message_id")) or 0)


def _records(value: object) -> Iterator[Mapping[str, object]]:
    if isinstance(value, list):
        yield from (each for each in value if isinstance(each, Mapping))


def remember(kept: OrderedDict[str, _T], key: str, value: _T) -> None:
    """Keep a value as the newest of 20,000."""
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > _MOST_REMEMBERED:
        kept.popitem(last=False)
