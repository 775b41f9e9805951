"""Counts of what happens in other threads, to wait for."""

import threading
from collections import Counter


class Tally:
    """Count moments by name."""

    def __init__(self) -> None:
        """Begin with none."""
        self._counts: Counter[str] = Counter()
        self._changed = threading.Condition()

    def note(self, name: str) -> None:
        """Count one more."""
        with self._changed:
            self._counts[name] += 1
            self._changed.notify_all()

    def __getitem__(self, name: str) -> int:
        """Return how often it happened."""
        with self._changed:
            return self._counts[name]

    def wait(self, name: str, *, more: int, within: float) -> bool:
        """Wait until it happened ``more`` times again; False when that took over ``within`` seconds."""
        return self.reach(name, self[name] + more, within=within)

    def reach(self, name: str, count: int, *, within: float) -> bool:
        """Wait until it happened ``count`` times in all; False when that took over ``within`` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: self._counts[name] >= count, within)
