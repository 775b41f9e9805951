"""Every platform event, kept once before anything else happens to it."""

import zlib
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from sqlalchemy import Connection

from fanbot.domain.messages import Address, Attachment, Author, EventKey, Inbound, Kind
from fanbot.ports.ids import Ids
from fanbot.ports.store import Pending
from fanbot.storage import bulk, reach, tables
from fanbot.storage.pulse import beat
from fanbot.storage.times import moment, stamp
from fanbot.storage.writer import Reader, Writer

PARTS = 64
"""Conversations are spread over this many parts, so that several workers can share a store later."""

_SPOKEN = (Kind.MESSAGE, Kind.PRESS)
_EVENTS = tables.table(tables.Event)
_VERSIONS = tables.table(tables.Version)
_ATTACHMENTS = tables.table(tables.Attachment)
_REACTIONS = tables.table(tables.Reaction)
_CONVERSATIONS = tables.table(tables.Conversation)
_FANS = tables.table(tables.Fan)
_IDENTITIES = tables.table(tables.Identity)
_CONSENTS = tables.table(tables.Consent)

EVENT_COLUMNS = (
    "e.id, e.key, e.conversation_id, e.fan_id, e.user, e.message, e.kind, e.received_at, e.sent_at,"
    " e.reply_to, e.mentioned, e.bot, e.own, e.files, e.attempts, v.text, r.emoji,"
    " c.platform, c.account, c.channel, c.thread, c.direct, f.name"
).replace("e.user", 'e."user"')
EVENT_JOINS = (
    "event e JOIN conversation c ON c.id = e.conversation_id JOIN fan f ON f.id = e.fan_id"
    " LEFT JOIN version v ON v.event_id = e.id LEFT JOIN reaction r ON r.event_id = e.id"
)
PENDING = f"SELECT {EVENT_COLUMNS} FROM {EVENT_JOINS} WHERE NOT e.decided ORDER BY e.id LIMIT ?"  # noqa: S608


class SqlInbox:
    """The inbox over one writer and its readers."""

    def __init__(self, *, writer: Writer, reader: Reader, ids: Ids) -> None:
        self._writer = writer
        self._reader = reader
        self._ids = ids

    async def append(self, events: Sequence[Inbound]) -> Sequence[Pending | None]:
        """Keep the events once each; see ports.store.Inbox."""
        return await self._writer.run(
            lambda connection: _append(connection, events, self._ids), rows=len(events)
        )

    async def pending(self, *, limit: int) -> Sequence[Pending]:
        """Return the oldest undecided events in order."""
        return await self._reader.run(lambda connection: _pending(connection, limit))


def _append(connection: Connection, events: Sequence[Inbound], ids: Ids) -> Sequence[Pending | None]:
    fans, unreachable = _fans(connection, events, ids)
    conversations = _conversations(connection, events, fans, ids)
    waiting = [
        Pending(ids.new(), conversations[inbound.conversation_key], fans[reach.identity(inbound)], inbound)
        for inbound in events
    ]
    names = [str(inbound.event) for inbound in events]
    known: set[str] = {row[0] for row in bulk.gather(connection, "key", "event WHERE key IN ({keys})", names)}
    kept: list[Pending | None] = []
    rows: list[bulk.Row] = []
    for name, pending in zip(names, waiting, strict=True):
        new = name not in known
        known.add(name)
        kept.append(pending if new else None)
        if new:
            rows.append(_event_row(name, pending))
    bulk.insert(connection, _EVENTS, rows)
    _keep_contents(connection, [pending for pending in kept if pending is not None])
    if unreachable:
        fresh = [pending.inbound for pending in kept if pending is not None]
        reach.clear(connection, _back(fresh, unreachable))
    if rows:
        beat(connection)
    return kept


def _back(events: Sequence[Inbound], unreachable: AbstractSet[str]) -> AbstractSet[tuple[str, str]]:
    """Find who wrote in private again; what a fan says in public tells nothing of that."""
    return {
        (reach.identity(inbound), inbound.address.account)
        for inbound in events
        if inbound.direct and inbound.kind in _SPOKEN and reach.identity(inbound) in unreachable
    }


def _event_row(name: str, pending: Pending) -> bulk.Row:
    inbound = pending.inbound
    return (
        pending.event_id,
        name,
        pending.conversation_id,
        pending.fan_id,
        inbound.author.id,
        inbound.message,
        inbound.kind.value,
        stamp(inbound.received_at),
        stamp(inbound.sent_at),
        inbound.reply_to,
        inbound.mentioned,
        inbound.author.bot,
        inbound.author.own,
        bool(inbound.attachments),
        False,
        0,
    )


def _keep_contents(connection: Connection, new: Sequence[Pending]) -> None:
    versions: list[bulk.Row] = []
    reactions: list[bulk.Row] = []
    files: list[bulk.Row] = []
    for pending in new:
        event, inbound = pending.event_id, pending.inbound
        (reactions if inbound.kind is Kind.REACTION else versions).append((event, inbound.text))
        files.extend(
            (event, number, file.reference, file.name, file.media_type, file.size)
            for number, file in enumerate(inbound.attachments)
        )
    bulk.insert(connection, _VERSIONS, versions)
    bulk.insert(connection, _REACTIONS, reactions)
    bulk.insert(connection, _ATTACHMENTS, files)


