"""The hours in which nothing is sent that nobody asked for."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


def quiet_until(now: datetime, span: tuple[time, time] | None, zone: ZoneInfo) -> datetime | None:
    """Return when the present quiet ends, aware and UTC; None when it is not quiet.

    ``span`` is read on the wall clock of ``zone``, its start in and its end out, and may pass
    midnight; None, or a start equal to its end, means no quiet hours.

    >>> night = (time(22), time(8))
    >>> quiet_until(datetime(2026, 1, 5, 23, 30, tzinfo=UTC), night, ZoneInfo("Europe/Berlin")).isoformat()
    '2026-01-06T07:00:00+00:00'
    >>> quiet_until(datetime(2026, 1, 6, 7, 0, tzinfo=UTC), night, ZoneInfo("Europe/Berlin")) is None
    True
    """
    if span is None:
        return None
    start, end = span
    local = now.astimezone(zone)
    if not _within(local.time(), start=start, end=end):
        return None
    day = local.date() if local.time() < end else local.date() + timedelta(days=1)
    # Where clocks change, an hour may come twice or not at all; the later reading is the quieter one.
    readings = (datetime.combine(day, end.replace(fold=fold), tzinfo=zone) for fold in (0, 1))
    return max(reading.astimezone(UTC) for reading in readings)


def _within(moment: time, *, start: time, end: time) -> bool:
    if start <= end:
        return start <= moment < end
    return moment >= start or moment < end
