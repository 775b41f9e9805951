"""The creator's dates from ``config/events.ics``, as any calendar program writes it (P8)."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from icalendar import Calendar, Component

from fanbot.domain.calendar import CalendarEvent
from fanbot.domain.templates import Problem
from fanbot.workspace.problems import Read, RefusedFileError, printable
from fanbot.workspace.values import parse_zone

MOST_EVENTS = 1_000
_LONGEST_TEXT = 500
_BEGIN = re.compile(r"^BEGIN:VEVENT\s*$", re.MULTILINE | re.IGNORECASE)
_LINK = re.compile(r"https?://\S+", re.IGNORECASE)
_LEFT_OUT = "The other dates are in use."


def read_calendar(text: str, *, file: str, zone: ZoneInfo) -> Read[tuple[CalendarEvent, ...]]:
    """Read the dates in the order of their start; cancelled ones are left out.

    A time without a zone, or in UTC, is shown in the calendar's own zone, else in ``zone``. A date
    that cannot be told is left out with a remark. Raises RefusedFileError for what is no calendar.
    """
    if not text.strip():
        return Read(())
    try:
        calendar = Calendar.from_ical(text)
    except (ValueError, LookupError, AttributeError, TypeError) as error:
        raise RefusedFileError(
            Problem(file, "something that is not a calendar", "a file as calendar programs export it (.ics)")
        ) from error
    lines = [text.count("\n", 0, begin.start()) + 1 for begin in _BEGIN.finditer(text)]
    found = list(zip(calendar.walk("VEVENT"), lines, strict=False))
    own_zone = _calendar_zone(calendar) or zone
    events: list[CalendarEvent] = []
    remarks: list[Problem] = []
    for event, line in found[:MOST_EVENTS]:
        try:
            events.extend(_dates(event, zone=own_zone))
        except OverflowError:
            expected = "a date that a calendar can show"
            remarks.append(Problem(file, "a date beyond the year 9999", expected, line, kept=_LEFT_OUT))
        remarks.extend(_remarks(event, file=file, line=line))
    if len(found) > MOST_EVENTS:
        expected = f"at most {MOST_EVENTS}"
        remarks.append(Problem(file, f"{len(found)} dates", expected, kept="The first ones are in use."))
    return Read(tuple(sorted(events, key=lambda event: (event.start, event.uid))), tuple(remarks))


def _calendar_zone(calendar: Calendar) -> ZoneInfo | None:
    try:
        return parse_zone(str(calendar.get("X-WR-TIMEZONE", "")))
    except ValueError:
        return None


def _dates(event: Component, *, zone: ZoneInfo) -> Iterator[CalendarEvent]:
    """Yield the event if it takes place and can be told."""
    start, name = _moment(event, "DTSTART"), _words(event, "SUMMARY")
    if start is None or not name or _words(event, "STATUS").upper() == "CANCELLED":
        return
    whole_day = not isinstance(start, datetime)
    begins = _aware(start, zone)
    ends = _end(event, start, zone=zone)
    link = _words(event, "URL")
    yield CalendarEvent(
        uid=_words(event, "UID") or f"{name} {begins.isoformat()}",
        name=name,
        start=begins,
        end=max(begins, ends),
        place=_words(event, "LOCATION"),
        url=link if _LINK.fullmatch(link) else "",
        note=_words(event, "DESCRIPTION"),
        whole_day=whole_day,
    )


def _end(event: Component, start: date, *, zone: ZoneInfo) -> datetime:
    """Find the end, exclusive; without one a whole day lasts a day, and a moment no time (RFC 5545)."""
    if (end := _moment(event, "DTEND")) is not None:
        return _aware(end, zone)
    length = _value(event, "DURATION")
    if not isinstance(length, timedelta):
        length = timedelta() if isinstance(start, datetime) else timedelta(days=1)
    return _aware(start + length, zone)


def _moment(event: Component, name: str) -> date | None:
    """Return a day or a moment, None where there is none or it cannot be read."""
    found = _value(event, name)
    return found if isinstance(found, date) else None


def _value(event: Component, name: str) -> object:
    try:
        return getattr(event.get(name), "dt", None)
    except ValueError:
        return None


def _aware(moment: date, zone: ZoneInfo) -> datetime:
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time(), zone)
    if moment.tzinfo is None:
        return moment.replace(tzinfo=zone)
    return moment.astimezone(zone) if _is_utc(moment.tzinfo) else moment


def _is_utc(zone: tzinfo) -> bool:
    return str(zone) in ("UTC", "Etc/UTC")


def _words(event: Component, name: str) -> str:
    """Return a property's text, its first value if there are several, in plain characters."""
    value = event.get(name, "")
    text = str(value[0] if isinstance(value, list) and value else value)[:_LONGEST_TEXT]
    return " ".join("".join(letter for letter in text if letter.isprintable() or letter.isspace()).split())


def _remarks(event: Component, *, file: str, line: int) -> Iterator[Problem]:
    name = printable(_words(event, "SUMMARY"), limit=40)
    if "RRULE" in event or "RDATE" in event:
        expected = "one entry for each date, because fanbot does not repeat them"
        yield Problem(
            file, f"a repeated date (`{name}`)", expected, line, kept="Only its first date is in use."
        )
    if not name:
        yield Problem(file, "a date without a name", "SUMMARY", line, "SUMMARY:Glasgow", _LEFT_OUT)
    start = _moment(event, "DTSTART")
    if start is None:
        yield Problem(
            file,
            f"no start that can be read (`{name}`)",
            "DTSTART",
            line,
            "DTSTART;TZID=Europe/London:20270305T190000",
            _LEFT_OUT,
        )
    elif isinstance(start, datetime) and start.tzinfo is None and (named := _zone_name(event)):
        expected = "a zone such as Europe/London"
        yield Problem(
            file, f"the time zone {named} (`{name}`)", expected, line, kept="The workspace's zone is used."
        )


def _zone_name(event: Component) -> str:
    return printable(str(getattr(event["DTSTART"], "params", {}).get("TZID", "")), limit=40)
