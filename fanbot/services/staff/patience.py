"""How long a room, or one card of it, is left alone after a failure."""

from collections.abc import Collection
from datetime import datetime, timedelta

from fanbot.errors import DeliveryError

_FIRST, _LONGEST = timedelta(seconds=2), timedelta(minutes=5)
_LONGEST_WAIT = timedelta(hours=1)
"""No platform's wish to wait is followed for longer."""
_ENOUGH = 3
"""So many failures one after the other are the room's and not a card's."""


class Patience:
    """Remember who is to be left alone until when; a new start of fanbot forgets it."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._room: datetime | None = None
        self._in_a_row = 0
        self._rests = 0
        self._cards: dict[int, tuple[int, datetime]] = {}

    def room_rests(self, now: datetime) -> bool:
        """Tell whether the whole room is to be left alone."""
        return self._room is not None and now < self._room

    def rests(self, item: int, now: datetime) -> bool:
        """Tell whether an item's card is to be left alone."""
        return item in self._cards and now < self._cards[item][1]

    def due(self, now: datetime) -> bool:
        """Tell whether a card that failed may be tried again."""
        return any(until <= now for _, until in self._cards.values())

    def only(self, items: Collection[int]) -> None:
        """Forget all cards but these."""
        self._cards = {item: kept for item, kept in self._cards.items() if item in items}

    def went_well(self, item: int) -> None:
        """Note a success."""
        self._in_a_row = self._rests = 0
        self._cards.pop(item, None)

    def failed(self, item: int, error: DeliveryError, now: datetime) -> None:
        """Note a failure; after some, or when the platform asks for time, the whole room rests."""
        tries = self._cards.get(item, (0, now))[0]
        if error.retry_after is not None:
            self._room = now + min(timedelta(seconds=max(error.retry_after, 0.0)), _LONGEST_WAIT)
            self._cards[item] = (tries, self._room)
            return
        self._cards[item] = (tries + 1, now + (_LONGEST if error.permanent else _doubled(tries)))
        self._in_a_row += 1
        if self._in_a_row >= _ENOUGH:
            self._room, self._in_a_row = now + _doubled(self._rests), 0
            self._rests += 1


def _doubled(times: int) -> timedelta:
    return min(_FIRST * (1 << min(times, 10)), _LONGEST)
