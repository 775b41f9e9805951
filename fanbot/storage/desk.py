"""The human queue: what waits, its history, and the moves of people, one transaction each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection

from fanbot.domain.handoffs import ARCHIVE_AFTER, CLAIM_IDLE, Handoff, Lane
from fanbot.errors import UnknownItemError
from fanbot.policy.waiting import LADDER
from fanbot.ports.ids import Ids
from fanbot.ports.store import Gap, Line, Move, QueueEntry, SetAside, Undelivered
from fanbot.storage import bulk, reach, tables
from fanbot.storage.acts import first
from fanbot.storage.gaps import see, unseen
from fanbot.storage.history import history
from fanbot.storage.inbox import EVENT_COLUMNS, EVENT_JOINS, pending_from_rows
from fanbot.storage.items import HANDOFF_COLUMNS, handoff, keep
from fanbot.storage.keys import read, unknown, written
from fanbot.storage.outbox_rows import Draft, enqueue
from fanbot.storage.pulse import beat, felt, felt_of
from fanbot.storage.recall import take_back
from fanbot.storage.review import review, set_aside, undelivered
from fanbot.storage.times import stamp
from fanbot.storage.writer import Reader, Writer

_EVENTS = tables.table(tables.HandoffEvent)
_AUDIT = tables.table(tables.Audit)
_WIDTH = len(HANDOFF_COLUMNS.split(","))

ENTRIES = (
    f"SELECT {HANDOFF_COLUMNS}, h.messages, h.error, d.reasons, c.language, d.suggestions,"  # noqa: S608
    f" {EVENT_COLUMNS} FROM handoff h"
    f" JOIN {EVENT_JOINS.replace('event e', 'event e ON e.id = h.last_event_id', 1)}"
    " LEFT JOIN decision d ON d.event_id = h.why_event_id"
)
_ORDER = "ORDER BY h.rank, h.weight DESC, h.opened_at"
UNFINISHED = (
    f"{ENTRIES} WHERE h.id IN (SELECT h.id FROM handoff h WHERE h.{tables.UNFINISHED} {_ORDER} LIMIT ?)"  # noqa: S608
    f" {_ORDER}"
)
WAITING = UNFINISHED.replace(_ORDER, f"AND h.{tables.NEEDS_PERSON} {_ORDER}", 1)

RELEASE_HUSH = (
    "UPDATE conversation SET hushed_until = NULL WHERE id = ? AND NOT EXISTS ("  # noqa: S608 - our own words
    f"SELECT 1 FROM handoff WHERE conversation_id = ? AND {tables.UNFINISHED} AND state = 'claimed')"
)
"""Whoever else still holds an item of the conversation is still in it."""

_KEEP_DRAFT = "UPDATE handoff SET draft = ?, touched_at = ? WHERE id = ? AND state = 'claimed' AND owner = ?"
"""Who writes gives a sign of life."""
_THEIRS = "SELECT id FROM handoff WHERE id = ? AND state = 'claimed' AND owner = ?"


class SqlDesk:
    """The desk over one writer and its readers."""

    def __init__(self, *, writer: Writer, reader: Reader, ids: Ids, now: Callable[[], datetime]) -> None:
        self._writer = writer
        self._reader = reader
        self._ids = ids
        self._now = now

    async def pulse(self) -> str:
        """Return a word that changes whenever the queue or a conversation changes."""
        return await self._reader.run(felt)

    async def pulse_of(self, item: int) -> str:
        """Return a word that changes whenever an item or its conversation does; raises UnknownItemError."""
        return await self._reader.run(lambda c: felt_of(c, item))

    async def set_aside(self, *, limit: int = 100) -> Sequence[SetAside]:
        """Return what was set aside and not reviewed yet, newest first."""
        return await self._reader.run(lambda c: set_aside(c, limit))

    async def review(self, event_id: int, *, who: str, for_person: bool) -> None:
        """Bring a message that was set aside to a person, or let it rest."""
        now = self._now()
        await self._writer.run(
            lambda c: review(c, event_id, who=who, for_person=for_person, now=now, ids=self._ids)
        )

    async def gaps(self, *, limit: int = 100) -> Sequence[Gap]:
        """Return the gaps that nobody has seen yet, newest first."""
        return await self._reader.run(lambda c: unseen(c, limit))

    async def see_gap(self, gap: int, *, who: str) -> None:
        """Note that a person has seen a gap."""
        now = self._now()
        await self._writer.run(lambda c: see(c, gap, who=who, now=now, ids=self._ids))

    async def undelivered(self, *, limit: int = 100) -> Sequence[Undelivered]:
        """Return what is parked, newest first."""
        return await self._reader.run(lambda c: undelivered(c, limit))

    async def keep_draft(self, item: int, *, who: str, text: str, once: str = "") -> bool:
        """Keep what the owner of a claimed item has written so far; tell whether it is theirs to write."""
        at = stamp(self._now())

        def job(connection: Connection) -> bool:
            if once and not first(connection, once, at=at, item=item):
                return bulk.row(connection, _THEIRS, item, who) is not None
            return bulk.run(connection, _KEEP_DRAFT, text, at, item, who) > 0

        return await self._writer.run(job)

    async def entries(self, *, everything: bool = False, limit: int = 500) -> Sequence[QueueEntry]:
        """Return what needs a person."""
        query = UNFINISHED if everything else WAITING
        return await self._reader.run(lambda c: _entries(c, bulk.rows(c, query, limit)))

    async def waiting(self) -> int:
        """Count the items that need a person."""
        count = f"SELECT COUNT(*) FROM handoff WHERE {tables.NEEDS_PERSON}"  # noqa: S608 - our own words
        return await self._reader.run(lambda c: int((bulk.row(c, count) or (0,))[0]))

    async def entry(self, item: int) -> QueueEntry:
        """Return one item."""
        return await self._reader.run(lambda c: _entry(c, item))

    async def find(self, ending: str) -> Sequence[int]:
        """Return the ids of unfinished items whose key ends like this."""
        return await self._reader.run(lambda c: _find(c, ending.strip().lower()))

    async def history(self, conversation: int, *, limit: int = 100, before: str = "") -> Sequence[Line]:
        """Return the newest lines of a conversation, oldest first; those above a place on demand."""
        return await self._reader.run(lambda c: history(c, conversation, limit, before))

    async def move(
        self, item: int, *, who: str, change: Callable[[QueueEntry], Move], once: str = ""
    ) -> Handoff:
        """Apply a pure change to an item inside one transaction; once, if that has a key."""
        return await self._writer.run(lambda c: self._move(c, item, who, change, once))

    async def tend(self, *, now: datetime) -> int:
        """Return idle claims, wake snoozed items, archive quiet answered ones."""
        return await self._writer.run(lambda c: _tend(c, now, self._ids))

    async def waiting_record(self, lane: Lane, *, now: datetime) -> Mapping[timedelta, tuple[int, int]]:
        """Count for each T of the ladder what was opened and what was answered within T."""
        return await self._reader.run(lambda c: _record(c, lane, now))

    def _move(
        self, connection: Connection, item: int, who: str, change: Callable[[QueueEntry], Move], once: str
    ) -> Handoff:
        entry = _entry(connection, item)
        at = stamp(self._now())
        if once and not first(connection, once, at=at, item=item):
            return entry.handoff
        move = change(entry)
        if move.recall:
            text = take_back(connection, entry.handoff, at)
            move = replace(move, handoff=replace(move.handoff, draft=text))
        keep(connection, move.handoff)
        note = (self._ids.new(), item, at, who, move.event, None, orjson.dumps(move.detail).decode())
        bulk.insert(connection, _EVENTS, [note])
        audit = (self._ids.new(), at, who, f"handoff {move.event}", written(item), "{}")
        bulk.insert(connection, _AUDIT, [audit])
        if move.release_hush:
            bulk.run(connection, RELEASE_HUSH, entry.handoff.conversation_id, entry.handoff.conversation_id)
        elif move.hushed_until is not None:
            bulk.run(
                connection,
                "UPDATE conversation SET hushed_until = ? WHERE id = ?",
                stamp(move.hushed_until),
                entry.handoff.conversation_id,
            )
        drafts = [
            Draft(
                outbound, entry.handoff.conversation_id, entry.handoff.fan_id, event_id=None, handoff_id=item
            )
            for outbound in move.outbounds
        ]
        enqueue(connection, drafts, ids=self._ids, serving=None, at=at)
        beat(connection)
        return move.handoff


def _entry(connection: Connection, item: int) -> QueueEntry:
    rows = bulk.rows(connection, f"{ENTRIES} WHERE h.id = ?", item)
    if not rows:
        raise unknown(item)
    return _entries(connection, rows)[0]


def _entries(connection: Connection, rows: Sequence[Any]) -> list[QueueEntry]:
    latest = pending_from_rows(connection, [row[_WIDTH + 5 :] for row in rows])
    lost = reach.unreachable(connection, latest)
    return [
        QueueEntry(
            handoff=handoff(row[:_WIDTH]),
            latest=pending.inbound,
            messages=row[_WIDTH],
            reasons=tuple(orjson.loads(row[_WIDTH + 2] or "[]")),
            error=row[_WIDTH + 1],
            language=row[_WIDTH + 3],
            suggestions=tuple(orjson.loads(row[_WIDTH + 4] or "[]")),
            unreachable=lost.get(pending.event_id),
        )
        for row, pending in zip(rows, latest, strict=True)
    ]


def _find(connection: Connection, ending: str) -> Sequence[int]:
    """Find ids whose last digits are these; a key is its id in base 32."""
    if len(ending) > len(written(0)):
        return []
    try:
        digits = read(ending)
    except UnknownItemError:
        return []
    numbers = bulk.rows(
        connection,
        f"SELECT id FROM handoff WHERE {tables.UNFINISHED} AND id % ? = ?",  # noqa: S608 - our own words
        min(32 ** len(ending), 2**63 - 1),
        digits,
    )
    return sorted(row[0] for row in numbers)


def _tend(connection: Connection, now: datetime, ids: Ids) -> int:
    """Do in bulk what Handoff.lapse, wake and archive say of one item; tests hold the two together."""
    at = stamp(now)
    moves = (
        (
            "lapsed",
            (
                "UPDATE handoff SET state = 'waiting', owner = '', claimed_at = NULL, touched_at = ?"
                " WHERE state = 'claimed' AND touched_at <= ? RETURNING id"
            ),
            stamp(now - CLAIM_IDLE),
        ),
        (
            "woke",
            (
                "UPDATE handoff SET state = 'waiting', owner = '', snoozed_until = NULL, touched_at = ?"
                " WHERE state = 'snoozed' AND snoozed_until <= ? RETURNING id"
            ),
            at,
        ),
        (
            "archived",
            "UPDATE handoff SET state = 'archived' WHERE state = 'answered' AND touched_at <= ? RETURNING id",
            stamp(now - ARCHIVE_AFTER),
        ),
    )
    count = 0
    for event, query, limit in moves:
        parameters = (limit,) if event == "archived" else (at, limit)
        numbers = [row[0] for row in bulk.rows(connection, query, *parameters)]
        notes: list[bulk.Row] = [(ids.new(), number, at, "fanbot", event, None, "{}") for number in numbers]
        bulk.insert(connection, _EVENTS, notes)
        count += len(numbers)
    if count:
        beat(connection)
    return count


def _record(connection: Connection, lane: Lane, now: datetime) -> Mapping[timedelta, tuple[int, int]]:
    first = stamp(now - timedelta(days=30))
    result: dict[timedelta, tuple[int, int]] = {}
    for span in LADDER:
        row = bulk.row(
            connection,
            "SELECT COUNT(*), COALESCE(SUM(CASE WHEN answered_at IS NOT NULL AND answered_at - opened_at <= ?"
            " THEN 1 ELSE 0 END), 0) FROM handoff WHERE lane = ? AND opened_at >= ? AND opened_at <= ?",
            span // timedelta(microseconds=1),
            lane.value,
            first,
            stamp(now - span),
        )
        result[span] = (int(row[0]), int(row[1])) if row else (0, 0)
    return result
