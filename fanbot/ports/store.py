"""What is kept, and the few transactions that keep it.

Every method is one transaction: when it returns, it is durable; when it raises, nothing of it is.
Raises StoreUnavailableError where another try may help and StoreError where not.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from fanbot.domain.decisions import Decision, OpenItem
from fanbot.domain.handoffs import Handoff, Lane
from fanbot.domain.messages import Address, Inbound, Outbound, OutboundKind
from fanbot.domain.reach import Barrier, Unreachable
from fanbot.ports.cards import Cards
from fanbot.ports.platform import Dispatch, Paced, Resend
from fanbot.ports.web import Correspondence


@dataclass(frozen=True, slots=True)
class Pending:
    """A stored event that waits for its decision."""

    event_id: int
    conversation_id: int
    fan_id: int
    inbound: Inbound
    attempts: int = 0


class Inbox(Protocol):
    """Where every platform event is kept before anything else happens to it (P9)."""

    async def append(self, events: Sequence[Inbound]) -> Sequence[Pending | None]:
        """Keep the events once each, in order; return each as it now waits, None where it was known.

        The first event of a new fan makes the fan, the identity and the consent on record.
        """
        ...

    async def pending(self, *, limit: int) -> Sequence[Pending]:
        """Return the oldest undecided events in order."""
        ...


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a conversation and its fan when its next message is judged."""

    items: tuple[OpenItem, ...] = ()
    hushed_until: datetime | None = None
    clarified_at: datetime | None = None
    introduced: bool = False
    blocked: bool = False
    opted_out: bool = False
    paused: bool = False
    language: str | None = None


@dataclass(frozen=True, slots=True)
class ItemEffect:
    """Open an item in ``lane``, or take the message into the unfinished one of its family.

    ``acknowledged``: the fan is told with this outcome. ``thanks``: an answered item stays answered.
    """

    lane: Lane
    topic: str = ""
    acknowledged: bool = False
    thanks: bool = False
    error: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that follows from one event; written in one transaction with its batch."""

    pending: Pending
    decision: Decision
    decided_at: datetime
    outbounds: tuple[Outbound, ...] = ()
    item: ItemEffect | None = None
    introduced: bool = False
    clarified: bool = False
    language: str | None = None
    opt_out: bool | None = None
    withdraw: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """One outbox row that is this process's to send now.

    ``repeated``: an earlier try may have brought it there already, with these very words. ``unit``
    is shared by the parts of one text.
    """

    id: int
    conversation_id: int
    dispatch: Dispatch
    attempts: int = 0
    repeated: bool = False
    unit: int = 0


Judging = Callable[[Mapping[int, Standing]], Sequence[Outcome]]
"""What follows from the standing of each conversation; pure, asked in the store's thread, perhaps twice."""


class Journal(Protocol):
    """Where decisions are made on what is known, and written."""

    async def decide(self, conversations: Sequence[int], judge: Judging, *, now: datetime) -> Sequence[Claim]:
        """Judge on what is known of these conversations, and write decisions, items and outbox rows.

        It is one transaction: nothing a person does comes between the look and the decision. What
        may leave at once is claimed in it. An event that has its decision already is left as it is,
        with nothing of the outcome written. What ``judge`` raises is raised, and nothing is written.
        """
        ...

    async def note_failure(self, event_id: int, error: str) -> int:
        """Count a failed attempt at this event; return how many there were."""
        ...

    async def dead_letters(self) -> int:
        """Count the failures that were kept with their reasons."""
        ...


@dataclass(frozen=True, slots=True)
class Sent:
    """The platform has the message."""

    claim: Claim
    at: datetime


@dataclass(frozen=True, slots=True)
class Postponed:
    """The message is tried again at ``not_before``.

    ``maybe_arrived``: only under the same key and with the same words; what it reserved stays.
    """

    claim: Claim
    not_before: datetime
    error: str
    maybe_arrived: bool = False


@dataclass(frozen=True, slots=True)
class Parked:
    """The message will not be tried again by itself; a person sees it.

    ``arrived`` is False only on certain non-delivery: then a reserved promotion is freed. ``barrier`` says
    why its fan cannot be reached at all, where the platform said so.
    """

    claim: Claim
    at: datetime
    error: str
    arrived: bool
    barrier: Barrier | None = None


Settlement = Sent | Postponed | Parked


