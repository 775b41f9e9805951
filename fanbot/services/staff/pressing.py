"""What each button of the team does."""

from dataclasses import dataclass

from fanbot.errors import DraftChangedError
from fanbot.policy.snoozing import returns
from fanbot.ports.clock import Clock
from fanbot.ports.staff import Remark
from fanbot.services.desk import Desk
from fanbot.services.staff import remarks
from fanbot.services.staff.cards import Setting
from fanbot.services.staff.choices import Press, Verb
from fanbot.services.staff.remarks import LINGER


@dataclass(frozen=True, slots=True)
class Pressing:
    """A press of a button by ``who``; ``once`` is the key under which its move is made once."""

    desk: Desk
    setting: Setting
    clock: Clock
    who: str
    once: str

    async def done(self, press: Press) -> Remark:
        """Do what the button asks for; raises MoveError and UnknownItemError with nothing done."""
        match press.verb:
            case Verb.CLAIM:
                await self.desk.claim(press.item, who=self.who, once=self.once)
                return remarks.CLAIMED
            case Verb.RELEASE:
                await self.desk.release(press.item, who=self.who, once=self.once)
                return remarks.RELEASED
            case Verb.SNOOZE:
                return await self._snooze(press)
            case Verb.CLOSE:
                return await self._close(press)
            case Verb.SEND:
                return await self._send(press)
            case Verb.KEEP:
                return await self._keep(press)
            case Verb.UNDO:
                return await self._undo(press)

    async def _snooze(self, press: Press) -> Remark:
        offers = returns(self.clock.now(), self.setting.zone)
        if not press.word:
            return remarks.when(press.item, offers)
        if press.word not in offers:
            return remarks.OFFER_OVER
        label, until = offers[press.word]
        await self.desk.snooze(press.item, until=until, who=self.who, once=self.once)
        return remarks.snoozed(label)

    async def _close(self, press: Press) -> Remark:
        if press.word != "yes":
            return remarks.sure(await self.desk.store.entry(press.item))
        await self.desk.close(press.item, who=self.who, once=self.once)
        return remarks.CLOSED

    async def _send(self, press: Press) -> Remark:
        entry = await self.desk.store.entry(press.item)
        try:
            answered = await self.desk.send_draft(
                press.item, mark=press.word, who=self.who, linger=LINGER, once=self.once
            )
        except DraftChangedError as changed:
            return remarks.changed(entry, changed.draft, self.desk.advice(changed.draft))
        return remarks.leaving(answered, entry.latest, ())

    async def _keep(self, press: Press) -> Remark:
        item = (await self.desk.store.entry(press.item)).handoff
        return remarks.KEPT if item.owner == self.who and item.draft else remarks.NOT_OURS

    async def _undo(self, press: Press) -> Remark:
        at = remarks.undo_of(press.word)
        if at is None:
            return remarks.NO_BUTTON
        await self.desk.recall(press.item, who=self.who, answered_at=at, once=self.once)
        return remarks.UNDONE