def _fans(
    connection: Connection, events: Sequence[Inbound], ids: Ids
) -> tuple[Mapping[str, int], AbstractSet[str]]:
    """Find or make the fans; return them by their identities, and who of these cannot be reached."""
    writers: dict[str, Inbound] = {}
    names: dict[str, str] = {}
    for inbound in events:
        key = reach.identity(inbound)
        writers.setdefault(key, inbound)
        names[key] = inbound.author.name or names.get(key, "")
    known: dict[str, int] = {}
    renamed: list[tuple[str, int]] = []
    unreachable: set[str] = set()
    for key, fan, name, lost in bulk.gather(
        connection,
        "i.key, f.id, f.name, i.unreachable_at",
        "identity i JOIN fan f ON f.id = i.fan_id WHERE i.key IN ({keys})",
        list(writers),
    ):
        known[key] = fan
        if names[key] not in ("", name):
            renamed.append((names[key], fan))
        if lost is not None:
            unreachable.add(key)
    for name, fan in renamed:
        bulk.run(connection, "UPDATE fan SET name = ? WHERE id = ?", name, fan)
    new = {key: inbound for key, inbound in writers.items() if key not in known}
    if not new:
        return known, unreachable
    fans: list[bulk.Row] = []
    identities: list[bulk.Row] = []
    consents: list[bulk.Row] = []
    for key, inbound in new.items():
        fan, at = ids.new(), stamp(inbound.received_at)
        known[key] = fan
        fans.append((fan, at, names[key], None, None))
        identities.append((key, inbound.address.platform, inbound.author.id, fan, None, None, None))
        if not (inbound.author.bot or inbound.author.own):
            consents.append((ids.new(), fan, at, "conversation", str(inbound.event)))
    bulk.insert(connection, _FANS, fans)
    bulk.insert(connection, _IDENTITIES, identities)
    bulk.insert(connection, _CONSENTS, consents)
    return known, unreachable


def _conversations(
    connection: Connection, events: Sequence[Inbound], fans: Mapping[str, int], ids: Ids
) -> dict[str, int]:
    places: dict[str, Inbound] = {}
    for inbound in events:
        places.setdefault(inbound.conversation_key, inbound)
    known: dict[str, int] = dict(
        bulk.gather(connection, "key, id", "conversation WHERE key IN ({keys})", list(places))
    )
    rows: list[bulk.Row] = []
    for key, inbound in places.items():
        if key in known:
            continue
        known[key] = ids.new()
        place = inbound.address
        rows.append(
            (
                known[key],
                key,
                zlib.crc32(key.encode()) % PARTS,
                place.platform,
                place.account,
                place.channel,
                place.thread,
                inbound.direct,
                fans[reach.identity(inbound)],
                None,
                None,
                None,
                None,
            )
        )
    bulk.insert(connection, _CONVERSATIONS, rows)
    return known


def _pending(connection: Connection, limit: int) -> Sequence[Pending]:
    rows = bulk.rows(connection, PENDING, limit)
    return pending_from_rows(connection, rows)


def pending_from_rows(connection: Connection, rows: Sequence[Any]) -> list[Pending]:
    """Make values of rows of EVENT_COLUMNS, with their attachments."""
    with_files = [row[0] for row in rows if row[13]]
    files: dict[object, list[Attachment]] = {}
    for event, reference, name, media_type, size in bulk.fetch(
        connection,
        "SELECT event_id, reference, name, media_type, size FROM attachment"
        " WHERE event_id IN ({keys}) ORDER BY event_id, number",
        with_files,
    ):
        files.setdefault(event, []).append(Attachment(reference, name, media_type, size))
    return [_pending_value(row, tuple(files.get(row[0], ()))) for row in rows]


def _pending_value(row: Any, files: tuple[Attachment, ...]) -> Pending:
    (
        event_id, key, conversation, fan, user, message, kind, received, sent, reply_to, mentioned, bot,
        own, _has_files, attempts, text, emoji, platform, account, channel, thread, direct, name,
    ) = row  # fmt: skip
    what = Kind(kind)
    revision = key.rsplit("/", 1)[1].replace("%2F", "/").replace("%25", "%")
    inbound = Inbound(
        event=EventKey(platform, account, channel, message, what, revision),
        message=message,
        address=Address(platform, account, channel, thread),
        author=Author(user, name, bot=bool(bot), own=bool(own)),
        text=(emoji if what is Kind.REACTION else text) or "",
        received_at=moment(received),
        kind=what,
        sent_at=moment(sent),
        attachments=files,
        reply_to=reply_to,
        direct=bool(direct),
        mentioned=bool(mentioned),
    )
    return Pending(event_id, conversation, fan, inbound, attempts)
