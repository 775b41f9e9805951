"""Dates, times and spans in the words of a language; Babel is loaded when the first one is needed."""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from fanbot.domain.calendar import CalendarEvent
from fanbot.ports.rendering import Line
from fanbot.rendering.grammar import shown

if TYPE_CHECKING:
    from babel import Locale

MOST_EVENTS = 50
"""Upcoming events that a template sees."""
_MARKUP = re.compile(r"([\\`*_\[\]<>&])")


class Moments:
    """Put moments into words for one language."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._known: Locale | None = None

    def day(self, moment: date) -> str:
        """Write a day, such as March 14, 2026."""
        from babel.dates import format_date

        return format_date(moment, format="long", locale=self._locale())

    def present(self, local: datetime) -> Mapping[str, object]:
        """Return ``now`` as a template sees it; ``local`` is in the workspace's zone."""
        from babel.dates import format_date

        return {
            "date": self.day(local.date()),
            "time": self._time(local),
            "weekday": format_date(local, format="EEEE", locale=self._locale()),
            "year": str(local.year),
        }

    def upcoming(self, events: Sequence[CalendarEvent], now: datetime) -> list[Mapping[str, object]]:
        """Return the events that have not ended, the next one first, as a template sees them.

        Their names and places are text, so markup among them is escaped.
        """
        ahead = sorted((event for event in events if event.end >= now), key=lambda event: event.start)
        return [self._event(event) for event in ahead[:MOST_EVENTS]]

    def line(self, line: Line) -> Mapping[str, object]:
        """Return the measured line as a template sees it; ``usual`` is empty without a record."""
        return {"waiting": line.waiting, "usual": "" if line.usual is None else self.span(line.usual)}

    def span(self, span: timedelta) -> str:
        """Write a span in whole hours, from two days on in whole days, never shorter than it is.

        >>> Moments("en").span(timedelta(hours=1.5)), Moments("de").span(timedelta(hours=49))
        ('2 hours', '3 Tage')
        """
        from babel.units import format_unit

        hours = max(1, math.ceil(span / timedelta(hours=1)))
        if hours < 48:
            return format_unit(hours, "duration-hour", locale=self._locale())
        return format_unit(math.ceil(hours / 24), "duration-day", locale=self._locale())

    def _event(self, event: CalendarEvent) -> Mapping[str, object]:
        from babel.dates import format_date

        return {
            "name": _text(event.name),
            "date": format_date(event.start, format="full", locale=self._locale()),
            "time": "" if event.whole_day else self._time(event.start),
            "place": _text(event.place),
            "url": "".join(shown(event.url).split()),
        }

    def _time(self, moment: datetime) -> str:
        from babel.dates import format_time

        return format_time(moment, format="short", tzinfo=moment.tzinfo, locale=self._locale())

    def _locale(self) -> "Locale":
        if self._known is None:
            from babel import Locale, UnknownLocaleError

            try:
                self._known = Locale.parse(self._language, sep="-")
            except (UnknownLocaleError, ValueError):
                self._known = Locale.parse("en")
        return self._known


def _text(words: str) -> str:
    return _MARKUP.sub(r"\\\1", " ".join(shown(words).split()))