class OutboxStore(Protocol):
    """The rows behind the only speaker. One row in flight per conversation, in order.

    On a platform that tells repeats apart by key, a run of rows of one conversation may be claimed
    together, to be sent one after the other.
    """

    def serve(self, destinations: Mapping[str, Resend], *, paced: Mapping[str, Paced] = {}) -> None:
        """Name the destinations (``platform/account``) whose rows this process claims.

        Of those that are ``paced`` and cannot tell repeats apart, no more are claimed than there is room for.
        """
        ...

    async def claim(self, *, limit: int, now: datetime) -> Sequence[Claim]:
        """Claim what is due: ask the cap for promo blocks, reserve, freeze the text."""
        ...

    def arrived(self, claim: Claim) -> None:
        """Learn that a message arrived, before that is settled: what follows it need not wait for that."""
        ...

    async def settle(self, results: Sequence[Settlement]) -> bool:
        """Write what became of claims; tell whether that freed a next row in a conversation."""
        ...

    async def recover(self, *, now: datetime) -> int:
        """Take up rows that a dead process left in flight: again under the same key, or parked."""
        ...

    async def parked(self) -> int:
        """Count the messages that wait for a person's look."""
        ...

    async def due(self, *, now: datetime) -> bool:
        """Tell whether a row may be claimed now; cheap enough to ask several times a second."""
        ...


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a conversation's history, for people. ``sort`` is inbound, outbound or note.

    ``detail`` of what was heard: ``kind``, ``message`` (its id on the platform), ``route``, ``reasons``;
    ``before`` (what a message said before this change of it), ``later`` (*edit* or *deletion*: what became
    of it) and ``attachments`` (event, number, name, media type, bytes, reference) where there are such.
    Of what was said: ``state``, ``error``, ``template``; ``by`` and ``item`` of a person's reply, and
    ``leaves_at`` (ISO) before it left. Of a note: ``what``, ``item``, ``lane``, and what the move noted.

    ``place``: where the line stands, to read on from what stands above it.
    """

    at: datetime
    sort: str
    who: str
    text: str
    detail: Mapping[str, object]
    place: str = ""


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """An item as the queue shows it.

    ``latest`` is the fan's newest message in it: where, and to what, a reply goes. ``reasons`` are
    those of the decision that brought it into its lane; ``error`` says what went wrong on the way to the fan;
    ``language`` is what the conversation spoke last, if known. ``suggestions`` are templates that would have
    answered it. ``unreachable``: a reply cannot arrive there now.
    """

    handoff: Handoff
    latest: Inbound
    messages: int
    reasons: tuple[str, ...]
    error: str = ""
    language: str | None = None
    suggestions: tuple[str, ...] = ()
    unreachable: Unreachable | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """What a move of a person changes: the item, the record of it, what is said, and the hush.

    ``hushed_until``: a new end of the hush; ``release_hush`` ends it now. ``recall`` takes back what
    this item said and what has not left yet.
    """

    handoff: Handoff
    event: str
    detail: Mapping[str, object]
    outbounds: tuple[Outbound, ...] = ()
    hushed_until: datetime | None = None
    release_hush: bool = False
    recall: bool = False


@dataclass(frozen=True, slots=True)
class SetAside:
    """A message that looked like spam: kept, never answered, there for review (P15)."""

    event_id: int
    inbound: Inbound
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A message that was parked: it did not arrive, or nobody can tell whether it did."""

    id: int
    at: datetime
    address: Address
    kind: OutboundKind
    text: str
    error: str
    item: int | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """What fans wrote and nobody can read any more; ``destination`` is ``platform/account``."""

    id: int
    at: datetime
    destination: str
    place: str
    why: str
    since: datetime | None = None


