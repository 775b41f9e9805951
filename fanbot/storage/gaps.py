"""What fans wrote and nobody can read any more: named once, shown until a person has seen it (G1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from fanbot.errors import UnknownItemError
from fanbot.ports.ids import Ids
from fanbot.ports.store import Gap
from fanbot.storage import bulk, tables
from fanbot.storage.keys import written
from fanbot.storage.pulse import beat
from fanbot.storage.times import moment, stamp

_GAPS = tables.table(tables.GapRow)
_AUDIT = tables.table(tables.Audit)
_KNOWN = (
    "SELECT id FROM gap WHERE destination = ? AND place = ? AND why = ? AND COALESCE(since, -1) = ?"
    " AND seen_at IS NULL"
)
_UNSEEN = (
    "SELECT id, at, destination, place, why, since FROM gap WHERE seen_at IS NULL ORDER BY id DESC LIMIT ?"
)


@dataclass(frozen=True, slots=True)
class Missing:
    """A gap as an adapter names it."""

    destination: str
    place: str
    why: str
    since: datetime | None
    at: datetime


def note(connection: Connection, missing: Missing, ids: Ids) -> None:
    """Keep a gap; one that is known already and was not seen yet stays one."""
    since = stamp(missing.since)
    known = (
        _KNOWN if connection.dialect.name == "sqlite" else _KNOWN.replace(" IS ?", " IS NOT DISTINCT FROM ?")
    )
    if bulk.row(connection, known, missing.destination, missing.place, missing.why, since) is not None:
        return
    row = (ids.new(), stamp(missing.at), missing.destination, missing.place, missing.why, since, None)
    bulk.insert(connection, _GAPS, [row])
    beat(connection)


def unseen(connection: Connection, limit: int) -> Sequence[Gap]:
    """Return the gaps that nobody has seen yet, newest first."""
    return [
        Gap(number, moment(at), destination, place, why, moment(since))
        for number, at, destination, place, why, since in bulk.rows(connection, _UNSEEN, limit)
    ]


def see(connection: Connection, number: int, *, who: str, now: datetime, ids: Ids) -> None:
    """Note that a person has seen a gap; raises UnknownItemError when there is none to see."""
    at = stamp(now)
    if not bulk.run(connection, "UPDATE gap SET seen_at = ? WHERE id = ? AND seen_at IS NULL", at, number):
        raise UnknownItemError("There is no such gap, or somebody has seen it already; nothing was changed.")
    bulk.insert(connection, _AUDIT, [(ids.new(), at, who, "saw a gap", written(number), "{}")])
    beat(connection)
