"""From a stored message to a recorded decision: pieces in order, one decision an event."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
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
from fanbot.ports.understanding import Understanding
from fanbot.services import standing as standings
from fanbot.services.faults import named
from fanbot.services.judgement import Judge

BATCH = 4096
"""Messages that are taken from the bus together at the most."""
PIECE = 512
"""Messages that are understood and recorded together at the most."""
LATE_AFTER = timedelta(minutes=15)
"""After a downtime longer than this, what is older counts as late (DESIGN: hand-off)."""
_TRIES = 3
_PAUSE = 0.5


class Engine:
    """Take batches from the bus, judge each message after the one before, record, hand over.

    While one piece of a batch is recorded, which is the store's work, the next one is understood.
    """

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
        recording: asyncio.Future[None] | None = None
        try:
            for start in range(0, len(batch), PIECE):
                piece = batch[start : start + PIECE]
                readings = await self._understood(piece)
                if recording is not None:
                    await recording
                recording = asyncio.ensure_future(self._together_or_alone(piece, readings))
                await asyncio.sleep(0)  # the store begins
            if recording is not None:
                await recording
        except StoreUnavailableError as error:
            self._log.warning("store takes nothing; the engine waits", error=str(error))
            self._bus.failed()
            await self._clock.sleep(_PAUSE)
            return
        self._bus.decided(len(batch))

    async def _understood(self, piece: Sequence[Pending]) -> Sequence[Reading] | None:
        """Understand all texts together; None when one of them made that fail."""
        try:
            return await self._read(piece)
        except Exception as error:  # noqa: BLE001 - one bad message must not stop the others (G7)
            self._log.warning("texts cannot be understood together", error=type(error).__name__)
            return None

    async def _together_or_alone(self, piece: Sequence[Pending], readings: Sequence[Reading] | None) -> None:
        if readings is not None:
            try:
                await self._decide(piece, readings)
            except StoreUnavailableError:
                raise
            except Exception as error:  # noqa: BLE001 - one bad message must not stop the others (G7)
                self._log.warning("messages cannot be decided together", error=type(error).__name__)
            else:
                return
        for pending in piece:
            await self._patiently(pending)

    async def _read(self, piece: Sequence[Pending]) -> Sequence[Reading]:
        return await self._understanding.read(
            [
                pending.inbound.text if pending.inbound.kind in (Kind.MESSAGE, Kind.EDIT) else ""
                for pending in piece
            ]
        )

    async def _decide(self, piece: Sequence[Pending], readings: Sequence[Reading]) -> None:
        judge, now = self._judge(), self._clock.now()

        def judged(known: Mapping[int, Standing]) -> list[Outcome]:
            """Judge each message after the one before it."""
            standing = dict(known)
            outcomes: list[Outcome] = []
            for pending, reading in zip(piece, readings, strict=True):
                before = standing[pending.conversation_id]
                context = standings.context(before, now=now, late=self._late(pending))
                outcome = judge.outcome(pending, reading, context)
                standing[pending.conversation_id] = standings.after(before, outcome)
                outcomes.append(outcome)
            return outcomes

        conversations = [pending.conversation_id for pending in piece]
        self._deliver(await self._journal.decide(conversations, judged, now=now))

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
                await self._decide([pending], await self._read([pending]))
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
        judge, now = self._judge(), self._clock.now()
        bare = Outcome(pending, decision, now, item=ItemEffect(Lane.OTHER, error=fault))

        def told(known: Mapping[int, Standing]) -> list[Outcome]:
            context = standings.context(known[pending.conversation_id], now=now, late=False)
            if not _owed_a_word(pending, context):
                return [bare]
            outcome = judge.told(pending, decision, context)
            item = replace(outcome.item or ItemEffect(Lane.OTHER), error=fault)
            return [replace(outcome, item=item)]

        try:
            claims = await self._journal.decide([pending.conversation_id], told, now=now)
        except StoreUnavailableError:
            raise
        except Exception:  # noqa: BLE001 - even without a word to the fan a person must get it
            claims = await self._journal.decide((), lambda _: [bare], now=now)
        self._deliver(claims)


def _owed_a_word(pending: Pending, context: Context) -> bool:
    """Tell whether a person spoke to the assistant; two machines must never answer each other."""
    inbound = pending.inbound
    heard = inbound.kind in (Kind.MESSAGE, Kind.PRESS) and inbound.addressed
    return heard and not (inbound.author.own or inbound.author.bot or context.blocked)
