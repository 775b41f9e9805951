"""The bus inside one process: durable first, in order, and never faster than it is decided."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from fanbot.bus.embedded import EmbeddedBus
from fanbot.domain.decisions import Decision, Route
from fanbot.domain.messages import Inbound
from fanbot.domain.settings import SignalSettings
from fanbot.errors import StoreError, StoreUnavailableError
from fanbot.ports.store import Outcome, Pending
from fanbot.storage import open_store
from fanbot.testing.clock import ManualClock
from fanbot.testing.letters import NOON, inbound
from fanbot.testing.passing import passing
from fanbot.testing.troubles import TroubledStore, Troubles

FULL = StoreUnavailableError("the disk is full")
AHEAD = 4_000
PATIENCE = 10


@pytest.fixture
def clock() -> ManualClock:
    """Make the clock of the test."""
    return ManualClock()


@pytest.fixture
def troubles() -> Troubles:
    """Hold the store's troubles, none at first."""
    return Troubles()


@pytest.fixture
async def store(tmp_path: Path, clock: ManualClock, troubles: Troubles) -> AsyncIterator[TroubledStore]:
    """Open an empty store."""
    url = f"sqlite:///{tmp_path / 'fanbot.db'}"
    real = await open_store(url, settings=SignalSettings(), now=clock.now)
    yield TroubledStore(real, troubles)
    await real.close()


@pytest.fixture
def bus(store: TroubledStore, clock: ManualClock) -> EmbeddedBus:
    """Make the bus of the test."""
    return EmbeddedBus(inbox=store.inbox, clock=clock)


def letters(*numbers: int) -> list[Inbound]:
    """Write messages of one fan."""
    return [inbound(f"message {number}", message=f"{number}") for number in numbers]


def names(batch: Sequence[Pending]) -> list[int]:
    """Read which messages these are."""
    return [int(pending.inbound.message) for pending in batch]


async def decide(bus: EmbeddedBus, store: TroubledStore, batch: Sequence[Pending]) -> None:
    """Decide a batch, as an engine would."""
    heard = Decision(Route.RECORD, ("kept",))
    outcomes = [Outcome(pending, heard, NOON) for pending in batch]
    await store.journal.decide((), lambda _: outcomes, now=NOON)
    bus.decided(len(batch))


async def everything(bus: EmbeddedBus, store: TroubledStore, *, limit: int = 1_000) -> list[int]:
    """Take and decide until the bus is drained; return what came, in order."""
    taken: list[int] = []
    drained = asyncio.create_task(bus.drained())
    while True:
        taking = asyncio.create_task(bus.take(limit=limit))
        await asyncio.wait({taking, drained}, return_when=asyncio.FIRST_COMPLETED)
        if not taking.done():
            taking.cancel()
            return taken
        taken += names(taking.result())
        await decide(bus, store, taking.result())


async def test_what_is_published_is_taken_in_order(bus: EmbeddedBus, store: TroubledStore) -> None:
    """Over several deliveries and batches nothing changes places (G4)."""
    await bus.publish(letters(1, 2, 3))
    await bus.publish(letters(4, 5))
    assert await everything(bus, store, limit=2) == [1, 2, 3, 4, 5]


async def test_what_was_known_already_is_said_and_not_taken_again(
    bus: EmbeddedBus, store: TroubledStore
) -> None:
    """A redelivery may be confirmed, and brings no work (G2)."""
    assert await bus.publish(letters(1)) == [True]
    assert await bus.publish(letters(1, 2, 2)) == [False, True, False]
    assert await everything(bus, store) == [1, 2]


async def test_what_an_earlier_process_stored_comes_first(store: TroubledStore, clock: ManualClock) -> None:
    """A new bus begins with what the old one left undecided."""
    await store.inbox.append(letters(1, 2))
    bus = EmbeddedBus(inbox=store.inbox, clock=clock)
    await bus.publish(letters(3))
    assert await everything(bus, store, limit=2) == [1, 2, 3]


async def test_a_taker_that_waits_is_woken_by_the_news(bus: EmbeddedBus) -> None:
    """No poll lies between storing and taking."""
    taking = asyncio.create_task(bus.take(limit=10))
    await asyncio.sleep(0.01)
    assert not taking.done()
    await bus.publish(letters(1))
    assert names(await taking) == [1]


async def test_nothing_published_is_nothing_to_do(bus: EmbeddedBus, store: TroubledStore) -> None:
    """An empty delivery is no error."""
    assert await bus.publish([]) == []
    assert await everything(bus, store) == []


