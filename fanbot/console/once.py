"""Make sure that a form which is sent twice acts once."""

import secrets
from collections import OrderedDict

_KEPT = 10_000


class Once:
    """Remember the marks of the forms that have acted."""

    def __init__(self, *, kept: int = _KEPT) -> None:
        """Begin with none; the oldest are forgotten after ``kept``."""
        self._used: OrderedDict[str, None] = OrderedDict()
        self._kept = kept

    def mark(self) -> str:
        """Make the mark of a form that is shown now."""
        return secrets.token_urlsafe(16)

    def take(self, mark: str) -> bool:
        """Use a mark up; False when it was used before. A form without a mark may always act.

        >>> once = Once()
        >>> once.take("a"), once.take("a")
        (True, False)
        """
        if not mark:
            return True
        if mark in self._used:
            return False
        self._used[mark] = None
        while len(self._used) > self._kept:
            self._used.popitem(last=False)
        return True

    def give_back(self, mark: str) -> None:
        """Let a form act again whose action failed with nothing done."""
        self._used.pop(mark, None)
