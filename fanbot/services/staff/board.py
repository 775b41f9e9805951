"""The notice board: every room of the team shows the queue, each at its own pace and none for another."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from fanbot.services.staff.keeper import Keeper


@dataclass(frozen=True, slots=True)
class Board:
    """All rooms of a running fanbot."""

    keepers: Sequence[Keeper]

    async def run(self) -> None:
        """Keep every room in step until cancelled; without a room there is nothing to do."""
        if not self.keepers:
            await asyncio.Event().wait()
        await asyncio.gather(*(keeper.run() for keeper in self.keepers))
