"""Who comes first in the queue: safety, then what was escalated, then what is due (P5, P11, P14)."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from fanbot.domain.handoffs import Handoff, Lane, State

GOAL = timedelta(days=1)
"""The reply-time goal of a lane for which the team set none."""

_SAFETY = (Lane.CRISIS, Lane.MINOR, Lane.THREAT)
_NO_TIER_STANDS_BEFORE = 2**31

Urgency = tuple[int, int, int, int, int, datetime, int]


def due_at(item: Handoff, goals: Mapping[Lane, timedelta]) -> datetime:
    """Return when the team's goal for this lane runs out."""
    return item.opened_at + goals.get(item.lane, GOAL)


def urgency(item: Handoff, goals: Mapping[Lane, timedelta], *, tier: int = 0) -> Urgency:
    """Return a key that sorts the queue, most urgent first; ``tier`` is higher for closer fans.

    Safety stands first, then what was escalated, then the hour in which an item is due. Items due
    in the same hour stand by tier, by weight and by age. A tier orders neither grief nor safety:
    a personal item stands where the highest tier would, whoever wrote it.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    >>> def item(id: int, lane: Lane, weight: int = 1) -> Handoff:
    ...     return Handoff(id, 1, 1, lane, State.WAITING, noon, noon, weight)
    >>> queue = [item(1, Lane.TECH), item(2, Lane.TECH, weight=3), item(3, Lane.CRISIS)]
    >>> [each.id for each in sorted(queue, key=lambda each: urgency(each, {}))]
    [3, 2, 1]
    """
    safety = _SAFETY.index(item.lane) if item.lane in _SAFETY else len(_SAFETY)
    escalated = 0 if item.state is State.ESCALATED else 1
    due_hour = int(due_at(item, goals).timestamp()) // 3600
    above_tiers = item.lane.safety or item.lane is Lane.PERSONAL
    standing = _NO_TIER_STANDS_BEFORE if above_tiers else tier
    return (safety, escalated, due_hour, -standing, -item.weight, item.opened_at, item.id)