async def test_a_full_bus_makes_its_adapters_wait(bus: EmbeddedBus, store: TroubledStore) -> None:
    """Beyond the limit nothing more is stored until the engine has caught up (back-pressure)."""
    await bus.publish(letters(*range(AHEAD)))
    waiting = asyncio.create_task(bus.publish(letters(AHEAD)))
    await asyncio.sleep(0.01)
    assert not waiting.done()
    batch = await bus.take(limit=200)
    assert not waiting.done()
    await decide(bus, store, batch)
    assert await waiting == [True]
    assert await everything(bus, store) == [*range(200, AHEAD + 1)]


async def test_a_batch_that_failed_is_taken_again_before_what_came_after(
    bus: EmbeddedBus, store: TroubledStore
) -> None:
    """The store is the truth: nothing is skipped and nothing overtakes."""
    await bus.publish(letters(1, 2))
    assert names(await bus.take(limit=10)) == [1, 2]
    await bus.publish(letters(3))
    bus.failed()
    await bus.publish(letters(4))
    assert await everything(bus, store, limit=1) == [1, 2, 3, 4]


async def test_what_comes_while_the_store_is_read_is_not_overlooked(
    store: TroubledStore, clock: ManualClock
) -> None:
    """A look into the store that saw nothing says nothing of what came meanwhile (G1)."""

    class SlowReader:
        """An inbox that looks at once and answers when it may."""

        looked, may_answer = asyncio.Event(), asyncio.Event()

        async def append(self, events: Sequence[Inbound]) -> Sequence[Pending | None]:
            return await store.inbox.append(events)

        async def pending(self, *, limit: int) -> Sequence[Pending]:
            seen = await store.inbox.pending(limit=limit)
            self.looked.set()
            await self.may_answer.wait()
            return seen

    inbox = SlowReader()
    bus = EmbeddedBus(inbox=inbox, clock=clock)
    taking = asyncio.create_task(bus.take(limit=10))
    await inbox.looked.wait()
    await bus.publish(letters(1))
    inbox.may_answer.set()
    async with asyncio.timeout(PATIENCE):
        assert names(await taking) == [1]


async def test_a_store_out_of_reach_is_asked_again(
    bus: EmbeddedBus, store: TroubledStore, troubles: Troubles, clock: ManualClock
) -> None:
    """Publishing and taking wait it out; both come to their end (G1)."""
    troubles.fail_next("append", FULL, FULL)
    troubles.fail_next("pending", FULL, FULL, FULL)
    assert await passing(clock, bus.publish(letters(1))) == [True]
    assert await passing(clock, everything(bus, store)) == [1]


async def test_what_no_store_could_take_is_refused(bus: EmbeddedBus, troubles: Troubles) -> None:
    """An adapter learns at once of what can never be kept."""
    troubles.fail_next("append", StoreError("no encoding knows this"))
    with pytest.raises(StoreError):
        await bus.publish(letters(1))


async def test_what_was_stored_for_an_adapter_that_gave_up_is_decided(
    bus: EmbeddedBus, store: TroubledStore
) -> None:
    """A publisher that is cancelled may bring its message again; either way it is decided (G1, G2)."""
    assert await everything(bus, store) == []
    publishing = asyncio.create_task(bus.publish(letters(1)))
    await asyncio.sleep(0)
    publishing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await publishing
    assert await bus.publish(letters(1, 2)) == [False, True]
    assert await everything(bus, store) == [1, 2]


async def test_many_adapters_publish_at_once(bus: EmbeddedBus, store: TroubledStore) -> None:
    """Each adapter's messages keep their order, whatever the others do."""

    async def adapter(channel: int) -> None:
        for number in range(10):
            name = f"{channel * 100 + number}"
            await bus.publish([inbound("hello", message=name, channel=f"fan{channel}")])

    async with asyncio.TaskGroup() as group:
        for channel in range(5):
            group.create_task(adapter(channel))
        taken = group.create_task(_take(bus, store, 50))
    numbers = taken.result()
    for channel in range(5):
        own = [number for number in numbers if number // 100 == channel]
        assert own == [channel * 100 + number for number in range(10)]
    assert len(numbers) == 50


async def _take(bus: EmbeddedBus, store: TroubledStore, count: int) -> list[int]:
    taken: list[int] = []
    while len(taken) < count:
        batch = await bus.take(limit=7)
        taken += names(batch)
        await decide(bus, store, batch)
    return taken
