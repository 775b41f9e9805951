"""How often a session is begun: Discord takes a bot's token away after a thousand in a day."""

import asyncio
import time
from collections import deque
from collections.abc import Callable

_QUICK = 20
"""So many may follow one another as they come."""
_APART = 100.0
"""Seconds between those after them: 864 in a day."""
_LEAST = 5.0
"""Seconds between any two; Discord takes one identification in so long."""


class Pace:
    """Remember when sessions were begun, by ``clock`` in seconds. One that is resumed is none of them."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, *, quick: int = _QUICK, least: float = _LEAST
    ) -> None:
        """Let ``quick`` of them follow one another, each ``least`` seconds after the one before."""
        self._clock = clock
        self._quick = quick
        self._least = least
        self._begun: deque[float] = deque(maxlen=quick)

    async def turn(self) -> None:
        """Wait until one more session is in order, and count it."""
        await asyncio.sleep(self.wait())
        self._begun.append(self._clock())

    def wait(self) -> float:
        """Return the seconds to wait.

        >>> pace = Pace(lambda: 500.0)
        >>> pace.wait()
        0.0
        """
        if not self._begun:
            return 0.0
        now = self._clock()
        many = len(self._begun) == self._quick and now - self._begun[0] <= self._quick * _APART
        return max(0.0, self._begun[-1] + (_APART if many else self._least) - now)
