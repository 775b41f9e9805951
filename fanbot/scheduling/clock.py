"""The real time."""

import asyncio
from datetime import UTC, datetime


class SystemClock:
    """Tell the machine's time."""

    def now(self) -> datetime:
        """Return the present moment, aware and UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)
