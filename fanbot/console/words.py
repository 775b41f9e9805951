"""How the console says lanes, states, places and times."""

from datetime import datetime, timedelta

from fanbot.domain.handoffs import Handoff, State
from fanbot.domain.messages import Inbound, OutboundKind, called
from fanbot.policy.wording import lane, moment, out_of_reach, platform

__all__ = ["fan", "lane", "moment", "out_of_reach", "platform", "said", "seconds", "span", "standing"]

_SAID = {
    OutboundKind.ANSWER: "Automatic answer",
    OutboundKind.ACKNOWLEDGEMENT: "Automatic note",
    OutboundKind.QUESTION: "Automatic question",
    OutboundKind.HUMAN: "A person's reply",
    OutboundKind.UPDATE: "Update",
    OutboundKind.CONTENT: "Post",
    OutboundKind.PROMOTION: "Promotion",
    OutboundKind.NOTICE: "Notice",
    OutboundKind.CORRECTION: "Correction",
}
_UNITS = ((timedelta(days=1), "day"), (timedelta(hours=1), "hour"), (timedelta(minutes=1), "minute"))
_NAME = 80


def said(kind: str) -> str:
    """Say what a message to a fan was for; a word that is not known stays as it is.

    >>> said("human"), said("song")
    ("A person's reply", 'song')
    """
    try:
        return _SAID[OutboundKind(kind)]
    except ValueError:
        return kind


def span(time: timedelta) -> str:
    """Say how long something took, as coarse as people speak.

    >>> span(timedelta(seconds=20)), span(timedelta(minutes=1)), span(timedelta(hours=49))
    ('under a minute', '1 minute', '2 days')
    """
    for unit, name in _UNITS:
        if time >= unit:
            count = time // unit
            return f"{count} {name}" if count == 1 else f"{count} {name}s"
    return "under a minute"


def fan(letter: Inbound) -> str:
    """Name the fan as the platform does, else by their id there."""
    return called(letter.author.name, letter.author.id)[:_NAME]


def standing(item: Handoff, *, me: str, now: datetime) -> str:
    """Say who has an item, in the eyes of ``me``.

    >>> from datetime import UTC
    >>> from fanbot.domain.handoffs import Lane
    >>> noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    >>> standing(Handoff(1, 1, 1, Lane.TECH, State.WAITING, noon, noon), me="Sam", now=noon)
    'Nobody has this yet'
    >>> standing(Handoff(1, 1, 1, Lane.TECH, State.CLAIMED, noon, noon, owner="Sam"), me="Sam", now=noon)
    'You have this'
    """
    who = "you" if item.owner == me else item.owner
    match item.state:
        case State.WAITING:
            return "Nobody has this yet"
        case State.CLAIMED:
            return "You have this" if item.owner == me else f"{item.owner} has this"
        case State.ESCALATED:
            return "Waits for the creator"
        case State.SNOOZED if item.snoozed_until is not None:
            return f"Snoozed by {who}, back in {span(item.snoozed_until - now)}"
        case State.CLOSED:
            return f"Read by {who}, no reply needed" if who else "Read, no reply needed"
        case State.ANSWERED:
            return f"Answered by {who}" if who else "Answered"
        case _:
            return item.state.value.capitalize()


def seconds(count: int) -> str:
    """Say a waiting time exactly enough to wait for it.

    >>> seconds(1), seconds(42), seconds(61)
    ('1 second', '42 seconds', '2 minutes')
    """
    if count <= 60:
        return "1 second" if count == 1 else f"{count} seconds"
    minutes = -(-count // 60)
    return f"{minutes} minutes"
