"""From a stored message to a recorded decision: batches in order, one decision an event."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog

from fanbot.domain.decisions import Context, Decision, Reading, Route
from fanbot.domain.handoffs import Lane
from fanbot.domain.messages import Kind
from fanbot.errors import StoreUnavailableError
from fanbot.ports.bus import Bus
from fanbot.ports.clock import Clock
from fanbot.ports.store import Claim, ItemEffect, Journal, Outcome, Pending, Standing
from fanbot.ports.understanding import Question, Understanding
from fanbot.services import standing as standings
from fanbot.services.faults import named
from fanbot.services.judgement import Judge

BATCH = 200
"""Messages that are understood and recorded together at the most."""
LATE_AFTER = timedelta(minutes=15)
"""After a downtime longer than this, what is older counts as late (DESIGN: hand-off)."""
_TRIES = 3
_PAUSE = 0.5


class Engine:
    """Take batches from the bus, judge each message after the one before, record, hand over."""

    def __init__(
        self,
        *,
        bus: Bus,
        journal: Journal,
        understanding: Understanding,
        judge: Callable[[], Judge],
        deliver: Callable[[Sequence[Claim]], None],
        clock: Clock,
    ) -> None:
        self._bus = bus
        self._journal = journal
        self._understanding = understanding
        self._judge = judge
        self._deliver = deliver
        self._clock = clock
        self._late_before: datetime | None = None
        self._under_way: asyncio.Future[None] | None = None
        self._log = structlog.get_logger("fanbot.engine")

    def resume(self, last_alive: datetime | None) -> None:
        """Learn when an engine was last at work; what fans wrote before now may be late."""
        now = self._clock.now()
        if last_alive is not None and now - last_alive > LATE_AFTER:
            self._late_before = now - LATE_AFTER

    async def run(self) -> None:
        """Work until cancelled; a batch that was begun then still comes to its end, see finish."""
        while True:
            batch = await self._bus.take(limit=BATCH)
            self._under_way = asyncio.ensure_future(self._work(batch))
            await asyncio.shield(self._under_way)

    async def finish(self) -> None:
        """Wait for the batch that is under way, so that nothing is claimed and then forgotten."""
        if self._under_way is not None:
            await asyncio.gather(self._under_way, return_exceptions=True)

    async def _work(self, batch: Sequence[Pending]) -> None:
        try:
            await self._together_or_alone(batch)
        except StoreUnavailableError as error:
            self._log.warning("store takes nothing; the engine waits", error=str(error))
            self._bus.failed()
            await self._clock.sleep(_PAUSE)
            return
        self._bus.decided(len(batch))

    async def _together_or_alone(self, batch: Sequence[Pending]) -> None:
        try:
            await self._decide(batch)
        except StoreUnavailableError:
            raise
        except Exception as error:  # noqa: BLE001 - one bad message must not stop the others (G7)
            self._log.warning("a batch failed and runs again one by one", error=type(error).__name__)
            for pending in batch:
                await self._patiently(pending)

    async def _decide(self, batch: Sequence[Pending]) -> None:
        judge = self._judge()
        known = dict(await self._journal.standings([pending.conversation_id for pending in batch]))
        readings = await self._understanding.read(
            [
                Question(pending.inbound.text, known[pending.conversation_id].language)
                if pending.inbound.kind in (Kind.MESSAGE, Kind.EDIT)
                else Question("")
                for pending in batch
            ]
        )
        now = self._clock.now()
        outcomes = [
            self._judged(judge, pending, reading, known, now)
            for pending, reading in zip(batch, readings, strict=True)
        ]
        self._deliver(await self._journal.record(outcomes, now=now))

    def _judged(
        self,
        judge: Judge,
        pending: Pending,
        reading: Reading,
        known: dict[int, Standing],
        now: datetime,
    ) -> Outcome:
        standing = known[pending.conversation_id]
        outcome = judge.outcome(
            pending, reading, standings.context(standing, now=now, late=self._late(pending))
        )
        known[pending.conversation_id] = standings.after(standing, outcome)
        return outcome

    def _late(self, pending: Pending) -> bool:
        if self._late_before is None:
            return False
        inbound = pending.inbound
        written = min(inbound.received_at, inbound.sent_at or inbound.received_at)
        return written.astimezone(UTC) < self._late_before

    async def _patiently(self, pending: Pending) -> None:
        """Try one message three times, then bring it to a person with the error (P15)."""
        while True:
            try:
                await self._decide([pending])
            except StoreUnavailableError:
                raise
            except Exception as error:  # noqa: BLE001 - the message goes to a person with this error
                fault = named(error)
                self._log.warning("a message failed", event_id=pending.event_id, error=type(error).__name__)
                if await self._journal.note_failure(pending.event_id, fault) >= _TRIES:
                    await self._give_to_person(pending, fault)
                    return
            else:
                return

    async def _give_to_person(self, pending: Pending, fault: str) -> None:
        decision = Decision(
            Route.HANDOFF, (f"fanbot failed on this message three times: {fault}",), lane=Lane.OTHER
        )
        now = self._clock.now()
        bare = Outcome(pending, decision, now, item=ItemEffect(Lane.OTHER, error=fault))
        known = await self._journal.standings([pending.conversation_id])
        context = standings.context(known[pending.conversation_id], now=now, late=False)
        if not _owed_a_word(pending, context):
            self._deliver(await self._journal.record([bare], now=now))
            return
        try:
            outcome = self._judge().told(pending, decision, context)
            outcome = replace(outcome, item=replace(outcome.item or ItemEffect(Lane.OTHER), error=fault))
            self._deliver(await self._journal.record([outcome], now=now))
        except StoreUnavailableError:
            raise
        except Exception:  # noqa: BLE001 - even without a word to the fan a person must get it
            self._deliver(await self._journal.record([bare], now=now))


def _owed_a_word(pending: Pending, context: Context) -> bool:
    """Tell whether a person spoke to the assistant; two machines must never answer each other."""
    inbound = pending.inbound
    heard = inbound.kind in (Kind.MESSAGE, Kind.PRESS) and inbound.addressed
    return heard and not (inbound.author.own or inbound.author.bot or context.blocked)
