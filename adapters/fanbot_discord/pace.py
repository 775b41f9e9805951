"""How often a connection is begun: Discord takes a bot's token away after a thousand in a day."""

import asyncio
import time
from collections import deque
from collections.abc import Callable

_QUICK = 20
"""So many may follow one another as they come."""
_APART = 100.0
"""Seconds between those after them: 864 in a day."""


class Pace:
    """Remember when connections were begun, by ``clock`` in seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._begun: deque[float] = deque(maxlen=_QUICK)

    async def turn(self) -> None:
        """Wait until one more connection is in order, and count it."""
        await asyncio.sleep(self.wait())
        self._begun.append(self._clock())

    def wait(self) -> float:
        """Return the seconds to wait; 0 while connections do not come one after the other.

        >>> pace = Pace(lambda: 500.0)
        >>> pace.wait()
        0.0
        """
        now = self._clock()
        if len(self._begun) < _QUICK or now - self._begun[0] > _QUICK * _APART:
            return 0.0
        return max(0.0, self._begun[-1] + _APART - now)
