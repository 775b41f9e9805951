"""How the team reads lanes, places, times and what somebody did, wherever it reads them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from fanbot.domain.handoffs import Lane
from fanbot.domain.reach import Barrier

_LANES = {
    Lane.PERSONAL: "Personal",
    Lane.CRISIS: "Somebody in a crisis",
    Lane.THREAT: "A threat",
    Lane.MINOR: "Safety of a minor",
    Lane.ORDER: "A problem with an order",
    Lane.COMPLAINT: "A complaint",
    Lane.BUSINESS: "Business",
    Lane.PRESS: "Press",
    Lane.LICENSING: "Rights and licensing",
    Lane.TECH: "Something does not work",
    Lane.HUMAN: "Asked for a person",
    Lane.OTHER: "Needs a person's eyes",
}
_BARRIERS = {
    Barrier.BLOCKED: "{fan} has blocked the bot on {platform}",
    Barrier.DEACTIVATED: "{fan}'s account on {platform} is gone",
    Barrier.CLOSED: "{fan} takes no direct messages from the bot on {platform}",
}
_PLATFORMS = {"webchat": "Web chat", "stdio": "Standard input"}

DONE = {
    "claimed": "claimed this",
    "released": "put this back into the queue",
    "escalated": "escalated this to the creator",
    "closed": "read this: no reply needed",
    "recalled": "took the reply back before it left",
    "withdrawn": "took everything back, so this is closed",
    "lapsed": "put this back into the queue: the claim was idle",
    "woke": "brought this back: its snooze is over",
    "reopened": "brought this back: the reply did not arrive",
    "archived": "put this away after a week of quiet",
}
"""What a move is called in the record, and what somebody did, to be read behind their name."""


def lane(of: Lane) -> str:
    """Say in words what kind of person an item needs.

    >>> lane(Lane.ORDER)
    'A problem with an order'
    """
    return _LANES[of]


def moment(at: datetime, zone: ZoneInfo) -> str:
    """Say a moment in the team's own time.

    >>> from datetime import UTC
    >>> moment(datetime(2026, 5, 1, 12, tzinfo=UTC), ZoneInfo("Europe/London"))
    '1 May 2026, 13:00'
    """
    there = at.astimezone(zone)
    return f"{there.day} {there:%b %Y, %H:%M}"


def out_of_reach(why: Barrier, *, fan: str, on: str, known: str) -> str:
    """Say that a fan cannot be reached; ``known`` says since when or for how long that is known.

    >>> out_of_reach(Barrier.BLOCKED, fan="Ada", on="telegram", known="since 1 May 2026, 13:00")
    'Ada has blocked the bot on Telegram, known since 1 May 2026, 13:00. A reply cannot reach them there now.'
    """
    said = _BARRIERS[why].format(fan=fan, platform=platform(on))
    return f"{said}, known {known}. A reply cannot reach them there now."


def platform(name: str) -> str:
    """Name a platform for people.

    >>> platform("telegram"), platform("webchat")
    ('Telegram', 'Web chat')
    """
    return _PLATFORMS.get(name, name[:1].upper() + name[1:])