class Desk(Protocol):
    """The human queue as it is kept."""

    async def pulse(self) -> str:
        """Return a word that changes whenever the queue or a conversation changes; cheap to ask often."""
        ...

    async def pulse_of(self, item: int) -> str:
        """Return a word that changes whenever an item or its conversation does; raises UnknownItemError."""
        ...

    async def set_aside(self, *, limit: int = 100) -> Sequence[SetAside]:
        """Return what was set aside and not reviewed yet, newest first."""
        ...

    async def review(self, event_id: int, *, who: str, for_person: bool) -> None:
        """Bring a message that was set aside to a person, or let it rest; raises UnknownItemError."""
        ...

    async def gaps(self, *, limit: int = 100) -> Sequence[Gap]:
        """Return the gaps that nobody has seen yet, newest first."""
        ...

    async def see_gap(self, gap: int, *, who: str) -> None:
        """Note that a person has seen a gap; raises UnknownItemError when there is none to see."""
        ...

    async def undelivered(self, *, limit: int = 100) -> Sequence[Undelivered]:
        """Return what is parked, newest first."""
        ...

    async def entries(self, *, everything: bool = False, limit: int = 500) -> Sequence[QueueEntry]:
        """Return what needs a person, safety first, then heavier and older; all unfinished on demand."""
        ...

    async def waiting(self) -> int:
        """Count the items that need a person."""
        ...

    async def entry(self, item: int) -> QueueEntry:
        """Return one item; raises UnknownItemError."""
        ...

    async def find(self, ending: str) -> Sequence[int]:
        """Return the ids of unfinished items whose key ends like this."""
        ...

    async def history(self, conversation: int, *, limit: int = 100, before: str = "") -> Sequence[Line]:
        """Return the newest lines of a conversation, oldest first; what has not left yet stands last.

        ``before``: the place of a line, for the lines above it; raises UnknownItemError for no place.
        """
        ...

    async def move(
        self, item: int, *, who: str, change: Callable[[QueueEntry], Move], once: str = ""
    ) -> Handoff:
        """Apply a pure change to an item inside one transaction, with its event and audit line.

        ``once``: the key of the act behind it. Of moves with the same key only the first is made; any
        other returns the item as it stands.
        """
        ...

    async def keep_draft(self, item: int, *, who: str, text: str, once: str = "") -> bool:
        """Keep what the owner of a claimed item has written so far; tell whether it is theirs to write.

        It counts as a sign of life; it is no move, so the record and the pulse stay as they are. ``once``
        is the key of an act, as for a move.
        """
        ...

    async def tend(self, *, now: datetime) -> int:
        """Return idle claims, wake snoozed items, archive quiet answered ones; say how many moved."""
        ...

    async def waiting_record(self, lane: Lane, *, now: datetime) -> Mapping[timedelta, tuple[int, int]]:
        """For each T: items opened between 30 days and T ago, and how many were answered within T."""
        ...


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in to the console."""

    who: str
    begun_at: datetime
    until: datetime


class Sessions(Protocol):
    """Who is signed in. Keys are secrets of the browser; only their SHA-256, in hex, is kept."""

    async def begin(self, key_hash: str, *, who: str, now: datetime, until: datetime) -> None:
        """Sign somebody in; on record in the audit."""
        ...

    async def find(self, key_hash: str, *, now: datetime) -> Session | None:
        """Return the session with this key, None when there is none, it ended or its time passed."""
        ...

    async def end(self, key_hash: str) -> None:
        """Sign one session out."""
        ...

    async def end_all(self, *, who: str = "") -> int:
        """Sign everybody out, or one person everywhere; return how many sessions that ended."""
        ...


class Secrets(Protocol):
    """Random keys that belong to the store, made when they are first asked for."""

    async def secret(self, name: str) -> bytes:
        """Return the 32 bytes kept under this name."""
        ...


class Switches(Protocol):
    """The few things that a person turns on and off for the whole store."""

    async def paused(self) -> bool:
        """Tell whether automatic sending is paused."""
        ...

    async def pause(self, *, who: str, now: datetime, paused: bool) -> None:
        """Pause or resume; on record with who and when."""
        ...

    async def last_alive(self) -> datetime | None:
        """Return when an engine last was at work on this store."""
        ...


class Lease(Protocol):
    """Make sure that one engine alone works on a store."""

    async def acquire(self, *, holder: str, now: datetime) -> None:
        """Take the engine's lease or raise LeaseTakenError; a dead holder's lease is free at once."""
        ...

    async def renew(self, *, now: datetime) -> None:
        """Say that the engine is at work; raises LeaseTakenError when it was lost."""
        ...

    async def release(self, *, now: datetime) -> None:
        """Give the lease back."""
        ...


class Archive(Protocol):
    """The store as a whole: out, in, and put by."""

    def export(self, *, fan: str | None = None) -> AsyncIterator[Mapping[str, object]]:
        """Yield everything, or one fan's (``platform:user``), as JSON-ready records with a ``type``."""
        ...

    async def backup(self, target: Path) -> None:
        """Write a consistent copy of the store to a new file, also beside a running engine."""
        ...

    async def restored(self, *, backup_at: datetime, now: datetime) -> int:
        """Make a restored copy safe (G5): park what was on its way, charge the cap for the time between."""
        ...


class Store(Protocol):
    """Everything above over one database."""

    @property
    def inbox(self) -> Inbox: ...
    @property
    def journal(self) -> Journal: ...
    @property
    def outbox(self) -> OutboxStore: ...
    @property
    def desk(self) -> Desk: ...
    @property
    def cards(self) -> Cards: ...
    @property
    def switches(self) -> Switches: ...
    @property
    def sessions(self) -> Sessions: ...
    @property
    def secrets(self) -> Secrets: ...
    @property
    def correspondence(self) -> Correspondence: ...
    @property
    def lease(self) -> Lease: ...
    @property
    def archive(self) -> Archive: ...

    async def close(self) -> None:
        """Finish what is queued and let go of the database."""
        ...
