"""Chores come again, whatever one of them does."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from structlog.testing import capture_logs

from fanbot.errors import StoreUnavailableError
from fanbot.scheduling.chores import Chore, keep_up

PATIENCE = 10


class Tally:
    """Count how often something was done."""

    def __init__(self, error: Exception | None = None) -> None:
        self.count = 0
        self._error = error
        self._changed = asyncio.Event()

    async def __call__(self) -> None:
        self.count += 1
        self._changed.set()
        if self._error is not None:
            raise self._error

    async def reaches(self, count: int) -> None:
        """Wait until it was done so often."""
        async with asyncio.timeout(PATIENCE):
            while self.count < count:
                self._changed.clear()
                await self._changed.wait()


@asynccontextmanager
async def kept_up(chores: Sequence[Chore]) -> AsyncIterator[None]:
    """Keep the chores up for as long as the test looks on."""
    keeping = asyncio.create_task(keep_up(chores))
    try:
        yield
        assert not keeping.done()
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


async def test_a_chore_comes_again() -> None:
    """What is due every so often is done every so often."""
    tally = Tally()
    async with kept_up([Chore("sweep", 0.02, tally)]):
        await tally.reaches(3)
    assert tally.count >= 3


@pytest.mark.parametrize("error", [StoreUnavailableError("the disk is full"), ValueError("surprise")])
async def test_a_chore_that_fails_comes_again_and_stops_no_other(error: Exception) -> None:
    """Neither its own next turn nor anybody else's is lost (G7)."""
    failing, other = Tally(error), Tally()
    with capture_logs() as told:
        async with kept_up([Chore("fail", 0.02, failing), Chore("sweep", 0.02, other)]):
            await failing.reaches(3)
            await other.reaches(3)
    assert min(failing.count, other.count) >= 3
    assert {line["chore"] for line in told} == {"fail"}


async def test_a_chore_that_hangs_stops_no_other_and_ends_with_the_rest() -> None:
    """One that never comes back takes one turn only, and a stop does not wait for it."""
    hanging, other = Tally(), Tally()

    async def hang() -> None:
        await hanging()
        await asyncio.Event().wait()

    async with kept_up([Chore("hang", 0.02, hang), Chore("sweep", 0.02, other)]):
        await other.reaches(5)
    assert hanging.count == 1
