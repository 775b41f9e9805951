"""Where an adapter brings what a person of the team did: who it was, what it means, what they are told."""

import re
from collections.abc import Callable

import structlog

from fanbot.domain.handoffs import State
from fanbot.errors import MoveError, StoreUnavailableError, UnknownItemError
from fanbot.ports.cards import Cards
from fanbot.ports.clock import Clock
from fanbot.ports.staff import Act, ActKind, Remark
from fanbot.services.desk import Desk
from fanbot.services.staff import remarks
from fanbot.services.staff.cards import Setting
from fanbot.services.staff.choices import pressed
from fanbot.services.staff.pressing import Pressing
from fanbot.services.staff.remarks import LINGER

_AGAIN = 1.0
"""Seconds between tries while the store takes nothing."""
_LOOK, _LOOKS = 0.1, 15
"""Seconds between looks for a thread whose card is being made, and how many there are."""
_COMMAND = re.compile(r"/\w+(@\w+)?(\s|$)")


class Door:
    """The team's door on one account; it is a ports.staff.TeamDoor."""

    def __init__(
        self,
        *,
        destination: str,
        cards: Cards,
        desk: Callable[[], Desk],
        setting: Callable[[], Setting],
        clock: Clock,
    ) -> None:
        self._destination = destination
        self._cards = cards
        self._desk = desk
        self._setting = setting
        self._clock = clock

    async def __call__(self, act: Act) -> Remark | None:
        """Do what an act asks for, once; wait as long as nothing can be stored."""
        while True:
            try:
                return await self._heard(act)
            except StoreUnavailableError as error:
                structlog.get_logger("fanbot.staff").warning(
                    "the store takes nothing; what the team did waits", error=str(error)
                )
                await self._clock.sleep(_AGAIN)

    async def _heard(self, act: Act) -> Remark | None:
        if act.kind is not ActKind.PRESS and _COMMAND.match(act.text):
            return None
        platform = self._destination.partition("/")[0]
        person = self._setting().team.person_of(platform, act.user)
        if person is None:
            is_talk = act.kind is ActKind.WORDS
            return None if is_talk else remarks.stranger(f"{platform}:{act.user}", act.name)
        key = f"{self._destination}/{act.key}"
        before = await self._cards.remark(key)
        if before is not None and (before.text or act.kind is not ActKind.WORDS):
            return before if before.text else remarks.DONE_ALREADY
        return await self._first(act, person.name, key)

    async def _first(self, act: Act, who: str, key: str) -> Remark | None:
        """Do what was not done yet, and note what is said to it, also when that is a refusal."""
        press = pressed(act.text) if act.kind is ActKind.PRESS else None
        if act.kind is ActKind.PRESS and press is None:
            return remarks.NO_BUTTON
        known = await self._item_at(act.thread)
        item = press.item if press else known
        if item is None:
            return remarks.NO_ITEM if act.kind is ActKind.REPLY else None
        remark: Remark | None
        try:
            if press:
                remark = await Pressing(self._desk(), self._setting(), self._clock, who, key).done(press)
            elif act.kind is ActKind.REPLY:
                remark = await self._reply(item, act, who=who, once=key)
            else:
                remark = await self._words(item, act, who=who, once=key)
        except UnknownItemError:
            remark = remarks.GONE
        except MoveError as error:
            remark = Remark(str(error))
        if press and known is None and remark is not None:
            remark = await self._from_elsewhere(act.thread, item, remark)
        await self._cards.note_act(key, remark or Remark(""), item=item)
        return remark

    async def _item_at(self, thread: str) -> int | None:
        """Find the item of a thread; while a card is being made, wait a moment until its thread is known."""
        for _ in range(_LOOKS if thread else 0):
            making = await self._cards.opening(self._destination)
            item = await self._cards.item_at(self._destination, thread)
            if item is not None or not making:
                return item
            await self._clock.sleep(_LOOK)
        return await self._cards.item_at(self._destination, thread)

    async def _from_elsewhere(self, thread: str, item: int, remark: Remark) -> Remark:
        """Learn from a card's own button that the card stands in this thread as well."""
        if await self._cards.opening(self._destination):
            return remark  # it may be the very card that is being made
        if not await self._cards.note_thread(self._destination, thread, item):
            return remark
        return Remark(f"{remark.text} {remarks.OLDER_THREAD}", remark.choices)

    async def _reply(self, item: int, act: Act, *, who: str, once: str) -> Remark:
        """Send the words to the fan, if the item is this person's."""
        desk = self._desk()
        entry = await desk.store.entry(item)
        held = entry.handoff.state in (State.CLAIMED, State.ANSWERED) and entry.handoff.owner == who
        if not held:
            return remarks.not_held(entry.handoff)
        if not act.text.strip():
            return remarks.ONLY_WORDS
        answered = await desk.reply_as_holder(item, act.text, who=who, linger=LINGER, once=once)
        return remarks.leaving(answered, entry.latest, desk.advice(act.text), files=act.files)

    async def _words(self, item: int, act: Act, *, who: str, once: str) -> Remark | None:
        """Keep the words as the draft of whoever has the item; what others write is talk."""
        desk = self._desk()
        entry = await desk.store.entry(item)
        if entry.handoff.state is not State.CLAIMED or entry.handoff.owner != who:
            return None
        if not act.text.strip():
            return remarks.ONLY_WORDS if act.files else None
        before = entry.handoff.draft
        if not remarks.quotable(before) and before.strip() != act.text.strip():
            return remarks.TOO_LONG_TO_REPLACE
        if not await desk.keep_draft(item, act.text, who=who, once=once):
            return None
        return remarks.preview(entry, act.text, desk.advice(act.text), before=before, files=act.files)
