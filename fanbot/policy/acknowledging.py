"""When a fan is told that a person reads their message, and by which built-in text (P6, P9, P20)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from fanbot.domain.decisions import Decision, OpenItem, Route
from fanbot.domain.handoffs import Lane

ONCE_IN = timedelta(hours=12)
"""An item is acknowledged at most once in this time, so that repeats are not met by a machine."""

_TEXTS = {
    Lane.CRISIS: "safety.crisis",
    Lane.THREAT: "safety.threat",
    Lane.MINOR: "ack.minor",
    Lane.PERSONAL: "ack.personal",
    Lane.HUMAN: "ack.person",
    Lane.ORDER: "ack.order",
    Lane.COMPLAINT: "ack.complaint",
    Lane.BUSINESS: "ack.business",
    Lane.PRESS: "ack.business",
    Lane.LICENSING: "ack.business",
    Lane.TECH: "ack.tech",
    Lane.OTHER: "ack.direct",
}


@dataclass(frozen=True, slots=True)
class Ack:
    """A note that is due. ``choices``: buttons may stand below it.

    ``record``: the waiting time that the lane's record shows may stand behind it.
    """

    text_key: str
    choices: bool = True
    record: bool = False


def acknowledgement(
    decision: Decision,
    *,
    direct: bool,
    item: OpenItem | None,
    now: datetime,
    usual: timedelta | None,
    thanks: bool = False,
) -> Ack | None:
    """Return the note that this decision calls for, or None.

    ``item`` is the unfinished item that the message joins, if any; ``usual`` the waiting time that
    the lane's record shows; ``thanks`` says that the message only thanks, which needs no note once
    a person answered.

    >>> personal = Decision(Route.HANDOFF, (), lane=Lane.PERSONAL)
    >>> noon = datetime(2026, 3, 1, 12)
    >>> acknowledgement(personal, direct=True, item=None, now=noon, usual=None)
    Ack(text_key='ack.personal', choices=False, record=False)
    >>> acknowledgement(personal, direct=False, item=None, now=noon, usual=None)
    Ack(text_key='ack.public', choices=False, record=False)
    """
    lane = decision.lane
    if lane is None or decision.route not in (Route.HANDOFF, Route.MERGE):
        return None
    if item is not None and (_told_lately(item, now) or (thanks and not item.state.needs_person)):
        return None
    if not direct:
        return Ack("ack.public", choices=False)
    private = lane.safety or lane is Lane.PERSONAL
    return Ack(_TEXTS[lane], choices=not private, record=usual is not None and not private)


def _told_lately(item: OpenItem, now: datetime) -> bool:
    return item.acknowledged_at is not None and now - item.acknowledged_at < ONCE_IN
