"""What waits for a person: lanes, families, and the life of one item."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from fanbot.errors import AlreadyClaimedError, MoveError


class Family(StrEnum):
    """Group lanes; a conversation has at most one unfinished item in each family."""

    CRISIS = "crisis"
    THREAT = "threat"
    ORDERS = "orders"
    BUSINESS = "business"
    TECH = "tech"
    PEOPLE = "people"


class Lane(StrEnum):
    """Say what kind of person a message needs."""

    PERSONAL = "personal"
    CRISIS = "safety-crisis"
    THREAT = "safety-threat"
    MINOR = "minor-safety"
    ORDER = "order-problem"
    COMPLAINT = "complaint"
    BUSINESS = "business"
    PRESS = "press"
    LICENSING = "licensing"
    TECH = "tech"
    HUMAN = "human-request"
    OTHER = "other"

    @property
    def family(self) -> Family:
        """Name the family of this lane.

        >>> Lane.MINOR.family
        <Family.THREAT: 'threat'>
        """
        return _FAMILIES[self]

    @property
    def safety(self) -> bool:
        """Tell whether a moderator sees this first and nothing else may speak (P20)."""
        return self in (Lane.CRISIS, Lane.THREAT, Lane.MINOR)


_FAMILIES = {
    Lane.CRISIS: Family.CRISIS,
    Lane.THREAT: Family.THREAT,
    Lane.MINOR: Family.THREAT,
    Lane.ORDER: Family.ORDERS,
    Lane.COMPLAINT: Family.ORDERS,
    Lane.BUSINESS: Family.BUSINESS,
    Lane.PRESS: Family.BUSINESS,
    Lane.LICENSING: Family.BUSINESS,
    Lane.TECH: Family.TECH,
    Lane.PERSONAL: Family.PEOPLE,
    Lane.HUMAN: Family.PEOPLE,
    Lane.OTHER: Family.PEOPLE,
}


class State(StrEnum):
    """Name where an item stands. The first five are unfinished and take a repeat in."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    SNOOZED = "snoozed"
    ESCALATED = "escalated"
    ANSWERED = "answered"
    CLOSED = "closed"
    ARCHIVED = "archived"

    @property
    def finished(self) -> bool:
        """Tell whether a new message opens a new item instead of joining this one."""
        return self in (State.CLOSED, State.ARCHIVED)

    @property
    def needs_person(self) -> bool:
        """Tell whether the item stands in the queue."""
        return self in (State.WAITING, State.CLAIMED, State.SNOOZED, State.ESCALATED)


CLAIM_IDLE = timedelta(minutes=30)
"""A claim without a sign of life for this long returns to the queue (DESIGN: hand-off)."""
ARCHIVE_AFTER = timedelta(days=7)
"""An answered item that stays quiet for this long leaves the desk."""


