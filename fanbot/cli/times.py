"""Times as people say them."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fanbot.errors import FanbotError

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_MORNING = time(9)


def span(time: timedelta) -> str:
    """Say how long something took, as coarse as people speak.

    >>> span(timedelta(seconds=20)), span(timedelta(minutes=1)), span(timedelta(hours=49))
    ('under a minute', '1 minute', '2 days')
    """
    for unit, name in ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute")):
        if time >= unit:
            count = time // unit
            return f"{count} {name}" if count == 1 else f"{count} {name}s"
    return "under a minute"


def moment(said: str, *, now: datetime, timezone: ZoneInfo) -> datetime:
    """Read when an item comes back: ``30m``, ``2h``, ``3d``, ``tomorrow`` or a day, at nine in the morning.

    >>> from datetime import UTC
    >>> noon, london = datetime(2026, 7, 1, 12, tzinfo=UTC), ZoneInfo("Europe/London")
    >>> moment("2h", now=noon, timezone=london).isoformat()
    '2026-07-01T14:00:00+00:00'
    >>> moment("tomorrow", now=noon, timezone=london).isoformat()
    '2026-07-02T09:00:00+01:00'
    """
    from fanbot.workspace.values import parse_duration

    word = said.strip().lower()
    today = now.astimezone(timezone).date()
    try:
        day = today + timedelta(days=1) if word == "tomorrow" else date.fromisoformat(word)
    except ValueError:
        try:
            return now + parse_duration(word)
        except ValueError as error:
            raise FanbotError(
                f"{said!r} is not a time to come back at; nothing was changed. "
                "Say for example 30m, 2h, 3d, tomorrow or 2026-05-31."
            ) from error
    return datetime.combine(day, _MORNING, timezone)
