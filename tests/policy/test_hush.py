"""A person in the conversation has twelve hours of quiet around them."""

from datetime import UTC, datetime, timedelta

from fanbot.domain.decisions import Context
from fanbot.policy.hush import hushed_until

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_hush_holds_for_twelve_hours_and_no_longer() -> None:
    """Routine questions are answered again twelve hours after a person's last message."""
    end = hushed_until(NOON)
    almost = NOON + timedelta(hours=11, minutes=59)
    assert Context(now=almost, hushed_until=end).hushed
    assert not Context(now=NOON + timedelta(hours=12), hushed_until=end).hushed


def test_every_message_of_a_person_begins_the_hush_anew() -> None:
    """The hours count from the last message, not from the first."""
    assert hushed_until(NOON + timedelta(hours=5)) == hushed_until(NOON) + timedelta(hours=5)