@dataclass(frozen=True, slots=True)
class Handoff:
    """One item for a person. Every move returns a new value, or raises what a person can read.

    Nothing here ends by a timer but an answered item that stayed quiet (P14).
    """

    id: int
    conversation_id: int
    fan_id: int
    lane: Lane
    state: State
    opened_at: datetime
    touched_at: datetime
    weight: int = 1
    topic: str = ""
    owner: str = ""
    claimed_at: datetime | None = None
    snoozed_until: datetime | None = None
    answered_at: datetime | None = None
    acknowledged_at: datetime | None = None
    draft: str = ""

    def claim(self, who: str, now: datetime) -> "Handoff":
        """Take the item for ``who``; a clear loss when somebody was faster (P21)."""
        self._must_wait("claim")
        if self.state is State.CLAIMED:
            self._must_own(who)
        return self._stand(State.CLAIMED, now, owner=who, claimed_at=now)

    def release(self, who: str, now: datetime) -> "Handoff":
        """Put the item back where everybody sees it; the draft stays."""
        if self.state is not State.CLAIMED:
            raise MoveError(f"This item is {self.state.value}, so there is no claim to release.")
        self._must_own(who)
        return self._stand(State.WAITING, now)

    def reply(self, who: str, now: datetime) -> "Handoff":
        """Note that a person answered; a reply to an unclaimed item claims it on the way."""
        if self.state.finished:
            raise MoveError(f"This item is {self.state.value}; the fan's next message opens a new one.")
        if self.state is State.CLAIMED:
            self._must_own(who)
        return replace(self._stand(State.ANSWERED, now, owner=who, answered_at=now), draft="")

    def recall(self, who: str, now: datetime) -> "Handoff":
        """Take one's own answer back before it leaves; the item is claimed again."""
        if self.state is not State.ANSWERED:
            raise MoveError(f"This item is {self.state.value}, so there is no answer of yours to take back.")
        if self.owner != who:
            raise MoveError(f"{self.owner} wrote this answer, so nobody else can take it back.")
        return self._stand(State.CLAIMED, now, owner=who, claimed_at=now)

    def snooze(self, who: str, until: datetime, now: datetime) -> "Handoff":
        """Set the item aside until a time; it comes back by itself, never ends by itself."""
        self._must_wait("snooze")
        if self.state is State.CLAIMED:
            self._must_own(who)
        if until <= now:
            raise MoveError("The time to come back must lie ahead; nothing was changed.")
        return self._stand(State.SNOOZED, now, owner=who, snoozed_until=until)

    def wake(self, now: datetime) -> "Handoff":
        """Bring a snoozed item back when its time has come."""
        if self.state is not State.SNOOZED or self.snoozed_until is None or now < self.snoozed_until:
            return self
        return self._stand(State.WAITING, now)

    def escalate(self, who: str, now: datetime) -> "Handoff":
        """Bring the item before the creator in one step (P12)."""
        self._must_wait("escalate")
        if self.state is State.CLAIMED:
            self._must_own(who)
        return self._stand(State.ESCALATED, now)

    def pass_on(self, who: str, to: str, note: str, now: datetime) -> "Handoff":
        """Hand the item to another person; that takes a name and a note (P21)."""
        self._must_wait("pass on")
        if self.state is State.CLAIMED:
            self._must_own(who)
        if not to.strip():
            raise MoveError("Passing an item on takes the name of the person who gets it.")
        if not note.strip():
            raise MoveError("Passing an item on takes a note for the person who gets it.")
        return self._stand(State.CLAIMED, now, owner=to, claimed_at=now)

    def close(self, who: str, now: datetime) -> "Handoff":
        """End the item as read, no reply needed."""
        if self.state.finished:
            raise MoveError(f"This item is already {self.state.value}.")
        if self.state is State.CLAIMED:
            self._must_own(who)
        return self._stand(State.CLOSED, now, owner=who, answered_at=self.answered_at)

    def lapse(self, now: datetime) -> "Handoff":
        """Return an idle claim to the queue, with its draft kept."""
        if self.state is not State.CLAIMED or now - self.touched_at < CLAIM_IDLE:
            return self
        return self._stand(State.WAITING, now)

    def archive(self, now: datetime) -> "Handoff":
        """Take an answered item that stayed quiet off the desk."""
        if self.state is not State.ANSWERED or now - self.touched_at < ARCHIVE_AFTER:
            return self
        return replace(self, state=State.ARCHIVED)

    def hear(self, now: datetime, *, thanks: bool, heavier: bool) -> "Handoff":
        """Take in another message of the fan: weigh more at most once a day, reopen unless thanked.

        Thanks leave an answered item answered; its quiet days count anew from there.
        """
        if self.state.finished:
            raise MoveError(f"This item is {self.state.value}; the fan's next message opens a new one.")
        if self.state is State.ANSWERED and thanks:
            return replace(self, touched_at=now)
        standing = self._stand(State.WAITING, now) if self.state is State.ANSWERED else self
        return replace(standing, weight=self.weight + 1) if heavier else standing

    def _stand(
        self,
        state: State,
        now: datetime,
        *,
        owner: str = "",
        claimed_at: datetime | None = None,
        snoozed_until: datetime | None = None,
        answered_at: datetime | None = None,
    ) -> "Handoff":
        """Enter a state with exactly the times that belong to it."""
        return replace(
            self,
            state=state,
            owner=owner,
            touched_at=now,
            claimed_at=claimed_at,
            snoozed_until=snoozed_until,
            answered_at=answered_at,
        )

    def _must_wait(self, move: str) -> None:
        if not self.state.needs_person:
            raise MoveError(f"This item is {self.state.value}, so there is nothing to {move}.")

    def _must_own(self, who: str) -> None:
        if self.owner != who:
            raise AlreadyClaimedError(owner=self.owner)
