"""Ids that a test can foresee."""

from itertools import count


class CountingIds:
    """Count 1, 2, 3.

    >>> ids = CountingIds()
    >>> ids.new(), ids.new()
    (1, 2)
    """

    def __init__(self, start: int = 1) -> None:
        """Begin at ``start``."""
        self._numbers = count(start)

    def new(self) -> int:
        """Return the next number."""
        return next(self._numbers)
