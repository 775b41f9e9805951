"""How much one visitor and one address may ask in a time."""

import math
import time

from limits import RateLimitItem
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from fanbot.domain.households import household
from fanbot_webchat.refusals import RefusedError
from fanbot_webchat.settings import Settings

_READS = 10
"""How many times more often one may look than write: each change makes an open page look again."""
_TIDY_EVERY = 1_000
"""Requests after which keys of visitors who are gone are let go."""


class Rates:
    """Moving windows in memory; a restart begins them anew."""

    def __init__(self, settings: Settings) -> None:
        """Take the rates of one account."""
        self._visitor = settings.rate
        self._address = settings.rate_per_address
        self._storage = MemoryStorage()
        self._windows = MovingWindowRateLimiter(self._storage)
        self._asked = 0

    def write(self, *, host: str, visitor: str = "") -> None:
        """Count one thing that somebody does; raises RefusedError over the limit."""
        self._count(self._address, "writes from", household(host))
        if visitor:
            self._count(self._visitor, "writes by", visitor)

    def read(self, *, host: str, visitor: str = "") -> None:
        """Count one look; raises RefusedError over the limit."""
        self._count(_widened(self._address), "reads from", household(host))
        if visitor:
            self._count(_widened(self._visitor), "reads by", visitor)

    def _count(self, limit: RateLimitItem, *key: str) -> None:
        self._asked += 1
        if self._asked % _TIDY_EVERY == 0:
            self._tidy()
        if self._windows.hit(limit, *key):
            return
        free_at = self._windows.get_window_stats(limit, *key).reset_time
        seconds = max(1, math.ceil(free_at - time.time()))
        raise RefusedError(
            429,
            "More came from here than this chat takes in that time, and nothing of the last one was kept. "
            f"Try again in {seconds} {'second' if seconds == 1 else 'seconds'}.",
            retry_after=seconds,
        )

    def _tidy(self) -> None:
        for key in [key for key, entries in list(self._storage.events.items()) if not entries]:
            self._storage.clear(key)


def _widened(rate: RateLimitItem) -> RateLimitItem:
    return type(rate)(rate.amount * _READS, rate.multiples)
