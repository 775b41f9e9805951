"""A conversation over time: what was heard, what was said, and what the team did, a page at a time."""

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
from sqlalchemy import Connection

from fanbot.domain.messages import Kind, called
from fanbot.errors import UnknownItemError
from fanbot.ports.store import Line
from fanbot.storage import bulk, tables
from fanbot.storage.outbox_rows import frozen
from fanbot.storage.times import moment

_END = 2**63 - 1
_FAR = 2_000
"""Events of a conversation that are looked through for another version of a message."""
_ITEMS = 200
"""Items of a fan, the newest, whose notes are looked for."""
_WORDS = frozenset({Kind.MESSAGE.value, Kind.EDIT.value})

_HEARD = (
    'SELECT e.id, e.received_at, e.fan_id, f.name, e."user", e.kind, e.message, e.files, v.text, r.emoji,'
    " d.route, d.reasons FROM event e JOIN fan f ON f.id = e.fan_id"
    " LEFT JOIN version v ON v.event_id = e.id LEFT JOIN reaction r ON r.event_id = e.id"
    " LEFT JOIN decision d ON d.event_id = e.id"
    " WHERE e.conversation_id = ? AND e.id < ? ORDER BY e.id DESC LIMIT ?"
)
_EARLIER = (
    "SELECT e.message, v.text FROM (SELECT id, message, kind FROM event WHERE conversation_id = ?"
    " AND id < ? ORDER BY id DESC LIMIT ?) e JOIN version v ON v.event_id = e.id"
    " WHERE e.kind IN ('message', 'edit') AND e.message IN ({keys}) ORDER BY e.id DESC"
)
_LATER = (
    "SELECT message, kind FROM (SELECT id, message, kind FROM event WHERE conversation_id = ?"
    " AND id >= ? ORDER BY id LIMIT ?) e WHERE kind IN ('edit', 'deletion') AND message IN ({keys})"
)
_FILES = (
    "SELECT event_id, number, name, media_type, size, reference FROM attachment"
    " WHERE event_id IN ({keys}) ORDER BY event_id, number"
)
_FANS = "SELECT fan_id FROM conversation WHERE id = ?"
_ITEMS_HERE = (
    "SELECT id, lane, conversation_id FROM handoff WHERE fan_id = ? AND id < ? ORDER BY id DESC LIMIT ?"
)
_NOTES = (
    "SELECT id, handoff_id, at, who, what, detail FROM handoff_event WHERE handoff_id IN ({keys})"
    " AND id > ? AND id < ? AND what NOT IN ('message', 'answered') ORDER BY id DESC LIMIT ?"
)
"""A message and a reply are lines of their own."""
_SAID = (
    "SELECT o.id, {at}, o.settled_at, o.kind, o.body, o.promo, o.promoted, o.state, o.error, o.template,"
    " o.not_before, o.handoff_id, CASE WHEN o.kind = 'human' THEN (SELECT n.who FROM handoff_event n"
    " WHERE n.handoff_id = o.handoff_id AND n.id < o.id AND n.what = 'answered'"
    " ORDER BY n.id DESC LIMIT 1) END FROM outbox o"
)
"""A reply is written in the transaction of its note, behind it; a fan's message may come between them."""
_SETTLED = (
    f"{_SAID.format(at='o.settled_at')} WHERE o.conversation_id = ? AND o.settled_at IS NOT NULL"
    " AND (o.settled_at, o.id) < (?, ?) ORDER BY o.settled_at DESC, o.id DESC LIMIT ?"
)
_WRITTEN_AT = (
    "COALESCE(o.claimed_at, (SELECT n.at FROM handoff_event n WHERE n.handoff_id = o.handoff_id"
    " AND n.id < o.id AND n.what <> 'message' ORDER BY n.id DESC LIMIT 1),"
    " (SELECT d.decided_at FROM decision d WHERE d.event_id = o.event_id), o.not_before)"
)
_UNSETTLED = (
    f"{_SAID.format(at=_WRITTEN_AT)} WHERE o.conversation_id = ? AND o.{tables.ON_ITS_WAY}"
    " ORDER BY o.id DESC LIMIT ?"
)


