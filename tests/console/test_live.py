"""The stream that tells open pages of changes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx

from fanbot.console.live import Watch
from fanbot.console.room import Room
from fanbot.errors import StoreUnavailableError
from tests.console.serving import Served, serving
from tests.console.visiting import PASSWORD, Waits


class Pulse:
    """A store's pulse that a test beats, and that fails when it says so."""

    def __init__(self) -> None:
        """Begin at rest."""
        self.beats = 0
        self.asked = 0
        self.failing = False

    async def __call__(self) -> str:
        """Return the pulse."""
        self.asked += 1
        if self.failing:
            raise StoreUnavailableError("locked")
        return str(self.beats)


async def test_wakes_everybody_with_one_look() -> None:
    """However many listen, the store is asked as if there were one, and nobody misses a change."""
    pulse = Pulse()
    watch = Watch(pulse, every=0.005)
    heard = [0] * 50

    async def listen(number: int) -> None:
        async for changed in watch.changes(patience=60):
            heard[number] += changed
            if heard[number] == 2:
                return

    listeners = [asyncio.create_task(listen(number)) for number in range(50)]
    async with asyncio.timeout(10):
        await asyncio.sleep(0.05)
        assert watch.listeners == 50
        before = pulse.asked
        pulse.beats += 1
        await asyncio.gather(*listeners)
    assert heard == [2] * 50
    assert pulse.asked - before < 10
    assert watch.listeners == 0


async def test_looks_only_while_somebody_listens() -> None:
    """With the last page closed the store is left alone, and the next page is told again."""
    pulse = Pulse()
    watch = Watch(pulse, every=0.001)
    for _ in range(2):
        changes = watch.changes(patience=60)
        assert await anext(changes)
        await changes.aclose()
        await asyncio.sleep(0.01)
        asked = pulse.asked
        await asyncio.sleep(0.02)
        assert pulse.asked == asked


async def test_goes_on_when_the_store_cannot_be_asked() -> None:
    """A locked store ends no stream; the change is told when it can be seen."""
    pulse = Pulse()
    watch = Watch(pulse, every=0.001)
    changes = watch.changes(patience=60)
    assert await anext(changes)
    pulse.failing = True
    await asyncio.sleep(0.01)
    pulse.beats += 1
    pulse.failing = False
    async with asyncio.timeout(5):
        assert await anext(changes)
    await changes.aclose()


async def test_says_that_it_is_alive_and_ends_when_it_is_closed() -> None:
    """A silent stream yields so that its session can be looked at; closing ends it at once."""
    watch = Watch(Pulse(), every=60)
    changes = watch.changes(patience=0.001)
    assert [await anext(changes), await anext(changes)] == [True, False]
    watch.close()
    assert [changed async for changed in changes] == []


@asynccontextmanager
async def signed_in(at: Served) -> AsyncIterator[httpx.AsyncClient]:
    """Sign the artist in over a real connection."""
    async with httpx.AsyncClient(base_url=at.address, headers={"Origin": at.address}) as client:
        answer = await client.post("/sign-in", data={"name": "Juno", "password": PASSWORD})
        assert answer.status_code == 303
        yield client


async def test_tells_a_change_over_the_wire(room: Room, waits: Waits) -> None:
    """A message that is decided reaches an open stream, as a name and nothing else."""
    async with serving(room) as at, signed_in(at) as juno, asyncio.timeout(20):
        async with juno.stream("GET", "/events") as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            lines = stream.aiter_lines()
            seen = [await anext(lines) for _ in range(3)]
            assert seen[0] == "event: changed"
            await waits("a secret that no stream tells")
            seen += [await anext(lines) for _ in range(3)]
        assert seen.count("event: changed") == 2
        assert "secret" not in "".join(seen)


async def test_stops_with_streams_open(room: Room) -> None:
    """A server that stops ends its streams and waits for none of them."""
    async with asyncio.timeout(20), AsyncExitStack() as open_until:
        async with serving(room) as at:
            juno = await open_until.enter_async_context(signed_in(at))
            stream = await open_until.enter_async_context(juno.stream("GET", "/events"))
            lines = stream.aiter_lines()
            assert await anext(lines) == "event: changed"
        assert [line async for line in lines if line.startswith("event")] == []
