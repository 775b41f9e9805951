"""Single values as people write them: durations, shares, days, time zones, quiet hours."""

import re
from datetime import date, time, timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from ipaddress import ip_network
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import PlainValidator

from fanbot.domain.settings import Network

_DURATION = re.compile(r"([0-9]{1,5})([dhm])")
_UNITS = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}
_LONGEST = timedelta(days=3660)
_QUIET = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
_FINEST_SHARE = -6


def parse_duration(value: object) -> timedelta:
    """Read a whole number of days, hours or minutes, up to ten years; raises ValueError.

    >>> parse_duration("36h")
    datetime.timedelta(days=1, seconds=43200)
    """
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("no duration")
    duration = int(match[1]) * _UNITS[match[2]]
    if duration > _LONGEST:
        raise ValueError("too long")
    return duration


def parse_share(value: object) -> Fraction:
    """Read a number from 0 to 1, exactly as its decimal text says; raises ValueError.

    >>> parse_share("0.1"), parse_share(Decimal("0.25")), parse_share(1)
    (Fraction(1, 10), Fraction(1, 4), Fraction(1, 1))
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal) or len(str(value)) > 40:
        raise ValueError("no number")
    try:
        number = Decimal(str(value))
    except InvalidOperation as error:
        raise ValueError("no number") from error
    exponent = number.as_tuple().exponent
    if not number.is_finite() or not 0 <= number <= 1 or (number and int(exponent) < _FINEST_SHARE):
        raise ValueError("no number from 0 to 1")
    return Fraction(number)


def parse_quiet(value: object) -> tuple[time, time] | None:
    """Read ``22:00-08:00``, or ``""`` for no quiet hours at all; raises ValueError.

    >>> parse_quiet("22:00-08:30")
    (datetime.time(22, 0), datetime.time(8, 30))
    """
    if value == "":
        return None
    match = _QUIET.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("no hours")
    start, end = time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4]))
    if start == end:
        raise ValueError("a start that is also the end")
    return start, end


def parse_zone(value: object) -> ZoneInfo:
    """Read an IANA time zone such as ``Europe/London``; raises ValueError."""
    if not isinstance(value, str) or not value:
        raise ValueError("no time zone")
    try:
        return ZoneInfo(value)
    except (LookupError, OSError, ValueError) as error:
        raise ValueError("no known time zone") from error


def parse_language(value: object) -> str:
    """Read a language code such as ``en`` or ``pt-BR``; raises ValueError."""
    if not isinstance(value, str) or not _LANGUAGE.fullmatch(value):
        raise ValueError("no language code")
    return value


def parse_day(value: object) -> date:
    """Read a day, or the text ``2027-01-31``; raises ValueError."""
    if isinstance(value, str) and len(value) == 10:
        return date.fromisoformat(value)
    if type(value) is not date:
        raise ValueError("no day")
    return value


def parse_port(value: object) -> int:
    """Read a port number, 0 for any that is free; raises ValueError."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 5:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 65535:
        raise ValueError("no port")
    return value


def parse_networks(value: object) -> tuple[Network, ...]:
    """Read a list of addresses and networks, in the environment with commas; raises ValueError.

    A network of every address there is would trust everybody, so it is none.

    >>> parse_networks(["127.0.0.1", "10.0.0.0/8"])
    (IPv4Network('127.0.0.1/32'), IPv4Network('10.0.0.0/8'))
    """
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",")] if value else []
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        raise ValueError("no list of addresses")
    networks = tuple(ip_network(part) for part in value)
    if not all(network.prefixlen for network in networks):
        raise ValueError("everybody")
    return networks


Duration = Annotated[timedelta, PlainValidator(parse_duration)]
Share = Annotated[Fraction, PlainValidator(parse_share)]
QuietHours = Annotated[tuple[time, time] | None, PlainValidator(parse_quiet)]
Zone = Annotated[ZoneInfo, PlainValidator(parse_zone)]
Language = Annotated[str, PlainValidator(parse_language)]
Day = Annotated[date, PlainValidator(parse_day)]
Port = Annotated[int, PlainValidator(parse_port)]
Networks = Annotated[tuple[Network, ...], PlainValidator(parse_networks)]
