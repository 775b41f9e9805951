"""What is kept of the team's cards and of what people did with them, so that neither is forgotten or doubled.

Like every part of the store: when a method returns, it is durable; when it raises, nothing of it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from fanbot.ports.staff import Remark, Spot


class CardState(StrEnum):
    """Name where a card stands.

    *opening*: it is being made, or could not be made yet. *open*: it is there. *away*: it is there, says
    how it ended, and nobody looks at it until its item waits again. *failed*: it cannot be shown where it
    was, nor made anew once more; showing it is tried every few minutes.
    """

    OPENING = "opening"
    OPEN = "open"
    AWAY = "away"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class KeptCard:
    """A card of one item in one room.

    ``opened`` counts the tries that made one, or may have: more than one, and an older one may stand there.
    ``shown`` is the digest of the card as it stands there. ``told`` are the digests of the newest lines of
    the conversation that were told or were there before; ``told_at`` is the mark up to which that holds.
    ``error`` says why it cannot be made or shown.
    """

    item: int
    spot: Spot
    state: CardState
    opened: int = 0
    shown: str = ""
    told: tuple[str, ...] = ()
    told_at: str = ""
    error: str = ""
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Watched:
    """A card with the ``mark`` of its item: a word that changes whenever something new can be told.

    The mark is empty when there is no such item any more: its fan had it erased.
    """

    card: KeptCard
    mark: str


class Cards(Protocol):
    """The cards of every room (``destination`` is ``platform/account``), and the acts that were done."""

    async def watched(self, destination: str, items: Sequence[int]) -> Sequence[Watched]:
        """Return the cards of a room that are not away, and whatever cards these items have there."""
        ...

    async def mark(self, item: int) -> str:
        """Return the mark of an item, empty when there is none."""
        ...

    async def keep(self, destination: str, card: KeptCard) -> None:
        """Write a card as it is now; one of an item that has none yet is added."""
        ...

    async def forget(self, destination: str, item: int) -> None:
        """Drop what is kept of a card."""
        ...

    async def item_at(self, destination: str, thread: str) -> int | None:
        """Return the item whose card, or an older card, stands in this thread; None when it is not known."""
        ...

    async def note_thread(self, destination: str, thread: str, item: int) -> bool:
        """Note that an older card of an item stands in a thread that is not known; tell whether it does.

        False for a thread that is known already, and for an item that is not there.
        """
        ...

    async def opening(self, destination: str) -> bool:
        """Tell whether a card is being made in these moments, so that its thread may be there already."""
        ...

    async def troubles(self) -> Mapping[str, tuple[int, str]]:
        """Return for each room how many cards cannot be made or shown, and the newest reason."""
        ...

    async def remark(self, key: str) -> Remark | None:
        """Return what was said to an act that was done, None when it was not done.

        A remark without words: it was done, and nobody was told yet.
        """
        ...

    async def note_act(self, key: str, remark: Remark, *, item: int | None) -> None:
        """Note that an act was done, and what was said to it."""
        ...

    async def forget_acts(self, *, before: datetime) -> int:
        """Forget acts that no platform delivers again; return how many there were."""
        ...
