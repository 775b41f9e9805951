"""How often somebody may try to sign in."""

import math
import time

from limits import RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from fanbot.domain.households import household

_BY_ADDRESS = RateLimitItemPerMinute(5)
_BY_NAME = RateLimitItemPerHour(20)


class Tries:
    """Count tries: five a minute from a household, twenty wrong ones an hour for a name."""

    def __init__(self) -> None:
        """Begin without any."""
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def wait(self, *, address: str, name: str) -> int:
        """Count a try; return 0 when it may be made, else the seconds after which one may."""
        if not self._limiter.test(_BY_NAME, "name", name):
            return self._left(_BY_NAME, "name", name)
        place = household(address)
        if not self._limiter.hit(_BY_ADDRESS, "address", place):
            return self._left(_BY_ADDRESS, "address", place)
        return 0

    def failed(self, *, name: str) -> None:
        """Count a wrong password for this name."""
        self._limiter.hit(_BY_NAME, "name", name)

    def _left(self, item: RateLimitItemPerMinute | RateLimitItemPerHour, *key: str) -> int:
        reset = self._limiter.get_window_stats(item, *key).reset_time
        return max(1, math.ceil(reset - time.time()))
