"""The store as a whole: out as records, put by as a copy, and made safe after it was put back."""

import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection

from fanbot.errors import StoreError, UnknownItemError
from fanbot.ports.ids import Ids
from fanbot.storage import bulk, tables
from fanbot.storage.database import sqlite_file
from fanbot.storage.files import SqlFiles
from fanbot.storage.outbox import reopen
from fanbot.storage.pulse import beat
from fanbot.storage.records import PARTS, Record
from fanbot.storage.times import stamp
from fanbot.storage.writer import Reader, Writer

_PAGE = 500
_JSON = {
    "sqlite": {"{list}": "json_group_array", "{object}": "json_object"},
    "postgresql": {"{list}": "json_agg", "{object}": "json_build_object"},
}
_RESTORATIONS = tables.table(tables.Restoration)
_AUDIT = tables.table(tables.Audit)


class SqlArchive:
    """The archive over one writer and its readers."""

    def __init__(self, *, writer: Writer, reader: Reader, ids: Ids, url: URL, files: SqlFiles) -> None:
        self._writer = writer
        self._reader = reader
        self._ids = ids
        self._url = url
        self._files = files

    async def export(self, *, fan: str | None = None, contents: bool = True) -> AsyncIterator[Record]:
        """Yield records page by page, then the files; see ports.store.Archive."""
        number = None if fan is None else await self._reader.run(lambda c: _fan_id(c, fan))
        for query, condition, told in PARTS:
            if fan is not None and condition is None:
                continue
            async for record in self._pages(query, condition, told, number):
                yield record
        owners = None if number is None else await self._reader.run(lambda c: _owners(c, number))
        async for record in self._files.export(owners, contents=contents):
            yield record

    async def _pages(
        self, query: str, condition: str | None, told: Callable[[Any], Record], fan: int | None
    ) -> AsyncIterator[Record]:
        last = 0
        while True:
            page = await self._reader.run(lambda c, last=last: _page(c, query, condition, fan, last))  # type: ignore[misc]
            for row in page:
                yield told(row)
            if len(page) < _PAGE:
                return
            last = page[-1][0]

    async def backup(self, target: Path) -> None:
        """Write a consistent copy of the store to a new file, also beside a running engine."""
        source = sqlite_file(self._url)
        if source is None:
            raise StoreError(
                "A PostgreSQL store is put by with its own tools, for example pg_dump. Nothing was written."
            )
        await self._reader.run(lambda _: _copy(source, target))

    async def restored(self, *, backup_at: datetime, now: datetime) -> int:
        """Make a restored copy safe (G5): park what was on its way, charge the cap for the time between.

        Nobody is signed in to it: who was signed out since the backup stays signed out.
        """
        return await self._writer.run(lambda c: self._restored(c, backup_at, now))

    def _restored(self, connection: Connection, backup_at: datetime, now: datetime) -> int:
        at = stamp(now)
        error = (
            "This was on its way when the backup was made, so it may have arrived. "
            "Look into the chat before sending it again."
        )
        parked = bulk.rows(
            connection,
            f"UPDATE outbox SET state = 'parked', settled_at = ?, error = ? WHERE {tables.ON_ITS_WAY}"  # noqa: S608
            " RETURNING id, handoff_id",
            at,
            error,
        )
        for _, handoff in parked:
            if handoff is not None:
                reopen(connection, handoff, error=error, at=at, ids=self._ids)
        bulk.run(connection, "DELETE FROM session")
        beat(connection)
        bulk.insert(connection, _RESTORATIONS, [(self._ids.new(), stamp(backup_at), at)])
        bulk.insert(connection, _AUDIT, [(self._ids.new(), at, "fanbot", "restored a backup", "", "{}")])
        return len(parked)


def _fan_id(connection: Connection, fan: str) -> int:
    platform, _, user = fan.partition(":")
    row = bulk.row(connection, "SELECT fan_id FROM identity WHERE key = ?", f"{platform}/{user}")
    if row is None:
        raise UnknownItemError(
            f"Nobody is known as {fan!r}. Write it as platform:user, for example telegram:12345."
        )
    return int(row[0])


def _owners(connection: Connection, fan: int) -> list[str]:
    return [row[0] for row in bulk.rows(connection, "SELECT key FROM identity WHERE fan_id = ?", fan)]


def _page(connection: Connection, query: str, condition: str | None, fan: int | None, last: int) -> list[Any]:
    for word, function in _JSON[connection.dialect.name].items():
        query = query.replace(word, function)
    parameters: tuple[object, ...] = (last,)
    if fan is not None and condition is not None:
        query += f" AND {condition}"
        parameters = (last, *[fan] * condition.count("?"))
    key = query.split(",", 1)[0].removeprefix("SELECT ")
    return list(bulk.rows(connection, f"{query} ORDER BY {key} LIMIT {_PAGE}", *parameters))


def _copy(source: Path, target: Path) -> None:
    """Copy with SQLite's online backup in a single step: steps in between begin anew at every commit."""
    try:
        target.open("xb").close()
    except OSError as error:
        raise StoreError(
            f"The copy {target} cannot be written ({error.strerror}). Nothing was changed. Choose a new file."
        ) from error
    try:
        with (
            closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as origin,
            closing(sqlite3.connect(target)) as copy,
        ):
            origin.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        target.unlink()
        raise StoreError(
            f"The copy {target} could not be finished ({error}), so it was taken away. The store is as it "
            "was. Check the free space of the disk."
        ) from error
