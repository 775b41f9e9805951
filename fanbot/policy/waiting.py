"""What may be said of waiting times: only what the record shows (P6, P16)."""

from collections.abc import Mapping
from datetime import timedelta

LADDER = (
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(days=1),
    timedelta(days=2),
    timedelta(days=3),
    timedelta(days=7),
)
"""The waiting times that can be quoted; the record is asked for each of them."""
ENOUGH = 20
"""Fewer items than this are no record."""


def usual(record: Mapping[timedelta, tuple[int, int]]) -> timedelta | None:
    """Return the shortest time within which 80 % of *all* items of a lane were answered, or None.

    ``record`` maps a time T to the items opened between 30 days and T ago, and to how many of them
    were answered within T. What was never answered counts as well, so that the quote stays honest.

    >>> hour, day = timedelta(hours=1), timedelta(days=1)
    >>> usual({hour: (40, 10), day: (30, 24)})
    datetime.timedelta(days=1)
    >>> usual({hour: (19, 19)}) is None
    True
    """
    times = (time for time in sorted(record) if _shown(*record[time]))
    return next(times, None)


def _shown(opened: int, answered: int) -> bool:
    return opened >= ENOUGH and answered * 5 >= opened * 4
