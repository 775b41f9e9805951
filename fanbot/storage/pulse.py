"""A count that grows with everything that a reader of the queue or of a conversation would see.

It is written with the change itself: newest ids or times would miss what another process, with a
clock of its own, wrote a moment earlier.
"""

from sqlalchemy import Connection

from fanbot.storage import bulk, tables
from fanbot.storage.keys import unknown

_BEAT = (
    "INSERT INTO pulse (name, beats) VALUES ('desk', 1)"
    " ON CONFLICT (name) DO UPDATE SET beats = pulse.beats + 1"
)

_NEWEST = 50
"""Events of which it is looked whether they are decided."""
_ON_ITS_WAY = f"FROM outbox o WHERE o.conversation_id = h.conversation_id AND o.{tables.ON_ITS_WAY}"
_OF_ITEM = (
    "SELECT h.state, h.owner, h.lane, h.weight, h.messages, h.touched_at, h.snoozed_until, h.answered_at,"  # noqa: S608
    " h.last_event_id, h.error, f.name,"
    " (SELECT MAX(d.unreachable_at) FROM identity d WHERE d.fan_id = h.fan_id),"
    " (SELECT MAX(e.id) FROM event e WHERE e.conversation_id = h.conversation_id),"
    " (SELECT COUNT(*) FROM (SELECT e.decided FROM event e WHERE e.conversation_id = h.conversation_id"
    " ORDER BY e.id DESC LIMIT ?) newest WHERE decided),"
    " (SELECT MAX(o.settled_at) FROM outbox o WHERE o.conversation_id = h.conversation_id),"
    f" (SELECT COUNT(*) {_ON_ITS_WAY}), (SELECT MAX(o.id) {_ON_ITS_WAY}),"
    f" (SELECT SUM(o.attempts) {_ON_ITS_WAY}),"
    f" (SELECT MAX(o.not_before) {_ON_ITS_WAY}), (SELECT COUNT(*) {_ON_ITS_WAY} AND o.state = 'sending'),"
    " (SELECT MAX((SELECT MAX(n.id) FROM handoff_event n WHERE n.handoff_id = i.id))"
    " FROM handoff i WHERE i.fan_id = h.fan_id)"
    " FROM handoff h JOIN fan f ON f.id = h.fan_id WHERE h.id = ?"
)
"""Everything by which a reader of one item would see a change, each found at the end of an index."""


def beat(connection: Connection) -> None:
    """Note in this transaction that something changed."""
    bulk.run(connection, _BEAT)


def felt(connection: Connection) -> str:
    """Return the count as a word."""
    row = bulk.row(connection, "SELECT beats FROM pulse WHERE name = 'desk'")
    return str(row[0]) if row else "0"


def felt_of(connection: Connection, item: int) -> str:
    """Return what an item and its conversation stand at, as a word; raises UnknownItemError."""
    row = bulk.row(connection, _OF_ITEM, _NEWEST, item)
    if row is None:
        raise unknown(item)
    return repr(tuple(row))
