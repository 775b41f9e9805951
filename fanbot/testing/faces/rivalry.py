"""Two people who sometimes reach for the same item, and what is known of who got it."""

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

_PATIENCE = 0.4


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claim and its answer. ``together``: both asked for it at the same moment."""

    item: str
    who: str
    began: float
    ended: float
    won: bool
    cut: bool
    together: bool


@dataclass(slots=True)
class Rivalry:
    """Let two people meet over an item, and note when each may have let go of one."""

    claims: list[Claimed] = field(default_factory=list)
    _freed: dict[tuple[str, str], list[float]] = field(default_factory=lambda: defaultdict(list))
    _wishes: dict[str, str] = field(default_factory=dict)
    _both: threading.Barrier = field(default_factory=lambda: threading.Barrier(2))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def meet(self, who: str, item: str) -> tuple[str, bool]:
        """Wait a moment for the other; return the item that both reach for, or one's own and False."""
        self._wishes[who] = item
        try:
            self._both.wait(_PATIENCE)
        except threading.BrokenBarrierError:
            with self._lock:
                if self._both.broken:
                    self._both.reset()
            return item, False
        return self._wishes[min(self._wishes)], True

    def claimed(self, claim: Claimed) -> None:
        """Note a claim."""
        with self._lock:
            self.claims.append(claim)

    def freed(self, item: str, who: str) -> None:
        """Note that this person is about to let go of an item, by an answer or otherwise."""
        with self._lock:
            self._freed[item, who].append(time.monotonic())

    def both_won(self) -> Iterator[str]:
        """Yield each item that two people were told to have at the same time."""
        wins: dict[str, Claimed] = {}
        for claim in sorted((claim for claim in self.claims if claim.won), key=lambda claim: claim.ended):
            before = wins.get(claim.item)
            if before is not None and before.who != claim.who:
                freed = self._freed[claim.item, before.who]
                if not any(before.began <= at <= claim.ended for at in freed):
                    yield f"item {claim.item} was given to {before.who} and to {claim.who}"
            wins[claim.item] = claim

    @property
    def races(self) -> int:
        """Count how often both asked for an item at the same moment and one of them got it."""
        return sum(claim.together and claim.won for claim in self.claims)
