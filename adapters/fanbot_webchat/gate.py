"""How many files may be on their way in at once: each is held in memory until it is whole."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from fanbot_webchat.refusals import RefusedError


class Gate:
    """Let so many through from one place, and so many in all."""

    def __init__(self, *, each: int = 6, most: int = 24) -> None:
        """Begin with nobody inside."""
        self._each = each
        self._most = most
        self._inside: Counter[str] = Counter()

    @contextmanager
    def passing(self, place: str) -> Iterator[None]:
        """Hold a place until the block ends; raises RefusedError when there is none."""
        if self._inside[place] >= self._each or self._inside.total() >= self._most:
            raise RefusedError(
                503,
                "Several files are on their way already, and this one was not kept. "
                "Try it again under the same id.",
                retry_after=5,
            )
        self._inside[place] += 1
        try:
            yield
        finally:
            self._inside[place] -= 1
            if not self._inside[place]:
                del self._inside[place]
