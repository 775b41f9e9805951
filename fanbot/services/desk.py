"""What a person does with an item of the queue; every face of fanbot calls the same moves."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b

from fanbot.domain.handoffs import Handoff, Lane, State
from fanbot.domain.messages import Inbound, Outbound, OutboundKind, SignalClass
from fanbot.domain.people import Team
from fanbot.errors import AlreadyClaimedError, DraftChangedError, MoveError
from fanbot.policy.hush import hushed_until
from fanbot.policy.priority import due_at, urgency
from fanbot.policy.voice import Finding, check
from fanbot.ports.clock import Clock
from fanbot.ports.platform import Capabilities
from fanbot.ports.store import Desk as DeskStore
from fanbot.ports.store import Line, Move, QueueEntry
from fanbot.services.phrasebook import Phrasebook
from fanbot.services.speaking import parts
from fanbot.services.suggesting import Suggesting, Suggestion

_ARTIST = "artist"


def draft_mark(draft: str) -> str:
    """Return a short digest of a draft, to know it again.

    >>> draft_mark("Dear Ada"), draft_mark("Dear Eve")
    ('4d1379d2b798', '5ef2f88eda97')
    """
    return blake2b(draft.strip().encode("utf-8", "replace"), digest_size=6).hexdigest()


def _must_hold(item: Handoff, who: str, *, answered: bool = True) -> None:
    """Raise a MoveError unless this person has the item, or had it and answered last."""
    if item.state is State.CLAIMED and item.owner != who:
        raise AlreadyClaimedError(owner=item.owner)
    mine = item.owner == who
    if not mine or not (item.state is State.CLAIMED or (answered and item.state is State.ANSWERED)):
        raise MoveError("You do not have this item now, so nothing was sent. Claim it first.")


@dataclass(frozen=True, slots=True)
class Desk:
    """The human queue for one person. ``who`` is written to the record of every move (P21)."""

    store: DeskStore
    phrasebook: Phrasebook
    team: Team
    clock: Clock
    capabilities: Mapping[str, Capabilities]
    suggesting: Suggesting | None = None

    async def waiting(self, *, everything: bool = False, limit: int = 500) -> Sequence[QueueEntry]:
        """Return what needs a person, most urgent first."""
        entries = await self.store.entries(everything=everything, limit=limit)
        return sorted(entries, key=lambda entry: urgency(entry.handoff, self.team.goals))

    async def shown(
        self, item: int, *, limit: int = 100, before: str = ""
    ) -> tuple[QueueEntry, Sequence[Line]]:
        """Return an item with the newest lines of its conversation, or those above the place ``before``."""
        entry = await self.store.entry(item)
        return entry, await self.store.history(entry.handoff.conversation_id, limit=limit, before=before)

    def due(self, item: Handoff) -> datetime:
        """Return when the team's own goal for this item runs out."""
        return due_at(item, self.team.goals)

    def suggestion(self, entry: QueueEntry) -> Suggestion | None:
        """Return what a template would have said to this item's message, for the person alone."""
        return self.suggesting.first(entry) if self.suggesting is not None else None

    def advice(self, text: str) -> Sequence[Finding]:
        """Say what a fan would mishear in a draft; a hint, never a bar (P1, P16, P18)."""
        return check(text)

    async def claim(self, item: int, *, who: str, once: str = "") -> Handoff:
        """Take an item; from now the assistant keeps out of the conversation."""
        now = self.clock.now()
        return await self._move(
            item,
            who,
            lambda entry: Move(entry.handoff.claim(who, now), "claimed", {}, hushed_until=hushed_until(now)),
            once,
        )

    async def release(self, item: int, *, who: str, once: str = "") -> Handoff:
        """Put an item back where everybody sees it."""
        now = self.clock.now()
        return await self._move(
            item,
            who,
            lambda entry: Move(entry.handoff.release(who, now), "released", {}, release_hush=True),
            once,
        )

    async def reply(self, item: int, text: str, *, who: str, linger: timedelta = timedelta(0)) -> Handoff:
        """Answer the fan where they wrote, under the name of the one who answers (P7).

        ``linger``: so long it can be taken back, and only then it leaves.
        """
        leaving = self._leaving(text, self.clock.now(), who=who, linger=linger)
        return await self._move(item, who, leaving)

    async def reply_as_holder(
        self, item: int, text: str, *, who: str, linger: timedelta, once: str = ""
    ) -> Handoff:
        """Answer the fan, but only if the item is this person's now, or was answered by them.

        A draft of other words stays with the item.
        """
        leaving = self._leaving(text, self.clock.now(), who=who, linger=linger)

        def change(entry: QueueEntry) -> Move:
            _must_hold(entry.handoff, who)
            draft, move = entry.handoff.draft, leaving(entry)
            other = draft.strip() != text.strip()
            return replace(move, handoff=replace(move.handoff, draft=draft)) if other else move

        return await self._move(item, who, change, once)

    async def send_draft(
        self, item: int, *, mark: str, who: str, linger: timedelta, once: str = ""
    ) -> Handoff:
        """Send the kept draft of an item that this person has.

        ``mark`` is the draft_mark of what they saw; raises DraftChangedError when it reads otherwise now.
        """
        now = self.clock.now()

        def change(entry: QueueEntry) -> Move:
            _must_hold(entry.handoff, who, answered=False)
            if draft_mark(entry.handoff.draft) != mark:
                raise DraftChangedError(entry.handoff.draft)
            return self._leaving(entry.handoff.draft, now, who=who, linger=linger)(entry)

        return await self._move(item, who, change, once)

    async def recall(
        self, item: int, *, who: str, answered_at: datetime | None = None, once: str = ""
    ) -> Handoff:
        """Take one's own reply back before it leaves; its words become the draft.

        ``answered_at``: only the reply that was made then, and not one after it.
        """
        now = self.clock.now()

        def change(entry: QueueEntry) -> Move:
            recalled = entry.handoff.recall(who, now)
            if answered_at is not None and entry.handoff.answered_at != answered_at:
                raise MoveError(
                    "There is a newer reply of yours, and only the newest one can be taken back; "
                    "nothing was changed."
                )
            return Move(recalled, "recalled", {}, hushed_until=hushed_until(now), recall=True)

        return await self._move(item, who, change, once)

    async def keep_draft(self, item: int, text: str, *, who: str, once: str = "") -> bool:
        """Keep what the owner of an item has written so far; False when the item is not theirs now."""
        return await self.store.keep_draft(item, who=who, text=text, once=once)

    async def snooze(self, item: int, *, until: datetime, who: str, once: str = "") -> Handoff:
        """Set an item aside; it comes back by itself."""
        now = self.clock.now()
        return await self._move(
            item,
            who,
            lambda entry: Move(
                entry.handoff.snooze(who, until, now), "snoozed", {"until": until.isoformat()}
            ),
            once,
        )

    async def escalate(self, item: int, *, who: str) -> Handoff:
        """Bring an item before the creator in one step (P12)."""
        now = self.clock.now()
        return await self._move(
            item, who, lambda entry: Move(entry.handoff.escalate(who, now), "escalated", {})
        )

    async def pass_on(self, item: int, *, to: str, note: str, who: str) -> Handoff:
        """Hand an item to another person, with a note."""
        now = self.clock.now()
        return await self._move(
            item,
            who,
            lambda entry: Move(
                entry.handoff.pass_on(who, to, note, now), "passed on", {"to": to, "note": note}
            ),
        )

    async def close(self, item: int, *, who: str, once: str = "") -> Handoff:
        """End an item as read, no reply needed; the fan is told kindly, but not after a threat.

        Nor is a fan told who had a reply already; and in public nothing says what kind of item it was.
        """
        now = self.clock.now()

        def change(entry: QueueEntry) -> Move:
            told: tuple[Outbound, ...] = ()
            item = entry.handoff
            if item.lane is not Lane.THREAT and item.state is not State.ANSWERED:
                lane = item.lane if entry.latest.direct else None
                key = "closed.crisis" if lane is Lane.CRISIS else "closed.read"
                text = self.phrasebook.say(key, entry.language, lane=lane)
                told = self._outbounds(entry, text, OutboundKind.ACKNOWLEDGEMENT)
            return Move(entry.handoff.close(who, now), "closed", {}, outbounds=told, release_hush=True)

        return await self._move(item, who, change, once)

    async def _move(
        self, item: int, who: str, change: Callable[[QueueEntry], Move], once: str = ""
    ) -> Handoff:
        if not who.strip():
            raise MoveError("A move needs the name of the person who makes it, for example --as Sam.")
        return await self.store.move(item, who=who, change=change, once=once)

    def _leaving(
        self, text: str, now: datetime, *, who: str, linger: timedelta
    ) -> Callable[[QueueEntry], Move]:
        """Say what a reply changes; raises MoveError when there are no words in it."""
        if not text.strip():
            raise MoveError("The reply is empty; nothing was sent.")

        def change(entry: QueueEntry) -> Move:
            signed = f"{text.strip()}\n\n{self._signature(who)}"
            leaves = now + linger if linger else None
            return Move(
                entry.handoff.reply(who, now),
                "answered",
                {"text": text.strip()},
                outbounds=self._outbounds(entry, signed, OutboundKind.HUMAN, not_before=leaves),
                hushed_until=hushed_until(now),
            )

        return change

    def _signature(self, who: str) -> str:
        """Sign as the artist only for the artist; everybody else is the team (P16)."""
        person = next((p for p in self.team.people if p.name.casefold() == who.casefold()), None)
        key = "signature.creator" if person and person.role == _ARTIST else "signature.team"
        return self.phrasebook.say(key, None, words={"name": person.name if person else who})

    def _outbounds(
        self, entry: QueueEntry, text: str, kind: OutboundKind, *, not_before: datetime | None = None
    ) -> tuple[Outbound, ...]:
        latest: Inbound = entry.latest
        human = kind is OutboundKind.HUMAN
        whole = Outbound(
            address=latest.address,
            kind=kind,
            body=text,
            in_reply_to=latest.message,
            direct=latest.direct,
            signal=SignalClass.SIGNAL if human else SignalClass.NEUTRAL,
            not_before=not_before,
            safety=entry.handoff.lane.safety,
        )
        return parts(whole, self.capabilities)
