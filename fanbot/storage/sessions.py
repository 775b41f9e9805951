"""Who is signed in, and since when; every beginning and end is on record."""

from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy import Connection

from fanbot.ports.ids import Ids
from fanbot.ports.store import Session
from fanbot.storage import bulk, tables
from fanbot.storage.times import moment, stamp
from fanbot.storage.writer import Reader, Writer

_SESSIONS = tables.table(tables.SessionRow)
_AUDIT = tables.table(tables.Audit)


class SqlSessions:
    """The sessions over one writer and its readers."""

    def __init__(self, *, writer: Writer, reader: Reader, ids: Ids, now: Callable[[], datetime]) -> None:
        self._writer = writer
        self._reader = reader
        self._ids = ids
        self._now = now

    async def begin(self, key_hash: str, *, who: str, now: datetime, until: datetime) -> None:
        """Sign somebody in; sessions whose time has passed are cleared away with it."""

        def job(connection: Connection) -> None:
            at = stamp(now)
            bulk.run(connection, "DELETE FROM session WHERE until <= ?", at)
            bulk.insert(connection, _SESSIONS, [(key_hash, who, at, stamp(until))])
            self._note(connection, [who], "signed in", at)

        await self._writer.run(job)

    async def find(self, key_hash: str, *, now: datetime) -> Session | None:
        """Return the session with this key, if it lasts."""
        return await self._reader.run(lambda connection: _find(connection, key_hash, stamp(now)))

    async def end(self, key_hash: str) -> None:
        """Sign one session out."""

        def job(connection: Connection) -> None:
            ended = bulk.rows(
                connection, "DELETE FROM session WHERE key_hash = ? RETURNING who, until", key_hash
            )
            self._note(connection, (who for who, _ in ended), "signed out", stamp(self._now()))

        await self._writer.run(job)

    async def end_all(self, *, who: str = "") -> int:
        """Sign everybody out, or one person everywhere; return how many sessions that ended."""

        def job(connection: Connection) -> int:
            at = stamp(self._now())
            where = "WHERE who = ?" if who else ""
            named = (who,) if who else ()
            gone = bulk.rows(connection, f"DELETE FROM session {where} RETURNING who, until", *named)  # noqa: S608
            ended = [person for person, until in gone if until > at]
            self._note(connection, sorted(set(ended)), "signed out everywhere", at)
            return len(ended)

        return await self._writer.run(job)

    def _note(self, connection: Connection, people: Iterable[str], what: str, at: int) -> None:
        lines: list[bulk.Row] = [(self._ids.new(), at, who, what, "", "{}") for who in people]
        bulk.insert(connection, _AUDIT, lines)


def _find(connection: Connection, key_hash: str, at: int) -> Session | None:
    row = bulk.row(
        connection,
        "SELECT who, begun_at, until FROM session WHERE key_hash = ? AND until > ?",
        key_hash,
        at,
    )
    return Session(row[0], moment(row[1]), moment(row[2])) if row else None
