"""What time it is, passed in so that tests can move it."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tell the time and wait."""

    def now(self) -> datetime:
        """Return the present moment, aware and UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...
