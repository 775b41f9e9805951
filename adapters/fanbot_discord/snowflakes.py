"""Discord's ids, which carry the moment at which they were made."""

import re
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_DIGITS = re.compile(r"[0-9]{1,20}", re.ASCII)


def first_at(moment: datetime) -> int:
    """Return the lowest id of this moment; 0 before Discord began.

    >>> first_at(datetime(2016, 4, 30, 11, 18, 25, 796000, tzinfo=UTC)) >> 22 == 175928847299117063 >> 22
    True
    """
    return max(0, (moment - _EPOCH) // _MILLISECOND) << 22


def moment_of(snowflake: int) -> datetime:
    """Return when an id was made.

    >>> moment_of(175928847299117063).isoformat(timespec="milliseconds")
    '2016-04-30T11:18:25.796+00:00'
    """
    return _EPOCH + (snowflake >> 22) * _MILLISECOND


def number(name: object) -> int | None:
    """Read an id as Discord writes it; None for anything else.

    >>> number("42"), number(42), number("-1"), number(True), number("٤")
    (42, 42, None, None, None)
    """
    if isinstance(name, str) and _DIGITS.fullmatch(name):
        return int(name)
    return name if type(name) is int and 0 <= name < 10**20 else None
