"""Make sure that a form which is sent twice acts once."""

import secrets
from collections import OrderedDict

_KEPT = 10_000


class Once:
    """Remember the marks of the forms that have acted."""

    def __init__(self, *, kept: int = _KEPT) -> None:
        """Begin with none; the oldest are forgotten after ``kept``."""
        self._shown: OrderedDict[str, None] = OrderedDict()
        self._used: OrderedDict[str, None] = OrderedDict()
        self._kept = kept

    def mark(self) -> str:
        """Make the mark of a form that is shown now."""
        mark = secrets.token_urlsafe(16)
        self._note(self._shown, mark)
        return mark

    def knows(self, mark: str) -> bool:
        """Tell whether this process showed the form; one from before its start may have acted already."""
        return mark in self._shown

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
        self._note(self._used, mark)
        return True

    def give_back(self, mark: str) -> None:
        """Let a form act again whose action failed with nothing done."""
        self._used.pop(mark, None)

    def _note(self, marks: OrderedDict[str, None], mark: str) -> None:
        marks[mark] = None
        while len(marks) > self._kept:
            marks.popitem(last=False)
