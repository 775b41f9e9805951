"""The only speaker: hands claims to their platforms, in order within each conversation, and settles them."""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from heapq import heappop, heappush

import structlog

from fanbot.domain.reach import barrier
from fanbot.errors import DeliveryError, StoreUnavailableError
from fanbot.ports.clock import Clock
from fanbot.ports.platform import Capabilities, Platform, Resend
from fanbot.ports.store import Claim, OutboxStore, Parked, Postponed, Sent, Settlement
from fanbot.services.faults import named, stopping, words

_LIMIT = 200
_POLL = 0.2
"""Seconds between looks for what another process enqueued or what became due."""
_SOON = 0.03
"""Seconds until the next look when nothing could be claimed although it is due: its platform has no room."""
_PUNCTUAL = timedelta(seconds=2)
"""What is postponed for less is looked for at its time; for more, a look now and then is good enough."""
_TOGETHER = 0.01
"""Seconds in which results gather, so that they are settled in one transaction."""
_FIRST_RETRY = timedelta(seconds=1)
_LONGEST_RETRY = timedelta(minutes=5)
_LONGEST_WAIT = timedelta(days=1)
"""No platform's wish to wait is followed for longer."""
_FAULTS = 5
"""An adapter that raises something of its own this often on one message has it parked."""


