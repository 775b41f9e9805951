"""Why a fan cannot be reached in private on a platform, and since when that is known."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Barrier(StrEnum):
    """Name what stands between fanbot and a fan. Only the fan can take it away.

    *blocked*: they blocked the bot. *deactivated*: their account is gone. *closed*: they take no direct
    messages from it.
    """

    BLOCKED = "blocked"
    DEACTIVATED = "deactivated"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Unreachable:
    """A fan who cannot be reached; ``since`` is when fanbot learned of it."""

    why: Barrier
    since: datetime


def barrier(word: str) -> Barrier | None:
    """Read a barrier's name; None for any other word.

    >>> barrier("closed"), barrier("busy")
    (<Barrier.CLOSED: 'closed'>, None)
    """
    return Barrier(word) if word in set(Barrier) else None
