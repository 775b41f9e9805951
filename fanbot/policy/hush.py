"""How long the automatic assistant keeps out of a conversation that a person has entered."""

from datetime import datetime, timedelta

HUSH = timedelta(hours=12)
"""So long after a claim or a person's last message routine questions are answered again."""


def hushed_until(person_spoke_at: datetime) -> datetime:
    """Return when the hush ends that a claim or a person's message begins anew; a release ends it at once.

    >>> from datetime import UTC
    >>> hushed_until(datetime(2026, 3, 1, 20, 0, tzinfo=UTC)).isoformat()
    '2026-03-02T08:00:00+00:00'
    """
    return person_spoke_at + HUSH
