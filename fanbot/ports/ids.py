"""New ids, made anywhere without asking anybody."""

from typing import Protocol


class Ids(Protocol):
    """Make ids that are unique over processes and ordered by time."""

    def new(self) -> int:
        """Return a new id of at most 63 bits, larger than every earlier one of this process."""
        ...
