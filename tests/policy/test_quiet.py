"""Quiet hours are read on the fan's own wall clock, over midnight and over changes of the clocks."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from fanbot.policy.quiet import quiet_until

NIGHT = (time(22), time(8))
LONDON = ZoneInfo("Europe/London")
BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [
    ZoneInfo(name)
    for name in (
        "UTC",
        "Europe/London",
        "America/New_York",
        "America/Sao_Paulo",
        "Asia/Kolkata",
        "Australia/Lord_Howe",
        "Pacific/Auckland",
    )
]


def utc(*parts: int) -> datetime:
    """Write a moment briefly."""
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


def test_an_evening_is_quiet_until_the_next_morning() -> None:
    """Quiet that begins before midnight ends on the day after."""
    assert quiet_until(utc(2026, 1, 5, 23), NIGHT, LONDON) == utc(2026, 1, 6, 8)


def test_a_small_hour_is_quiet_until_the_same_morning() -> None:
    """After midnight the morning is near."""
    assert quiet_until(utc(2026, 1, 6, 3), NIGHT, LONDON) == utc(2026, 1, 6, 8)


def test_the_day_is_not_quiet() -> None:
    """The first minute after the quiet and the last one before it are free."""
    assert quiet_until(utc(2026, 1, 6, 8), NIGHT, LONDON) is None
    assert quiet_until(utc(2026, 1, 6, 21, 59), NIGHT, LONDON) is None


def test_the_fan_s_zone_decides() -> None:
    """Nine in the evening in London is already quiet in Berlin."""
    assert quiet_until(utc(2026, 1, 6, 21), NIGHT, BERLIN) == utc(2026, 1, 7, 7)


def test_the_night_of_the_change_ends_by_the_wall_clock() -> None:
    """In spring the night is an hour shorter, in autumn an hour longer."""
    assert quiet_until(utc(2026, 3, 28, 22), NIGHT, LONDON) == utc(2026, 3, 29, 7)
    assert quiet_until(utc(2026, 10, 24, 22), NIGHT, LONDON) == utc(2026, 10, 25, 8)


def test_quiet_that_ends_in_the_repeated_hour_ends_in_its_second_half() -> None:
    """Half past one comes twice on that night; the later one counts."""
    span = (time(22), time(1, 30))
    assert quiet_until(utc(2026, 10, 25, 1, 10), span, LONDON) == utc(2026, 10, 25, 1, 30)


def test_a_siesta_lies_within_one_day() -> None:
    """A span need not pass midnight."""
    siesta = (time(13), time(15))
    assert quiet_until(utc(2026, 1, 6, 14), siesta, LONDON) == utc(2026, 1, 6, 15)
    assert quiet_until(utc(2026, 1, 6, 16), siesta, LONDON) is None


def test_without_a_span_nothing_is_quiet() -> None:
    """None, and a span of no length, mean no quiet hours."""
    assert quiet_until(utc(2026, 1, 6, 3), None, LONDON) is None
    assert quiet_until(utc(2026, 1, 6, 3), (time(3), time(3)), LONDON) is None


@given(
    minutes=st.integers(0, 5 * 365 * 24 * 60),
    start=st.times(time(17), time(23, 59)),
    end=st.times(time(0), time(12)),
    zone=st.sampled_from(ZONES),
)
def test_quiet_ends_ahead_and_within_a_night(minutes: int, start: time, end: time, zone: ZoneInfo) -> None:
    """Wherever and whenever: the end lies ahead, at most a night away, and is itself not quiet."""
    now = utc(2024, 1, 1) + timedelta(minutes=minutes)
    until = quiet_until(now, (start, end), zone)
    if until is not None:
        assert now < until <= now + timedelta(hours=21)
        assert quiet_until(until, (start, end), zone) is None
