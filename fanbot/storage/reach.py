"""Which fans cannot be reached in private: noted when a platform says so, until they are heard of again."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection

from fanbot.domain.messages import Inbound
from fanbot.domain.reach import Barrier, Unreachable
from fanbot.ports.store import Pending
from fanbot.storage import bulk
from fanbot.storage.pulse import beat
from fanbot.storage.times import moment

_NOTE = (
    "UPDATE identity SET unreachable_at = ?, unreachable_why = ?, unreachable_account = ? WHERE key = ?"
    " AND (unreachable_at IS NULL OR unreachable_why <> ? OR unreachable_account <> ?)"
)
"""What is known already keeps its time."""
_CLEAR = (
    "UPDATE identity SET unreachable_at = NULL, unreachable_why = NULL, unreachable_account = NULL"
    " WHERE key = ? AND unreachable_at IS NOT NULL"
    " AND (unreachable_account = ? OR unreachable_why = 'deactivated')"
)
"""Who blocks one bot may still write to another; an account that is gone is gone for all."""
_WHOSE = (
    'SELECT c.platform, c.account, (SELECT e."user" FROM event e WHERE e.conversation_id = c.id'
    " AND e.fan_id = o.fan_id ORDER BY e.id DESC LIMIT 1)"
    " FROM outbox o JOIN conversation c ON c.id = o.conversation_id WHERE o.id = ? AND c.direct"
)

_LOST = (
    "SELECT key, unreachable_at, unreachable_why, unreachable_account FROM identity"
    " WHERE key IN ({keys}) AND unreachable_at IS NOT NULL"
)


def unreachable(connection: Connection, letters: Sequence[Pending]) -> Mapping[int, Unreachable]:
    """Say which of these messages, by their events, cannot be answered now, and why.

    In public an answer arrives, whatever a fan does in private.
    """
    writers = {each.event_id: identity(each.inbound) for each in letters if each.inbound.direct}
    rows = bulk.fetch(connection, _LOST, sorted(set(writers.values())))
    lost = {key: (Unreachable(Barrier(why), moment(at)), account) for key, at, why, account in rows}
    found: dict[int, Unreachable] = {}
    for each in letters:
        what, account = lost.get(writers.get(each.event_id, ""), (None, ""))
        here = each.inbound.address.account
        if what is not None and (account == here or what.why is Barrier.DEACTIVATED):
            found[each.event_id] = what
    return found


def identity(letter: Inbound) -> str:
    """Return the key of whoever wrote."""
    return f"{letter.address.platform}/{letter.author.id}"


def note(connection: Connection, key: str, account: str, why: Barrier, *, at: int) -> None:
    """Note that an account cannot reach the identity ``key``; nothing for one that is not known."""
    if bulk.run(connection, _NOTE, at, why.value, account, key, why.value, account):
        beat(connection)


def clear(connection: Connection, heard: Iterable[tuple[str, str]]) -> None:
    """Note that these (key, account) can be reached again."""
    changed = [bulk.run(connection, _CLEAR, key, account) for key, account in heard]
    if any(changed):
        beat(connection)


def whose(connection: Connection, outbox: int) -> tuple[str, str] | None:
    """Return the (key, account) that a direct message is meant for, None where nobody knows."""
    row = bulk.row(connection, _WHOSE, outbox)
    if row is None or row[2] is None:
        return None
    return f"{row[0]}/{row[2]}", row[1]
