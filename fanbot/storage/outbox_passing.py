"""Let what may leave now pass what is not to leave yet, such as a reply that can still be taken back."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from operator import itemgetter

from sqlalchemy import Connection

from fanbot.domain.messages import OutboundKind
from fanbot.ports.ids import Ids
from fanbot.storage import bulk, tables

_COLUMNS = "conversation_id, id, unit, kind, handoff_id, attempts, not_before"
_HELD = (
    f"outbox WHERE not_before > ? AND conversation_id IN ({{keys}}) AND {tables.ON_ITS_WAY} AND attempts = 0"
)
_ON_THE_WAY = f"outbox WHERE conversation_id IN ({{keys}}) AND {tables.ON_ITS_WAY}"
_MOVE = "UPDATE outbox SET id = ?, unit = ?, state = 'queued' WHERE id = ?"


@dataclass(frozen=True, slots=True)
class Arrival:
    """Something that is put into a conversation."""

    conversation_id: int
    kind: OutboundKind
    not_before: int


@dataclass(frozen=True, slots=True)
class Row:
    """A row on its way. ``tried``: it was given to its platform once, so its key must stay."""

    id: int
    unit: int
    kind: OutboundKind
    handoff_id: int | None
    tried: bool
    not_before: int


def passed(rows: Sequence[Row], *, at: int, human: bool) -> Sequence[Row]:
    """Return the end of a conversation's rows, in order, that something to leave at ``at`` passes.

    It begins with a row that nobody has tried to send and whose time has not come. What was tried, and an
    answer that only waits for what stands before it, are never passed. A person's words
    never pass those of a person, so a ``human`` one stays behind the last of them. Two replies to one
    item keep their places, because each belongs to the note just before it.

    >>> lingers = Row(1, 1, OutboundKind.HUMAN, 7, tried=False, not_before=10)
    >>> passed([lingers], at=5, human=False) == [lingers], passed([lingers], at=5, human=True)
    (True, [])
    """
    first = next((n for n, row in enumerate(rows) if not row.tried and row.not_before > at), len(rows))
    if human:
        spoken = max((n for n, row in enumerate(rows) if row.kind is OutboundKind.HUMAN), default=-1)
        first = max(first, spoken + 1)
    held = rows[first:]
    units = {(row.handoff_id, row.unit) for row in held if row.handoff_id is not None}
    twice = len(units) > len({handoff for handoff, _ in units})
    fixed = any(row.tried or (row.not_before <= at and row.kind is not OutboundKind.HUMAN) for row in held)
    return [] if twice or fixed else held


def find_passed(
    connection: Connection, arrivals: Sequence[Arrival], *, at: int
) -> tuple[Collection[int], Sequence[Row]]:
    """Find the rows that are passed by what arrives, and the conversations in which these are all."""
    later = {each.conversation_id for each in arrivals if each.not_before > at}
    keys = sorted({each.conversation_id for each in arrivals} - later)
    if not keys:
        return (), ()
    held = bulk.gather(connection, "conversation_id", _HELD, keys, before=(at,))
    concerned = sorted({conversation for (conversation,) in held})
    if not concerned:
        return (), ()
    spoken = {each.conversation_id for each in arrivals if each.kind is OutboundKind.HUMAN}
    found: dict[int, list[Row]] = {}
    for conversation, number, unit, kind, handoff, attempts, not_before in sorted(
        bulk.gather(connection, _COLUMNS, _ON_THE_WAY, concerned), key=itemgetter(1)
    ):
        row = Row(number, unit, OutboundKind(kind), handoff, tried=attempts > 0, not_before=not_before)
        found.setdefault(conversation, []).append(row)
    moved = {each: passed(rows, at=at, human=each in spoken) for each, rows in found.items()}
    freed = {each for each, rows in found.items() if len(moved[each]) == len(rows)}
    return freed, [row for rows in moved.values() for row in rows]


def move_behind(connection: Connection, rows: Sequence[Row], *, ids: Ids) -> None:
    """Give rows their places behind everything that has an id by now, in the order that they have."""
    places = {row.id: ids.new() for row in rows}
    for row in rows:
        bulk.run(connection, _MOVE, places[row.id], places.get(row.unit, row.unit), row.id)
