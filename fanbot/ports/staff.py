"""Where the team meets its items on a platform: a card for each, what people do with it, and words back.

The cards mirror the store; they are shown again until they are as they should be, and a repeated one does no
harm. What a person does there is done once, under its key, by the same moves as in the console.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from fanbot.domain.messages import Choice


@dataclass(frozen=True, slots=True)
class Card:
    """One item of the queue as the team sees it.

    ``key`` names the item, at most 25 characters. ``title`` is one line of at most 80 characters and ``text``
    at most 1,500; both are plain, with a fan's words in them: no markup, no mention. ``choices`` are its
    buttons. ``finished``: nobody needs to act any more, and its thread may be put away.
    """

    key: str
    title: str
    text: str
    choices: tuple[Choice, ...] = ()
    finished: bool = False


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a card stands: ``message`` is the card itself, ``thread`` holds what is said about it."""

    thread: str
    message: str


class ActKind(StrEnum):
    """Name what a person did: pressed a button, wrote into a thread, or answered the bot there."""

    PRESS = "press"
    WORDS = "words"
    REPLY = "reply"


@dataclass(frozen=True, slots=True)
class Act:
    """What a person of the team did in the room.

    ``key`` is the same however often the platform delivers it. ``user`` is the platform's id of the person,
    ``name`` what it calls them. ``text``: the id of the choice, or the words. ``files`` counts what came with
    the words and is not passed on.
    """

    key: str
    kind: ActKind
    user: str
    name: str
    thread: str
    text: str
    files: int = 0


@dataclass(frozen=True, slots=True)
class Remark:
    """What the person who acted is told, where possible alone; ``choices`` are what they can do next."""

    text: str
    choices: tuple[Choice, ...] = ()


TeamDoor = Callable[[Act], Awaitable[Remark | None]]
"""Where an adapter brings what a person of the team did.

When it returns, that is durable and may be confirmed to the platform; brought again, it is not done again.
None: there is nothing to say. It waits as long as nothing can be stored.
"""


class StaffRoom(Protocol):
    """The team's place on one account: a channel with a thread an item, or a group with a topic an item.

    Every method raises DeliveryError, with ``permanent`` and ``retry_after`` set truthfully.
    """

    async def open(self, card: Card) -> Spot:
        """Make a thread for an item and put its card there."""
        ...

    async def show(self, spot: Spot, card: Card) -> None:
        """Show the card as it is now, in place; put the thread away when it is finished, and back when not.

        A card or thread that was deleted is a permanent failure.
        """
        ...

    async def tell(self, spot: Spot, text: str, *, key: str) -> None:
        """Write a line into the thread; ``key`` has at most 25 characters and is the same at every try."""
        ...


class StaffPlatform(Protocol):
    """The part of a platform that is the team's, for adapters whose spec says ``staff``."""

    @property
    def staff(self) -> StaffRoom | None:
        """Return the room, None for an account whose settings name none."""
        ...
