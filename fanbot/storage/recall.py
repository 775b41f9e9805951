"""Taking a reply back before it left: whole, or not at all."""

import orjson
from sqlalchemy import Connection

from fanbot.domain.handoffs import Handoff
from fanbot.errors import MoveError
from fanbot.storage import bulk, tables
from fanbot.storage.outbox import FREE_NEXT

_ANSWERED = (
    "SELECT id, detail FROM handoff_event WHERE handoff_id = ? AND what = 'answered' ORDER BY id DESC LIMIT 1"
)
_PARTS = (
    "SELECT id, parts FROM outbox WHERE conversation_id = ?"  # noqa: S608 - our own words
    f" AND {tables.ON_ITS_WAY} AND state IN ('ready', 'queued') AND attempts = 0"
    " AND handoff_id = ? AND id > ? ORDER BY id"
)
_DROP = (
    "UPDATE outbox SET state = 'dropped', settled_at = ?, error = 'taken back before it left'"
    " WHERE id IN ({keys})"
)


def take_back(connection: Connection, item: Handoff, at: int) -> str:
    """Drop the item's newest reply and free what stands behind it; return the words of the reply.

    Raises MoveError when any part of it was given to the platform.
    """
    row = bulk.row(connection, _ANSWERED, item.id)
    number, detail = row or (0, "{}")
    parts = bulk.rows(connection, _PARTS, item.conversation_id, item.id, number)
    if not parts or len(parts) != parts[0][1]:
        raise MoveError("The reply has left already, so it cannot be taken back.")
    bulk.change(connection, _DROP, [part[0] for part in parts], before=(at,))
    bulk.change(connection, FREE_NEXT, [item.conversation_id])
    return str(orjson.loads(detail).get("text", ""))
