"""The tables; times are whole microseconds since 1970 in UTC, ids are 63-bit and ordered by time."""

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text, desc, text
from sqlmodel import Field, SQLModel

_WIDE = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite's INTEGER holds 64 bits, and only as INTEGER is a primary key the row's own place."""


def _big(*, primary_key: bool = False, nullable: bool = False) -> Column[int]:
    return Column(_WIDE, primary_key=primary_key, nullable=nullable, autoincrement=False)


def _text(*, primary_key: bool = False, nullable: bool = False) -> Column[str]:
    return Column(Text, primary_key=primary_key, nullable=nullable)


UNFINISHED = "state IN ('waiting', 'claimed', 'snoozed', 'escalated', 'answered')"
NEEDS_PERSON = "state IN ('waiting', 'claimed', 'snoozed', 'escalated')"
ON_ITS_WAY = "state IN ('ready', 'queued', 'sending')"
EXEMPT_FROM_PAUSE = "state IN ('ready', 'queued') AND (safety OR kind IN ('human', 'acknowledgement'))"
"""What waits and goes out also while automatic sending is paused (P1, P2)."""
KEPT_HERE = "reference LIKE 'file:%'"
"""What was sent to us and is kept beside the store."""
WATCHED = "state <> 'away'"
"""Cards that are looked at whenever the queue changes."""
SET_ASIDE = "route = 'quarantine' AND reviewed_at IS NULL"
"""What looked like spam and was not reviewed yet (P15)."""


class Fan(SQLModel, table=True):
    """A person who wrote; consent, ledger and items hang here, identities point here."""

    id: int = Field(sa_column=_big(primary_key=True))
    created_at: int = Field(sa_column=_big())
    name: str = Field(default="", sa_column=_text())
    blocked_at: int | None = Field(default=None, sa_column=_big(nullable=True))
    opted_out_at: int | None = Field(default=None, sa_column=_big(nullable=True))


class Identity(SQLModel, table=True):
    """A user of one platform; ``key`` is ``platform/user``.

    ``unreachable_at``: since when it is known that they cannot be written to in private, why (a
    domain.reach.Barrier), and which account was told so.
    """

    key: str = Field(sa_column=_text(primary_key=True))
    platform: str = Field(sa_column=_text())
    user: str = Field(sa_column=_text())
    fan_id: int = Field(sa_column=_big())
    unreachable_at: int | None = Field(default=None, sa_column=_big(nullable=True))
    unreachable_why: str | None = Field(default=None, sa_column=_text(nullable=True))
    unreachable_account: str | None = Field(default=None, sa_column=_text(nullable=True))
    __table_args__ = (Index("identity_fan", "fan_id"),)


class Consent(SQLModel, table=True):
    """What a fan agreed to or refused, when, and by which act."""

    id: int = Field(sa_column=_big(primary_key=True))
    fan_id: int = Field(sa_column=_big())
    at: int = Field(sa_column=_big())
    what: str = Field(sa_column=_text())
    source: str = Field(sa_column=_text())
    __table_args__ = (Index("consent_fan", "fan_id", "id"),)


class Conversation(SQLModel, table=True):
    """A place, and in a shared channel also the fan; order, hush and clarifying hang here."""

    id: int = Field(sa_column=_big(primary_key=True))
    key: str = Field(sa_column=_text())
    part: int = Field(sa_column=Column(Integer, nullable=False))
    platform: str = Field(sa_column=_text())
    account: str = Field(sa_column=_text())
    channel: str = Field(sa_column=_text())
    thread: str = Field(sa_column=_text())
    direct: bool
    fan_id: int = Field(sa_column=_big())
    introduced_at: int | None = Field(default=None, sa_column=_big(nullable=True))
    clarified_at: int | None = Field(default=None, sa_column=_big(nullable=True))
    hushed_until: int | None = Field(default=None, sa_column=_big(nullable=True))
    language: str | None = Field(default=None, sa_column=_text(nullable=True))
    __table_args__ = (
        Index("conversation_key", "key", unique=True),
        Index("conversation_fan", "fan_id"),
    )


class Event(SQLModel, table=True):
    """One platform event, once; ``decided`` turns when its decision is written."""

    id: int = Field(sa_column=_big(primary_key=True))
    key: str = Field(sa_column=_text())
    conversation_id: int = Field(sa_column=_big())
    fan_id: int = Field(sa_column=_big())
    user: str = Field(sa_column=_text())
    message: str = Field(sa_column=_text())
    kind: str = Field(sa_column=_text())
    received_at: int = Field(sa_column=_big())
    sent_at: int | None = Field(default=None, sa_column=_big(nullable=True))
    reply_to: str = Field(default="", sa_column=_text())
    mentioned: bool = False
    bot: bool = False
    own: bool = False
    files: bool = False
    decided: bool = False
    attempts: int = Field(default=0, sa_column=Column(Integer, nullable=False))
    __table_args__ = (
        Index("event_key", "key", unique=True),
        Index("event_conversation", "conversation_id", "id"),
        Index("event_fan", "fan_id", "id"),
        Index(
            "event_undecided",
            "id",
            sqlite_where=text("NOT decided"),
            postgresql_where=text("NOT decided"),
        ),
    )


class Version(SQLModel, table=True):
    """The words of a message as one event left them: the first version, or an edit."""

    event_id: int = Field(sa_column=_big(primary_key=True))
    text: str = Field(sa_column=_text())


class Attachment(SQLModel, table=True):
    """A file that came with an event."""

    event_id: int = Field(sa_column=_big(primary_key=True))
    number: int = Field(sa_column=Column(Integer, primary_key=True))
    reference: str = Field(sa_column=_text())
    name: str = Field(sa_column=_text())
    media_type: str = Field(sa_column=_text())
    size: int = Field(sa_column=_big())
    __table_args__ = (
        Index(
            "attachment_kept",
            "reference",
            sqlite_where=text(KEPT_HERE),
            postgresql_where=text(KEPT_HERE),
        ),
    )


class Upload(SQLModel, table=True):
    """A file that a fan sent to us, kept as bytes beside the store under its ``id``.

    ``owner`` is ``platform/user`` and empty once the file is to go; ``key`` is the owner's own name for
    the upload. ``wanted_at``: when it was kept, or last asked for by a message. ``named``: by a message.
    """

    id: str = Field(sa_column=_text(primary_key=True))
    owner: str = Field(sa_column=_text())
    key: str = Field(sa_column=_text())
    name: str = Field(sa_column=_text())
    media_type: str = Field(sa_column=_text())
    size: int = Field(sa_column=_big())
    digest: str = Field(sa_column=_text())
    kept_at: int = Field(sa_column=_big())
    wanted_at: int = Field(sa_column=_big())
    named: bool = False
    __table_args__ = (
        Index("upload_owner", "owner", "key", unique=True),
        Index("upload_kept", "kept_at"),
        Index(
            "upload_unnamed",
            "wanted_at",
            sqlite_where=text("NOT named"),
            postgresql_where=text("NOT named"),
        ),
    )


class Reaction(SQLModel, table=True):
    """An emoji that a fan put to a message."""

    event_id: int = Field(sa_column=_big(primary_key=True))
    emoji: str = Field(sa_column=_text())


class DecisionRow(SQLModel, table=True):
    """Where an event went and why; ``reasons`` is a JSON list of sentences.

    ``reviewed_at``: when a person looked at a message that was set aside. ``suggestions``: a JSON list of
    the templates that would have answered, NULL for none.
    """

    __tablename__ = "decision"
    event_id: int = Field(sa_column=_big(primary_key=True))
    decided_at: int = Field(sa_column=_big())
    route: str = Field(sa_column=_text())
    template: str | None = Field(default=None, sa_column=_text(nullable=True))
    lane: str | None = Field(default=None, sa_column=_text(nullable=True))
    confidence: float | None = None
    language: str | None = Field(default=None, sa_column=_text(nullable=True))
    reasons: str = Field(sa_column=_text())
    reviewed_at: int | None = Field(default=None, sa_column=_big(nullable=True))
    suggestions: str | None = Field(default=None, sa_column=_text(nullable=True))
    __table_args__ = (
        Index(
            "decision_set_aside",
            "event_id",
            sqlite_where=text(SET_ASIDE),
            postgresql_where=text(SET_ASIDE),
        ),
    )


class HandoffRow(SQLModel, table=True):
    """An item for a person. ``rank`` orders lanes; ``weighed_day`` is the UTC day it last gained weight.

    ``why_event_id`` names the message that brought the item into its lane, and with it the reasons.
    """

    __tablename__ = "handoff"
    id: int = Field(sa_column=_big(primary_key=True))
    conversation_id: int = Field(sa_column=_big())
    fan_id: int = Field(sa_column=_big())
    family: str = Field(sa_column=_text())
    lane: str = Field(sa_column=_text())
    rank: int = Field(sa_column=Column(Integer, nullable=False))
    state: str = Field(sa_column=_text())
    opened_at: int = Field(sa_column=_big())
    touched_at: int = Field(sa_column=_big())
    weight: int = Field(default=1, sa_column=Column(Integer, nullable=False))
    weighed_day: int = Field(sa_column=Column(Integer, nullable=False))
    messages: int = Field(default=1, sa_column=Column(Integer, nullable=False))
    why_event_id: int = Field(sa_column=_big())
    last_event_id: int = Field(sa_column=_big())
    topic: str = Field(default="", sa_column=_text())
    owner: str = Field(default="", sa_column=_text())
    claimed_at: int | None = Field(default=None, sa_column=_big(nullable=True))
    snoozed_until: int | None = Field(default=None, sa_column=_big(nullable=True))
    answered_at: int | None = Field(default=None, sa_column=_big(nullable=True))
    acknowledged_at: int | None = Field(default=None, sa_column=_big(nullable=True))
    draft: str = Field(default="", sa_column=_text())
    error: str = Field(default="", sa_column=_text())
    __table_args__ = (
        Index(
            "handoff_unfinished",
            "conversation_id",
            "family",
            unique=True,
            sqlite_where=text(UNFINISHED),
            postgresql_where=text(UNFINISHED),
        ),
        Index(
            "handoff_queue",
            "rank",
            desc("weight"),
            "opened_at",
            sqlite_where=text(NEEDS_PERSON),
            postgresql_where=text(NEEDS_PERSON),
        ),
        Index("handoff_fan", "fan_id", "id"),
        Index("handoff_record", "lane", "opened_at"),
        Index(
            "handoff_answered",
            "touched_at",
            sqlite_where=text("state = 'answered'"),
            postgresql_where=text("state = 'answered'"),
        ),
        Index(
            "handoff_claimed",
            "touched_at",
            sqlite_where=text("state = 'claimed'"),
            postgresql_where=text("state = 'claimed'"),
        ),
        Index(
            "handoff_snoozed",
            "snoozed_until",
            sqlite_where=text("state = 'snoozed'"),
            postgresql_where=text("state = 'snoozed'"),
        ),
    )


class HandoffEvent(SQLModel, table=True):
    """What happened to an item: a message joined, a person moved it. Append-only."""

    __tablename__ = "handoff_event"
    id: int = Field(sa_column=_big(primary_key=True))
    handoff_id: int = Field(sa_column=_big())
    at: int = Field(sa_column=_big())
    who: str = Field(sa_column=_text())
    what: str = Field(sa_column=_text())
    event_id: int | None = Field(default=None, sa_column=_big(nullable=True))
    detail: str = Field(default="{}", sa_column=_text())
    __table_args__ = (Index("handoff_event_item", "handoff_id", "id"),)


class OutboxRow(SQLModel, table=True):
    """One part of one message that leaves. ``unit`` is the id of its first part.

    States: *ready* (first of its conversation), *queued* (behind another), *sending* (claimed),
    *sent*, *parked* (a person must look), *dropped* (expired or withdrawn).
    ``promoted``: None until it is handed to its platform, then whether a promo block goes with it; the text
    is frozen with that. None again only when it surely did not arrive.
    """

    __tablename__ = "outbox"
    id: int = Field(sa_column=_big(primary_key=True))
    unit: int = Field(sa_column=_big())
    part: int = Field(default=0, sa_column=Column(Integer, nullable=False))
    parts: int = Field(default=1, sa_column=Column(Integer, nullable=False))
    conversation_id: int = Field(sa_column=_big())
    fan_id: int = Field(sa_column=_big())
    event_id: int | None = Field(default=None, sa_column=_big(nullable=True))
    handoff_id: int | None = Field(default=None, sa_column=_big(nullable=True))
    destination: str = Field(sa_column=_text())
    kind: str = Field(sa_column=_text())
    body: str = Field(sa_column=_text())
    promo: str = Field(default="", sa_column=_text())
    promoted: bool | None = None
    reserved_day: int | None = Field(default=None, sa_column=Column(Integer, nullable=True))
    in_reply_to: str = Field(default="", sa_column=_text())
    template: str = Field(default="", sa_column=_text())
    signal: str = Field(sa_column=_text())
    safety: bool = False
    choices: str = Field(default="", sa_column=_text())
    attachments: str = Field(default="", sa_column=_text())
    state: str = Field(sa_column=_text())
    not_before: int = Field(default=0, sa_column=_big())
    expires_at: int | None = Field(default=None, sa_column=_big(nullable=True))
    attempts: int = Field(default=0, sa_column=Column(Integer, nullable=False))
    claimed_at: int | None = Field(default=None, sa_column=_big(nullable=True))
    settled_at: int | None = Field(default=None, sa_column=_big(nullable=True))
    error: str = Field(default="", sa_column=_text())
    __table_args__ = (
        Index(
            "outbox_conversation",
            "conversation_id",
            "id",
            sqlite_where=text(ON_ITS_WAY),
            postgresql_where=text(ON_ITS_WAY),
        ),
        Index(
            "outbox_ready",
            "destination",
            "not_before",
            "id",
            sqlite_where=text("state = 'ready'"),
            postgresql_where=text("state = 'ready'"),
        ),
        Index(
            "outbox_exempt",
            "destination",
            "not_before",
            "id",
            sqlite_where=text(EXEMPT_FROM_PAUSE),
            postgresql_where=text(EXEMPT_FROM_PAUSE),
        ),
        Index(
            "outbox_parked",
            "id",
            sqlite_where=text("state = 'parked'"),
            postgresql_where=text("state = 'parked'"),
        ),
        Index("outbox_history", "conversation_id", "settled_at"),
    )


class Ledger(SQLModel, table=True):
    """What a scope (``fan:ID`` or ``channel:KEY``) received on one UTC day (days since 1970)."""

    scope: str = Field(sa_column=_text(primary_key=True))
    day: int = Field(sa_column=Column(Integer, primary_key=True))
    signal: int = Field(default=0, sa_column=Column(Integer, nullable=False))
    noise: int = Field(default=0, sa_column=Column(Integer, nullable=False))
    __table_args__ = ({"sqlite_with_rowid": False},)


class LedgerScope(SQLModel, table=True):
    """When a scope last had a promotion reserved; the scope ``""`` keeps the newest time of all."""

    __tablename__ = "ledger_scope"
    scope: str = Field(sa_column=_text(primary_key=True))
    latest_at: int = Field(sa_column=_big())


class Told(SQLModel, table=True):
    """When a fan last received a template; the same one again within the gap is neutral."""

    fan_id: int = Field(sa_column=_big(primary_key=True))
    template: str = Field(sa_column=_text(primary_key=True))
    at: int = Field(sa_column=_big())
    __table_args__ = ({"sqlite_with_rowid": False},)


class Restoration(SQLModel, table=True):
    """A backup that was put in place; the cap charges every scope for the time in between."""

    id: int = Field(sa_column=_big(primary_key=True))
    backup_at: int = Field(sa_column=_big())
    restored_at: int = Field(sa_column=_big())


class Audit(SQLModel, table=True):
    """Who did what. Append-only."""

    id: int = Field(sa_column=_big(primary_key=True))
    at: int = Field(sa_column=_big())
    who: str = Field(sa_column=_text())
    what: str = Field(sa_column=_text())
    target: str = Field(default="", sa_column=_text())
    detail: str = Field(default="{}", sa_column=_text())


class DeadLetter(SQLModel, table=True):
    """Something that could not go its way, kept with the reason."""

    __tablename__ = "dead_letter"
    id: int = Field(sa_column=_big(primary_key=True))
    at: int = Field(sa_column=_big())
    sort: str = Field(sa_column=_text())
    reference: str = Field(sa_column=_text())
    error: str = Field(sa_column=_text())


class GapRow(SQLModel, table=True):
    """What fans wrote and nobody can read any more; ``since`` is when the last was read."""

    __tablename__ = "gap"
    id: int = Field(sa_column=_big(primary_key=True))
    at: int = Field(sa_column=_big())
    destination: str = Field(sa_column=_text())
    place: str = Field(sa_column=_text())
    why: str = Field(sa_column=_text())
    since: int | None = Field(default=None, sa_column=_big(nullable=True))
    seen_at: int | None = Field(default=None, sa_column=_big(nullable=True))
    __table_args__ = (
        Index(
            "gap_unseen",
            "id",
            sqlite_where=text("seen_at IS NULL"),
            postgresql_where=text("seen_at IS NULL"),
        ),
    )


class LeaseRow(SQLModel, table=True):
    """Who works on this store alone, and when it last said so."""

    __tablename__ = "lease"
    name: str = Field(sa_column=_text(primary_key=True))
    holder: str = Field(sa_column=_text())
    taken_at: int = Field(sa_column=_big())
    renewed_at: int = Field(sa_column=_big())


class Switch(SQLModel, table=True):
    """Something a person turned on or off for the whole store."""

    name: str = Field(sa_column=_text(primary_key=True))
    value: bool
    at: int = Field(sa_column=_big())
    who: str = Field(sa_column=_text())


class SessionRow(SQLModel, table=True):
    """Somebody who is signed in; ``key_hash`` is the SHA-256, in hex, of what the browser holds."""

    __tablename__ = "session"
    key_hash: str = Field(sa_column=_text(primary_key=True))
    who: str = Field(sa_column=_text())
    begun_at: int = Field(sa_column=_big())
    until: int = Field(sa_column=_big())
    __table_args__ = (Index("session_who", "who"),)


class SecretRow(SQLModel, table=True):
    """Random bytes that belong to this store, in hex; never exported."""

    __tablename__ = "secret"
    name: str = Field(sa_column=_text(primary_key=True))
    value: str = Field(sa_column=_text())


class PulseRow(SQLModel, table=True):
    """How often anything changed that a reader of the queue or of a conversation would see."""

    __tablename__ = "pulse"
    name: str = Field(sa_column=_text(primary_key=True))
    beats: int = Field(sa_column=_big())


class CardRow(SQLModel, table=True):
    """The team's card of an item in one room; see ports.cards. ``told`` is a JSON list of digests."""

    __tablename__ = "card"
    item: int = Field(sa_column=_big(primary_key=True))
    destination: str = Field(sa_column=_text(primary_key=True))
    thread: str = Field(sa_column=_text())
    message: str = Field(sa_column=_text())
    state: str = Field(sa_column=_text())
    opened: int = Field(default=0, sa_column=Column(Integer, nullable=False))
    shown: str = Field(default="", sa_column=_text())
    told: str = Field(default="[]", sa_column=_text())
    told_at: str = Field(default="", sa_column=_text())
    error: str = Field(default="", sa_column=_text())
    made_at: int = Field(sa_column=_big())
    changed_at: int = Field(sa_column=_big())
    __table_args__ = (
        Index(
            "card_watched",
            "destination",
            sqlite_where=text(WATCHED),
            postgresql_where=text(WATCHED),
        ),
        Index("card_thread", "destination", "thread"),
    )


class CardElsewhereRow(SQLModel, table=True):
    """Another thread in which a card of an item stands: an older one that nobody keeps in step."""

    __tablename__ = "card_elsewhere"
    destination: str = Field(sa_column=_text(primary_key=True))
    thread: str = Field(sa_column=_text(primary_key=True))
    item: int = Field(sa_column=_big())
    __table_args__ = (Index("card_elsewhere_item", "item"),)


class ActRow(SQLModel, table=True):
    """What a person did on a platform, once under its ``key``; ``told`` is what was said to it, as JSON."""

    __tablename__ = "act"
    key: str = Field(sa_column=_text(primary_key=True))
    at: int = Field(sa_column=_big())
    item: int | None = Field(default=None, sa_column=_big(nullable=True))
    told: str = Field(default="", sa_column=_text())
    __table_args__ = (Index("act_at", "at"), Index("act_item", "item"))


def table(model: type[SQLModel]) -> Table:
    """Return the Core table behind a model."""
    found = SQLModel.metadata.tables[str(model.__tablename__)]
    assert isinstance(found, Table)  # noqa: S101 - narrows a type that SQLModel leaves open
    return found
