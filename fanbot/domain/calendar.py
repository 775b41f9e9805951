"""The creator's shows and other dates, as answers name them (P8)."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """One date in the creator's calendar; ``start`` and ``end`` are aware, in the calendar's zone."""

    uid: str
    name: str
    start: datetime
    end: datetime
    place: str = ""
    url: str = ""
    note: str = ""
    whole_day: bool = False
