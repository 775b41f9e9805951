"""A clock that a test moves by hand, forward and back."""

import asyncio
from datetime import UTC, datetime, timedelta


class ManualClock:
    """Stand still until moved; whoever sleeps wakes when the clock passes their time.

    >>> clock = ManualClock()
    >>> clock.move(timedelta(hours=1)).isoformat()
    '2026-05-01T13:00:00+00:00'
    >>> clock.move(-timedelta(days=1)).isoformat()
    '2026-04-30T13:00:00+00:00'
    """

    def __init__(self, start: datetime = datetime(2026, 5, 1, 12, tzinfo=UTC)) -> None:
        """Begin at ``start``, which is aware and UTC."""
        self._now = start
        self._sleepers: list[tuple[datetime, asyncio.Event]] = []

    def now(self) -> datetime:
        """Return where the clock stands."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock was moved this far; at once for nothing or less."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        sleeper = (self._now + timedelta(seconds=seconds), asyncio.Event())
        self._sleepers.append(sleeper)
        try:
            await sleeper[1].wait()
        finally:
            self._sleepers.remove(sleeper)

    def set(self, moment: datetime) -> datetime:
        """Put the clock to ``moment`` and wake whoever's time has come."""
        self._now = moment
        for until, woken in self._sleepers:
            if until <= moment:
                woken.set()
        return moment

    def move(self, by: timedelta) -> datetime:
        """Move the clock by a span, back if it is negative."""
        return self.set(self._now + by)