class Outbox:
    """Send what is claimed. One message of a conversation is under way at a time (G4)."""

    def __init__(
        self,
        *,
        store: OutboxStore,
        platforms: Mapping[str, Platform],
        capabilities: Mapping[str, Capabilities],
        clock: Clock,
    ) -> None:
        self._store = store
        self._platforms = platforms
        self._capabilities = capabilities
        self._clock = clock
        self._lanes: dict[int, deque[Claim]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._results: list[Settlement] = []
        self._under_way: asyncio.Future[bool] | None = None
        self._news = asyncio.Event()
        self._next_look = 0.0
        self._alarms: list[float] = []
        self._log = structlog.get_logger("fanbot.outbox")

    def deliver(self, claims: Sequence[Claim]) -> None:
        """Take claims over for sending."""
        for claim in claims:
            lane = self._lanes.get(claim.conversation_id)
            if lane is not None:
                lane.append(claim)
                continue
            self._lanes[claim.conversation_id] = deque((claim,))
            task = asyncio.create_task(self._send_in_order(claim.conversation_id))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def run(self) -> None:
        """Settle results and claim what is due, until cancelled; see finish."""
        while True:
            await self._whole_step()
            if self._results:
                await asyncio.sleep(_TOGETHER)
            else:
                await self._wait()

    async def step(self) -> bool:
        """Settle what is known, claim what is due; tell whether there was anything to do."""
        try:
            settled = bool(self._results)
            room = any(self._doubtful(result.claim) for result in self._results)
            freed = await self._settle()
            claims: Sequence[Claim] = ()
            if freed or room or await self._found_due():
                claims = await self._store.claim(limit=_LIMIT, now=self._clock.now())
                if not claims:
                    self._look_in(_POLL if self._lanes else _SOON)
        except StoreUnavailableError as error:
            self._log.warning("store takes nothing; the outbox waits", error=str(error))
            await self._clock.sleep(_POLL)
            return True
        self.deliver(claims)
        return settled or bool(claims)

    async def drain(self) -> None:
        """Go on until nothing is due and nothing is under way."""
        while True:
            self._next_look = 0.0
            busy = await self._whole_step()
            if not (busy or self._lanes or self._results):
                return
            if not busy:
                await self._wait()

    async def finish(self) -> None:
        """Wait for what is under way and settle it; claim nothing more.

        When this is cancelled, sends that hang are given up, and what is known by then is settled.
        """
        try:
            if self._under_way is not None:
                await asyncio.gather(self._under_way, return_exceptions=True)
            while self._tasks:
                await asyncio.wait(self._tasks)
        finally:
            for task in self._tasks:
                task.cancel()
            await self._settle()

    async def _whole_step(self) -> bool:
        """Take a step that comes to its end also when this is cancelled, so that no claim is forgotten."""
        if self._under_way is not None:
            await asyncio.wait({self._under_way})
        self._under_way = asyncio.ensure_future(self.step())
        return await asyncio.shield(self._under_way)

    async def _wait(self) -> None:
        self._news.clear()
        if self._results:
            return
        left = self._next_look - asyncio.get_running_loop().time()
        with suppress(TimeoutError):  # not wait_for: before Python 3.12 it can swallow a cancellation
            async with asyncio.timeout(min(max(left, 0.0), _POLL)):
                await self._news.wait()

    async def _found_due(self) -> bool:
        """Look for what is due, but no more often than the store should be asked."""
        if asyncio.get_running_loop().time() < self._next_look:
            return False
        self._look_in(_POLL)
        return await self._store.due(now=self._clock.now())

    def _look_in(self, seconds: float) -> None:
        """Look again after so long, or when something that was postponed for a moment becomes due."""
        now = asyncio.get_running_loop().time()
        while self._alarms and self._alarms[0] <= now:
            heappop(self._alarms)
        self._next_look = min([now + seconds, *self._alarms[:1]])

    async def _settle(self) -> bool:
        """Write what is known; tell whether that freed a next message."""
        results, self._results = self._results, []
        if not results:
            return False
        try:
            return await self._store.settle(results)
        except BaseException:
            self._results = results + self._results
            raise

    async def _send_in_order(self, conversation: int) -> None:
        lane = self._lanes[conversation]
        while lane:
            claim = lane.popleft()
            result = await self._send(claim)
            self._note(result)
            while isinstance(result, Parked) and lane and lane[0].unit == claim.unit:
                lane.popleft()  # the store parks the rest of the text with its broken part
            if isinstance(result, Postponed):
                while lane:
                    held = "waits behind a message that is tried again"
                    behind = lane.popleft()
                    self._note(Postponed(behind, result.not_before, held, maybe_arrived=behind.repeated))
        del self._lanes[conversation]

    def _note(self, result: Settlement) -> None:
        if isinstance(result, Sent):
            self._store.arrived(result.claim)
        if isinstance(result, Postponed) and (wait := result.not_before - self._clock.now()) <= _PUNCTUAL:
            heappush(self._alarms, asyncio.get_running_loop().time() + wait.total_seconds())
            self._next_look = min(self._next_look, self._alarms[0])
        self._results.append(result)
        self._news.set()

    async def _send(self, claim: Claim) -> Settlement:
        platform = self._platforms[claim.dispatch.address.destination]
        try:
            await platform.send(claim.dispatch)
        except DeliveryError as error:
            return self._failed(claim, error)
        except asyncio.CancelledError as error:
            if stopping():
                raise
            return self._broke(claim, error)
        except Exception as error:  # noqa: BLE001 - an adapter of a stranger may raise anything (G7)
            return self._broke(claim, error)
        return Sent(claim, self._clock.now())

    def _doubtful(self, claim: Claim) -> bool:
        """Tell whether only a few are claimed at a time, so that each that is settled makes room."""
        return self._capabilities[claim.dispatch.address.destination].resend is Resend.NEVER

    def _broke(self, claim: Claim, error: BaseException) -> Settlement:
        """Treat an error that tells nothing: the message may have arrived."""
        self._log.warning("an adapter raised", key=claim.dispatch.key, error=type(error).__name__)
        often = claim.attempts >= _FAULTS
        told = f"The adapter failed: {named(error)}"
        return self._failed(claim, DeliveryError(told, ambiguous=True, permanent=often))

    def _failed(self, claim: Claim, error: DeliveryError) -> Settlement:
        """Try again or park; what may have arrived once stays so, however surely a later try failed."""
        now = self._clock.now()
        maybe = error.ambiguous or claim.repeated
        again = self._capabilities[claim.dispatch.address.destination].resend is Resend.SAME_KEY
        if error.permanent or (error.ambiguous and not again):
            self._log.warning("parked", key=claim.dispatch.key, ambiguous=error.ambiguous)
            return Parked(claim, now, words(error), arrived=maybe, barrier=barrier(error.barrier))
        return Postponed(claim, now + _pause(claim, error), words(error), maybe_arrived=maybe)


def _pause(claim: Claim, error: DeliveryError) -> timedelta:
    asked = error.retry_after
    if asked is not None and asked >= 0:
        return timedelta(seconds=min(asked, _LONGEST_WAIT.total_seconds()))
    doubled: timedelta = _FIRST_RETRY * (1 << min(claim.attempts - 1, 10))
    return min(doubled, _LONGEST_RETRY)
