"""The way of a message inside one process, beside the ceiling of its writes, stage by stage."""

import asyncio
import os
import time
from collections.abc import Awaitable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import TypeVar

from fanbot.bench.messages import Stream
from fanbot.bootstrap import Machine, assembled, open_workspace
from fanbot.domain.messages import Address, Author, EventKey, Inbound, Kind
from fanbot.ports.platform import Capabilities, Dispatch, Intake, Resend
from fanbot.ports.store import Claim, Outcome, Pending, Sent, Standing
from fanbot.services import standing as standings
from fanbot.services.engine import PIECE

_PLACE = "bench/main"


@dataclass(slots=True)
class Sink:
    """A platform that takes everything at once and notes when; ``handed`` maps a message to the time."""

    handed: dict[str, float] = field(default_factory=dict)

    async def listen(self, intake: Intake) -> None:
        """Hear nothing by itself; the bench publishes."""
        del intake
        await asyncio.Event().wait()

    async def send(self, dispatch: Dispatch) -> None:
        """Take the message."""
        self.handed.setdefault(dispatch.in_reply_to, time.perf_counter())

    async def close(self) -> None:
        """Hold nothing."""


def inbounds(stream: Stream) -> list[Inbound]:
    """Make a stream's messages as an adapter would."""
    now = datetime.now(UTC)
    return [
        Inbound(
            EventKey("bench", "main", fan, message, Kind.MESSAGE, "0"),
            message,
            Address("bench", "main", fan),
            Author(fan, f"Fan {fan}"),
            text,
            now,
        )
        for message, fan, text in stream.messages()
    ]


async def measure(folder: Path, scratch: Path, stream: Stream, *, rounds: int = 5) -> dict[str, object]:
    """Measure ceiling and way on the same messages in turns, so that both see the machine at its moods.

    Rates are messages a second, shares microseconds; each is the median of its rounds, and the ratio is the
    median of each round's own.
    """
    events = inbounds(stream)
    ceilings: list[float] = []
    ways: list[float] = []
    every: list[Mapping[str, float]] = []
    for turn in range(rounds):
        ceiling, shares = await _ceiling(folder, f"sqlite:///{scratch / f'ceiling{turn}.db'}", events)
        ceilings.append(ceiling)
        every.append(shares)
        ways.append(await _way(folder, f"sqlite:///{scratch / f'way{turn}.db'}", events))
    return {
        "messages": len(events),
        "rounds": rounds,
        "piece": PIECE,
        "write_ceiling_per_second": round(median(ceilings)),
        "way_per_second": round(median(ways)),
        "way_of_ceiling": round(median(way / top for way, top in zip(ways, ceilings, strict=True)), 3),
        "microseconds_a_message": {
            name: round(median(shares[name] for shares in every), 1) for name in every[0]
        },
    }


def _assembled(folder: Path, url: str, sink: Sink) -> AbstractAsyncContextManager[Machine]:
    os.environ["FANBOT_STORE__URL"] = url
    try:
        workspace = open_workspace(folder)
    finally:
        del os.environ["FANBOT_STORE__URL"]  # what is measured from outside has a store of its own
    return assembled(workspace, {_PLACE: sink}, {_PLACE: Capabilities(Resend.SAME_KEY)})


async def _way(folder: Path, url: str, events: Sequence[Inbound]) -> float:
    """Publish everything and wait until everything is sent and settled."""
    async with _assembled(folder, url, Sink()) as machine:
        machine.store.outbox.serve({_PLACE: Resend.SAME_KEY})
        workers = [asyncio.create_task(machine.engine.run()), asyncio.create_task(machine.outbox.run())]
        began = time.perf_counter()
        for start in range(0, len(events), PIECE):
            await machine.bus.publish(events[start : start + PIECE])
        await machine.bus.drained()
        workers[1].cancel()
        await asyncio.gather(workers[1], return_exceptions=True)
        await machine.outbox.drain()
        rate = len(events) / (time.perf_counter() - began)
        workers[0].cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    return rate