@dataclass(frozen=True, slots=True)
class Place:
    """How far back a conversation was read: its oldest event, note and settled message so far."""

    event: int = _END
    note: int = _END
    settled_at: int = _END
    settled: int = _END

    def written(self) -> str:
        """Write the place down, to go on from there."""
        return f"{self.event}-{self.note}-{self.settled_at}-{self.settled}"

    @classmethod
    def read(cls, text: str) -> "Place":
        """Read a place; empty is the end of the conversation. Raises UnknownItemError.

        >>> Place.read(Place(3, 2, 1, 0).written())
        Place(event=3, note=2, settled_at=1, settled=0)
        """
        if not text:
            return cls()
        parts = text.split("-")
        if len(parts) != 4 or not all(p.isascii() and p.isdigit() and len(p) <= 19 for p in parts):
            raise UnknownItemError("There is no such place in the conversation.")
        event, note, settled_at, settled = (min(int(part), _END) for part in parts)
        return cls(event, note, settled_at, settled)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line with what orders it, and the places that it moves."""

    at: int
    id: int
    line: Line
    moves: Mapping[str, int]


def history(connection: Connection, conversation: int, limit: int, before: str = "") -> Sequence[Line]:
    """Return the newest lines before a place, oldest first; what has not left stands at the very end.

    Each line names its place, as ``before`` for the lines above it. However long a conversation is,
    a page reads by index what stands on it and little more.
    """
    place = Place.read(before)
    if limit < 1:
        return []
    rows = bulk.rows(connection, _HEARD, conversation, place.event, limit)
    floor = rows[-1][0] if len(rows) == limit else 0
    fans = {row[2] for row in rows} | {row[0] for row in bulk.rows(connection, _FANS, conversation)}
    items = _items(connection, conversation, fans, place.note)
    sources = [
        _heard(connection, conversation, rows),
        _noted(connection, items, floor, place.note, limit),
        _said(bulk.rows(connection, _SETTLED, conversation, place.settled_at, place.settled, limit)),
    ]
    waiting = _said(bulk.rows(connection, _UNSETTLED, conversation, limit)) if not before else ()
    lines: list[Line] = []
    merged = heapq.merge(*sources, key=lambda entry: (entry.at, entry.id), reverse=True)
    for entry in (*waiting, *merged):
        if len(lines) == limit:
            break
        place = replace(place, **entry.moves)
        lines.append(replace(entry.line, place=place.written()))
    return lines[::-1]


def _heard(connection: Connection, conversation: int, rows: Sequence[Any]) -> Iterator[_Entry]:
    before = _before(connection, conversation, rows)
    later = _later(connection, conversation, rows)
    files = _files(connection, [row[0] for row in rows if row[7]])
    for number, received, _, name, user, kind, message, _, text, emoji, route, reasons in rows:
        detail: dict[str, object] = {
            "kind": kind,
            "route": route,
            "reasons": orjson.loads(reasons or "[]"),
            "message": message,
        }
        if number in before:
            detail["before"] = before[number]
        if kind in _WORDS and message in later:
            detail["later"] = later[message]
        if number in files:
            detail["attachments"] = files[number]
        line = Line(moment(received), "inbound", called(name, user), emoji or text or "", detail)
        yield _Entry(received, number, line, {"event": number})


def _before(connection: Connection, conversation: int, rows: Sequence[Any]) -> Mapping[int, str]:
    """Find what a message said before each change of it."""
    found: dict[int, str] = {}
    changed: dict[str, int] = {}
    for number, *_, kind, message, _, text, _, _, _ in rows:
        if kind in _WORDS and message in changed:
            found[changed.pop(message)] = text or ""
        if kind in (Kind.EDIT, Kind.DELETION):
            changed[message] = number
    if changed:
        arguments = (conversation, rows[-1][0], _FAR)
        for message, text in bulk.fetch(connection, _EARLIER, list(changed), before=arguments):
            if message in changed:
                found[changed.pop(message)] = text
    return found


def _later(connection: Connection, conversation: int, rows: Sequence[Any]) -> Mapping[str, str]:
    """Find which messages were taken back, or else changed, since they were written."""
    messages = sorted({row[6] for row in rows if row[5] == Kind.MESSAGE or row[5] == Kind.EDIT})
    if not messages:
        return {}
    found: dict[str, str] = {}
    for message, kind in bulk.fetch(connection, _LATER, messages, before=(conversation, rows[-1][0], _FAR)):
        if kind == Kind.DELETION or message not in found:
            found[message] = kind
    return found


def _files(connection: Connection, events: Sequence[int]) -> Mapping[int, list[dict[str, object]]]:
    found: dict[int, list[dict[str, object]]] = {}
    for event, number, name, media_type, size, reference in bulk.fetch(connection, _FILES, events):
        file = {
            "event": str(event),
            "number": number,
            "name": name,
            "media_type": media_type,
            "size": size,
            "reference": reference,
        }
        found.setdefault(event, []).append(file)
    return found


def _items(connection: Connection, conversation: int, fans: set[int], before: int) -> Mapping[int, str]:
    """Find the items of this very conversation, with their lanes."""
    return {
        number: lane
        for fan in fans
        for number, lane, place in bulk.rows(connection, _ITEMS_HERE, fan, before, _ITEMS)
        if place == conversation
    }


def _noted(
    connection: Connection, items: Mapping[int, str], floor: int, before: int, limit: int
) -> Iterator[_Entry]:
    """Read notes no older than ``floor``, so that what many messages left beside them is not read."""
    if not items:
        return
    rows = bulk.fetch(connection, _NOTES, sorted(items), floor, before, limit)
    for number, item, at, who, what, detail in sorted(rows, reverse=True)[:limit]:
        told = {**orjson.loads(detail), "what": what, "item": str(item), "lane": items[item]}
        yield _Entry(
            at, number, Line(moment(at), "note", who, str(told.get("note", "")), told), {"note": number}
        )


def _said(rows: Sequence[Any]) -> Iterator[_Entry]:
    for (
        number, at, settled, kind, body, promo, promoted, state, error, template, not_before, item, by,
    ) in rows:  # fmt: skip
        detail: dict[str, object] = {"state": state, "error": error, "template": template}
        if by:
            detail |= {"by": by, "item": str(item)}
        if settled is None and not_before:
            detail["leaves_at"] = moment(not_before).isoformat()
        line = Line(moment(at), "outbound", kind, frozen(body, promo, promoted=bool(promoted)), detail)
        moves = {} if settled is None else {"settled_at": settled, "settled": number}
        yield _Entry(at, number, line, moves)
