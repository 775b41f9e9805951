"""When a snoozed item comes back, by the clock on the team's wall."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

_MORNING, _EVENING = time(9), time(19)


def returns(now: datetime, zone: ZoneInfo) -> Mapping[str, tuple[str, datetime]]:
    """Map each choice to its words and its moment; *tonight* is left out once the evening has begun.

    >>> from datetime import UTC
    >>> friday = datetime(2026, 5, 1, 12, tzinfo=UTC)
    >>> [words for words, _ in returns(friday, ZoneInfo("UTC")).values()]
    ['In an hour', 'Tonight, 19:00', 'Tomorrow, 9:00', 'Monday, 4 May, 9:00']
    >>> list(returns(friday + timedelta(hours=8), ZoneInfo("UTC")))
    ['hour', 'tomorrow', 'week']
    """
    today = now.astimezone(zone).date()
    evening = datetime.combine(today, _EVENING, zone)
    tomorrow = datetime.combine(today + timedelta(days=1), _MORNING, zone)
    monday = datetime.combine(today + timedelta(days=7 - today.weekday()), _MORNING, zone)
    choices = {
        "hour": ("In an hour", now + timedelta(hours=1)),
        "tonight": (f"Tonight, {evening:%-H:%M}", evening),
        "tomorrow": (f"Tomorrow, {tomorrow:%-H:%M}", tomorrow),
        "week": (f"{monday:%A}, {monday.day} {monday:%B}, {monday:%-H:%M}", monday),
    }
    return {name: choice for name, choice in choices.items() if choice[1] > now}
