"""Brings one card of a room to where it should be, and notes each step that the room has taken."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from fanbot.domain.handoffs import State
from fanbot.errors import DeliveryError
from fanbot.ports.cards import Cards, CardState, KeptCard
from fanbot.ports.staff import Card, Spot, StaffRoom
from fanbot.ports.store import Desk as DeskStore
from fanbot.ports.store import Line, QueueEntry
from fanbot.services.faults import words
from fanbot.services.staff import cards as composing
from fanbot.services.staff import lines as telling
from fanbot.services.staff.asking import asked
from fanbot.services.staff.cards import Setting

NOWHERE = Spot("", "")


@dataclass(frozen=True, slots=True)
class Tending:
    """The steps with one card. Each raises DeliveryError, with what was taken before it noted.

    ``made`` holds cards that the room has and the store does not know yet, because it took nothing then;
    ``noted`` what was written last of a card.
    """

    destination: str
    room: StaffRoom
    cards: Cards
    made: dict[int, KeptCard] = field(default_factory=dict)
    noted: dict[int, KeptCard] = field(default_factory=dict)

    async def make(self, before: KeptCard, entry: QueueEntry, setting: Setting, desk: DeskStore) -> None:
        """Open a card; that this is tried is noted before, so that a crash in between is known.

        When it certainly was not opened, the card stands as it stood ``before``.
        """
        kept = replace(before, state=CardState.OPENING, opened=before.opened + 1)
        await self._keep(kept)
        mark = await self.cards.mark(kept.item)
        lines = await history(desk, entry)
        shown = _composed(entry, setting, kept, finished=False)
        try:
            spot = await asked(self.room.open(shown))
        except DeliveryError as error:
            if not error.ambiguous:
                await self._keep(replace(before, error=words(error) if error.permanent else before.error))
            raise
        self.made[kept.item] = replace(
            kept,
            spot=spot,
            state=CardState.OPEN,
            shown=composing.digest(shown),
            told=tuple(telling.digest(line, kept.item) for line in lines),
            told_at=mark,
            error="",
        )
        await self.note_made(kept.item)

    async def note_made(self, item: int) -> KeptCard:
        """Write down where a card stands that was made; until then it is known in this process alone."""
        made = self.made[item]
        await self._keep(made)
        del self.made[item]
        return made

    async def bring_up(
        self, kept: KeptCard, mark: str, entry: QueueEntry, setting: Setting, desk: DeskStore, now: datetime
    ) -> None:
        """Show a card as it is now and tell what is new; a thread is put away last of all."""
        finished = composing.at_rest(entry.handoff, now) and not await self._on_its_way(entry, desk)
        shown = _composed(entry, setting, kept, finished=finished)
        if not finished:
            kept = await self._show(kept, shown)
        if finished or mark != kept.told_at:  # the answer may have left after the mark was read
            kept = await self._tell(kept, mark, entry, setting, desk)
        if finished:
            kept = await self._show(kept, shown)
            await self.put_away(kept)

    async def _on_its_way(self, entry: QueueEntry, desk: DeskStore) -> bool:
        """Tell whether an answer has not arrived yet, which the team is still to be told of."""
        if entry.handoff.state is not State.ANSWERED:
            return False
        lines = await desk.history(entry.handoff.conversation_id, limit=telling.LOOKED)
        return telling.on_its_way(lines, entry.handoff.id)

    async def put_away(self, kept: KeptCard) -> None:
        """Look at a card no more, unless its fan has everything erased in these very moments."""
        await self._keep(replace(kept, state=CardState.AWAY, error=""))
        if not await self.cards.mark(kept.item):
            await self._keep(replace(kept, state=CardState.OPEN))

    async def take_words_off(self, kept: KeptCard) -> None:
        """Take a fan's words off a card when the fan had everything erased, and forget it."""
        try:
            await asked(self.room.show(kept.spot, composing.erased(kept.item)))
        except DeliveryError as error:
            if not error.permanent:
                raise
        await self.cards.forget(self.destination, kept.item)

    async def lost(
        self, kept: KeptCard, error: DeliveryError, entry: QueueEntry, setting: Setting, desk: DeskStore
    ) -> None:
        """Make a card anew that is not there any more, once; after that it is a trouble that people see."""
        kept = replace(kept, state=CardState.FAILED, error=words(error))
        if kept.opened > 1:
            await self._keep(kept)
            raise error
        await self.make(kept, entry, setting, desk)

    async def _show(self, kept: KeptCard, shown: Card) -> KeptCard:
        digest = composing.digest(shown)
        if digest == kept.shown and kept.state is CardState.OPEN:
            return kept
        await asked(self.room.show(kept.spot, shown))
        kept = replace(kept, shown=digest, state=CardState.OPEN, error="")
        await self._keep(kept)
        return kept

    async def _tell(
        self, kept: KeptCard, mark: str, entry: QueueEntry, setting: Setting, desk: DeskStore
    ) -> KeptCard:
        """Write what is new into the thread, noting each line when it is there."""
        lines = await history(desk, entry)
        new, left_out = telling.news(lines, kept.item, kept.told)
        if left_out:
            key = f"more-{telling.digest(new[0], kept.item)}"
            await asked(self.room.tell(kept.spot, telling.left_out(left_out), key=key))
        for line in new:
            digest = telling.digest(line, kept.item)
            await asked(self.room.tell(kept.spot, telling.words(line, setting.zone), key=digest))
            kept = replace(kept, told=(*kept.told, digest))
            await self._keep(kept)
        kept = replace(kept, told=tuple(telling.digest(line, kept.item) for line in lines), told_at=mark)
        await self._keep(kept)
        return kept

    async def _keep(self, card: KeptCard) -> None:
        await self.cards.keep(self.destination, card)
        self.noted[card.item] = card


def _composed(entry: QueueEntry, setting: Setting, kept: KeptCard, *, finished: bool) -> Card:
    suggestion = setting.suggest(entry)
    return composing.card(entry, setting, finished=finished, again=kept.opened > 1, suggestion=suggestion)


async def history(desk: DeskStore, entry: QueueEntry) -> Sequence[Line]:
    """Read the newest lines that matter to the team in an item's thread."""
    lines = await desk.history(entry.handoff.conversation_id, limit=telling.LOOKED)
    return telling.of_interest(lines, entry.handoff.id)
