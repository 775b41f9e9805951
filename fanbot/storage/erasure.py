"""Everything that is kept about a fan, gone in one transaction; whatever was under way finds nothing left."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from fanbot.ports.ids import Ids
from fanbot.storage import bulk, tables
from fanbot.storage.cap import fan_scope
from fanbot.storage.cards import WATCH_AGAIN
from fanbot.storage.files import GIVE_UP
from fanbot.storage.keys import written
from fanbot.storage.outbox import FREE_NEXT
from fanbot.storage.pulse import beat

_AUDIT = tables.table(tables.Audit)
_LEAVE = (
    "UPDATE conversation SET fan_id = (SELECT e.fan_id FROM event e WHERE e.conversation_id = conversation.id"
    " AND NOT e.own AND NOT e.bot ORDER BY e.id LIMIT 1) WHERE id IN ({keys}) AND fan_id = ?"
)
"""A conversation that goes on with somebody else is theirs."""


@dataclass(frozen=True, slots=True)
class Erased:
    """Tell whether there was anything, and the ids of ``files`` whose bytes are still to be taken away."""

    anything: bool
    files: tuple[str, ...]


def erase(connection: Connection, *, platform: str, user: str, at: int, ids: Ids) -> Erased:
    """Erase a user of a platform with their files; see Erased."""
    files = tuple(row[0] for row in bulk.rows(connection, GIVE_UP, f"{platform}/{user}"))
    known = _erase(connection, platform=platform, user=user, at=at, ids=ids)
    return Erased(known or bool(files), files)


def _erase(connection: Connection, *, platform: str, user: str, at: int, ids: Ids) -> bool:
    """Erase a user of a platform; the fan behind them goes too, unless another identity is left.

    Rows are looked up by index and erased by their keys. A conversation goes as a whole, but for a
    direct one in which another person wrote as well: there, only what is this fan's goes.
    """
    key = f"{platform}/{user}"
    row = bulk.row(connection, "SELECT fan_id FROM identity WHERE key = ?", key)
    if row is None:
        return False
    fan = int(row[0])
    bulk.run(connection, "DELETE FROM identity WHERE key = ?", key)
    alone = bulk.row(connection, "SELECT key FROM identity WHERE fan_id = ? LIMIT 1", fan) is None
    conversations = _conversations(connection, fan, platform, user, alone=alone)
    _erase_items(connection, fan, conversations)
    events = _erased(connection, "event", conversations, fan)
    shared = {
        row[0]
        for row in bulk.fetch(
            connection,
            "SELECT DISTINCT conversation_id FROM event WHERE conversation_id IN ({keys})"
            " AND NOT own AND NOT bot",
            conversations,
        )
    }
    private = [number for number in conversations if number not in shared]
    events += _erased(connection, "event", private)
    for name in ("version", "reaction", "attachment", "decision"):
        bulk.change(connection, f"DELETE FROM {name} WHERE event_id IN ({{keys}})", events)  # noqa: S608
    _erase_letters(connection, "event", events)
    outbox = _erased(connection, "outbox", conversations, fan) + _erased(connection, "outbox", private)
    _erase_letters(connection, "outbox", outbox)
    bulk.change(connection, "DELETE FROM conversation WHERE id IN ({keys})", private)
    bulk.change(connection, _LEAVE, sorted(shared), fan)
    bulk.change(connection, FREE_NEXT, sorted(shared))
    if alone:
        _erase_fan(connection, fan)
    bulk.insert(connection, _AUDIT, [(ids.new(), at, "fan", "fan erased", written(fan), "{}")])
    beat(connection)
    return True


def _conversations(connection: Connection, fan: int, platform: str, user: str, *, alone: bool) -> list[int]:
    """Find where this user wrote; of a fan without another identity, everything that is theirs as well."""
    query = (
        "SELECT DISTINCT c.id FROM event e JOIN conversation c ON c.id = e.conversation_id"
        ' WHERE e.fan_id = ? AND e."user" = ? AND c.platform = ?'
    )
    found = {row[0] for row in bulk.rows(connection, query, fan, user, platform)}
    if alone:
        theirs = bulk.rows(connection, "SELECT id FROM conversation WHERE fan_id = ?", fan)
        found |= {row[0] for row in theirs}
    return sorted(found)


def _erase_items(connection: Connection, fan: int, conversations: Sequence[int]) -> None:
    within = set(conversations)
    rows = bulk.rows(connection, "SELECT id, conversation_id FROM handoff WHERE fan_id = ?", fan)
    items = [number for number, conversation in rows if conversation in within]
    bulk.change(connection, "DELETE FROM handoff_event WHERE handoff_id IN ({keys})", items)
    bulk.change(connection, "DELETE FROM handoff WHERE id IN ({keys})", items)
    bulk.change(connection, "DELETE FROM act WHERE item IN ({keys})", items)
    bulk.change(connection, "DELETE FROM card_elsewhere WHERE item IN ({keys})", items)
    bulk.change(connection, WATCH_AGAIN, items)


def _erased(
    connection: Connection, name: str, conversations: Sequence[int], fan: int | None = None
) -> list[int]:
    """Erase rows of conversations, one fan's or all; return their ids."""
    query = f"DELETE FROM {name} WHERE conversation_id IN ({{keys}})"  # noqa: S608 - our own names
    if fan is None:
        rows = bulk.fetch(connection, f"{query} RETURNING id", conversations)
    else:
        rows = bulk.fetch(connection, f"{query} AND fan_id = ? RETURNING id", conversations, fan)
    return [row[0] for row in rows]


def _erase_letters(connection: Connection, sort: str, references: Sequence[int]) -> None:
    bulk.change(
        connection,
        "DELETE FROM dead_letter WHERE sort = ? AND reference IN ({keys})",
        [str(number) for number in references],
        before=(sort,),
    )


def _erase_fan(connection: Connection, fan: int) -> None:
    for name in ("consent", "told"):
        bulk.run(connection, f"DELETE FROM {name} WHERE fan_id = ?", fan)  # noqa: S608 - our own names
    for name in ("ledger", "ledger_scope"):
        bulk.run(connection, f"DELETE FROM {name} WHERE scope = ?", fan_scope(fan))  # noqa: S608
    bulk.run(connection, "DELETE FROM fan WHERE id = ?", fan)