async def _ceiling(folder: Path, url: str, events: Sequence[Inbound]) -> tuple[float, Mapping[str, float]]:
    """Make exactly the way's writes at full speed, with all thinking done before the clock runs.

    Decisions are prepared batch by batch while the clock stands; sending takes no time at all.
    """
    spent = dict.fromkeys(("append", "record and settle", "read back", "understand", "judge"), 0.0)
    async with _assembled(folder, url, Sink()) as machine:
        store = machine.store
        store.outbox.serve({_PLACE: Resend.SAME_KEY})
        began = time.perf_counter()
        for start in range(0, len(events), 2 * PIECE):
            halves = (events[start : start + PIECE], events[start + PIECE : start + 2 * PIECE])
            await asyncio.gather(*(store.inbox.append(half) for half in halves if half))
        spent["append"] = time.perf_counter() - began
        claims: Sequence[Claim] = ()
        while batch := await _timed(spent, "read back", store.inbox.pending(limit=PIECE)):
            outcomes = await _think(machine, batch, spent)
            settled = [Sent(claim, datetime.now(UTC)) for claim in claims]
            writes = asyncio.gather(store.outbox.settle(settled), _written(machine, outcomes))
            _, claims = await _timed(spent, "record and settle", writes)
    count = len(events)
    written = spent["append"] + spent["record and settle"]
    return count / written, {name: round(seconds / count * 1e6, 1) for name, seconds in spent.items()}


async def _written(machine: Machine, outcomes: Sequence[Outcome]) -> Sequence[Claim]:
    """Write decisions that need no look any more."""
    return await machine.store.journal.decide((), lambda _: outcomes, now=datetime.now(UTC))


async def _think(machine: Machine, batch: Sequence[Pending], spent: dict[str, float]) -> list[Outcome]:
    known: dict[int, Standing] = {}

    def look(standing: Mapping[int, Standing]) -> Sequence[Outcome]:
        known.update(standing)
        return ()

    conversations = [each.conversation_id for each in batch]
    await _timed(spent, "read back", machine.store.journal.decide(conversations, look, now=datetime.now(UTC)))
    texts = [each.inbound.text for each in batch]
    readings = await _timed(spent, "understand", machine.workshop.understanding.read(texts))
    began = time.perf_counter()
    outcomes: list[Outcome] = []
    for pending, reading in zip(batch, readings, strict=True):
        standing = known[pending.conversation_id]
        context = standings.context(standing, now=datetime.now(UTC), late=False)
        outcome = machine.workshop.judge.outcome(pending, reading, context)
        known[pending.conversation_id] = standings.after(standing, outcome)
        outcomes.append(outcome)
    spent["judge"] += time.perf_counter() - began
    return outcomes


T = TypeVar("T")


async def _timed(spent: dict[str, float], name: str, work: Awaitable[T]) -> T:
    began = time.perf_counter()
    result = await work
    spent[name] += time.perf_counter() - began
    return result


async def latency(
    folder: Path, scratch: Path, stream: Stream, *, rate: int, rounds: int = 3
) -> dict[str, object]:
    """Offer ``rate`` messages a second; milliseconds from stored to handed over, of those with a reply.

    Each figure is the median of the rounds' own. The first second of a process is told apart: there,
    templates and expressions are compiled.
    """
    found = [
        await _offered(folder, f"sqlite:///{scratch / f'latency{turn}.db'}", stream, rate)
        for turn in range(rounds)
    ]
    return {"rounds": rounds, **{name: median(each[name] for each in found) for name in found[0]}}


async def _offered(folder: Path, url: str, stream: Stream, rate: int) -> Mapping[str, float]:
    sink, stored = Sink(), dict[str, float]()
    events = inbounds(stream)

    async def publish(machine: Machine, event: Inbound) -> None:
        await machine.bus.publish([event])
        stored[event.message] = time.perf_counter()

    async with _assembled(folder, url, sink) as machine:
        machine.store.outbox.serve({_PLACE: Resend.SAME_KEY})
        workers = [asyncio.create_task(machine.engine.run()), asyncio.create_task(machine.outbox.run())]
        began = time.perf_counter()
        async with asyncio.TaskGroup() as publishing:
            for number, event in enumerate(events):
                ahead = began + number / rate - time.perf_counter()
                if ahead > 0:
                    await asyncio.sleep(ahead)
                publishing.create_task(publish(machine, event))
        offered = len(events) / (time.perf_counter() - began)
        await machine.bus.drained()
        await asyncio.sleep(0.5)
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    first = {event.message for event in events[:rate]}
    waits: dict[bool, list[float]] = {True: [], False: []}
    for name, at in stored.items():
        if name in sink.handed:
            waits[name in first].append((sink.handed[name] - at) * 1000)
    return {
        "offered_per_second": round(offered),
        "replies": sum(map(len, waits.values())),
        **{f"p{share}_ms": _percentile(waits[False], share) for share in (50, 90, 99)},
        "first_second_p99_ms": _percentile(waits[True], 99),
    }


def _percentile(values: Sequence[float], share: int) -> float:
    """Return what so many percent of the values do not pass; 0 when there are none.

    >>> _percentile([3.0, 1.0, 2.0], 50)
    2.0
    """
    return round(sorted(values)[len(values) * share // 100], 2) if values else 0.0
