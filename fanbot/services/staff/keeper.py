"""Keeps the cards of one room in step with the queue, most urgent first, at the pace of the room."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from fanbot.domain.handoffs import Handoff, State
from fanbot.errors import DeliveryError, StoreError, UnknownItemError
from fanbot.ports.cards import Cards, CardState, KeptCard
from fanbot.ports.clock import Clock
from fanbot.ports.staff import StaffRoom
from fanbot.ports.store import QueueEntry
from fanbot.services.desk import Desk
from fanbot.services.faults import named, words
from fanbot.services.staff.cards import REST, Setting, at_rest
from fanbot.services.staff.patience import Patience
from fanbot.services.staff.tending import NOWHERE, Tending

EVERY = 1.0
"""Seconds between two looks at the queue."""
MOST = 100
"""Cards in one room for items that need a person; somebody's safety is shown beyond that."""
_LOOKED = 200
"""Items of the queue that are looked at."""


@dataclass(slots=True)
class _Task:
    """A card to look after: its item as it stands, None when it was erased, and what is kept of the card."""

    item: int
    entry: QueueEntry | None
    kept: KeptCard | None
    mark: str


class Keeper:
    """Make one room show what the queue shows; it knows no other room and holds up none (G7)."""

    def __init__(
        self,
        *,
        destination: str,
        room: StaffRoom,
        cards: Cards,
        desk: Callable[[], Desk],
        setting: Callable[[], Setting],
        clock: Clock,
        most: int = MOST,
    ) -> None:
        self._destination = destination
        self._most = most
        self._tending = Tending(destination, room, cards)
        self._cards = cards
        self._desk = desk
        self._setting = setting
        self._clock = clock
        self._patience = Patience()
        self._seen: tuple[str, Setting] | None = None
        self._look_at: datetime | None = None
        self._open = 0
        self._log = structlog.get_logger("fanbot.staff")

    async def run(self) -> None:
        """Look again and again, until cancelled; whatever a look raises, the next one comes (G7)."""
        while True:
            try:
                await self.step()
            except StoreError as error:
                self._log.warning("the store cannot be asked", room=self._destination, error=str(error))
            except Exception as error:  # noqa: BLE001 - no fault in one room may end the others, or fanbot (G7)
                self._log.warning("a look at a room failed", room=self._destination, error=named(error))
            await self._clock.sleep(EVERY)

    async def step(self) -> None:
        """Look once: show every card that is not as it should be, as far as the room lets us."""
        now = self._clock.now()
        if self._patience.room_rests(now):
            return
        looked_at = (await self._desk().store.pulse(), self._setting())
        due = self._patience.due(now) or (self._look_at is not None and now >= self._look_at)
        if looked_at == self._seen and not due:
            return
        self._seen, self._look_at = None, None
        tasks = await self._tasks()
        self._patience.only({task.item for task in tasks})
        whole = True
        for task in tasks:
            if not self._patience.rests(task.item, now):
                whole = await self._tended(task, looked_at[1]) and whole
            if self._patience.room_rests(self._clock.now()):
                return
        self._seen = looked_at if whole else None

    async def _tasks(self) -> Sequence[_Task]:
        """Gather what is to be looked after, most urgent first."""
        queue = {entry.handoff.id: entry for entry in await self._desk().waiting(limit=_LOOKED)}
        watched = await self._cards.watched(self._destination, list(queue))
        kept = {each.card.item: (each.card, each.mark) for each in watched}
        self._open = sum(card.state is CardState.OPEN for item, (card, _) in kept.items() if item in queue)
        first = [_Task(item, entry, *kept.get(item, (None, ""))) for item, entry in queue.items()]
        others = [_Task(item, await self._entry(item), *kept[item]) for item in kept if item not in queue]
        return [*first, *others]

    async def _entry(self, item: int) -> QueueEntry | None:
        try:
            return await self._desk().store.entry(item)
        except UnknownItemError:
            return None

    async def _tended(self, task: _Task, setting: Setting) -> bool:
        """Bring a card to where it should be; False where the very next look must see to it again."""
        try:
            await self._tend(task, setting)
        except UnknownItemError:
            return False  # it was erased in these very moments
        except DeliveryError as error:
            self._failed(task.item, error)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - one card that cannot be shown holds up no other (G7)
            self._failed(task.item, DeliveryError(named(error)))
        else:
            self._patience.went_well(task.item)
        return True

    async def _tend(self, task: _Task, setting: Setting) -> None:
        if task.item in self._tending.made:
            task.kept = await self._tending.note_made(task.item)
        entry, kept = task.entry, task.kept
        if kept is None or kept.state is CardState.OPENING:
            await self._tend_unopened(task, setting)
        elif entry is None:
            await self._tending.take_words_off(kept)
        elif kept.state is CardState.FAILED and at_rest(entry.handoff, self._clock.now()):
            await self._tending.put_away(kept)
        else:
            await self._tend_open(kept, task.mark, entry, setting)

    async def _tend_open(self, kept: KeptCard, mark: str, entry: QueueEntry, setting: Setting) -> None:
        desk, now = self._desk().store, self._clock.now()
        self._look_again(entry.handoff, now)
        self._tending.noted.clear()
        try:
            await self._tending.bring_up(kept, mark, entry, setting, desk, now)
        except DeliveryError as error:
            if not error.permanent or error.retry_after is not None:
                raise
            kept = self._tending.noted.get(kept.item, kept)
            if at_rest(entry.handoff, now):
                await self._tending.put_away(kept)
            else:
                await self._tending.lost(kept, error, entry, setting, desk)

    async def _tend_unopened(self, task: _Task, setting: Setting) -> None:
        entry = task.entry
        if entry is None or not entry.handoff.state.needs_person:
            await self._cards.forget(self._destination, task.item)
        elif self._open < self._most or entry.handoff.lane.safety:
            kept = task.kept or KeptCard(task.item, NOWHERE, CardState.OPENING)
            await self._tending.make(kept, entry, setting, self._desk().store)
            self._open += 1

    def _look_again(self, item: Handoff, now: datetime) -> None:
        """See to it that an answered item's thread is put away, also when nothing happens any more."""
        if item.state is State.ANSWERED and item.answered_at is not None and not at_rest(item, now):
            rests = item.answered_at + REST
            self._look_at = rests if self._look_at is None else min(self._look_at, rests)

    def _failed(self, item: int, error: DeliveryError) -> None:
        """Leave a card alone for a while."""
        told = words(error)
        self._log.warning("a card is not in step", room=self._destination, item=item, error=told)
        self._patience.failed(item, error, self._clock.now())
