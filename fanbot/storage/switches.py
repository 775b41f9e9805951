"""What a person turned on or off for the whole store, and when an engine was last at work."""

from datetime import datetime

from sqlalchemy import Connection

from fanbot.ports.ids import Ids
from fanbot.storage import bulk, tables
from fanbot.storage.outbox_rows import paused
from fanbot.storage.pulse import beat
from fanbot.storage.times import moment, stamp
from fanbot.storage.writer import Reader, Writer

_SWITCHES = tables.table(tables.Switch)
_AUDIT = tables.table(tables.Audit)


class SqlSwitches:
    """The switches over one writer and its readers."""

    def __init__(self, *, writer: Writer, reader: Reader, ids: Ids) -> None:
        self._writer = writer
        self._reader = reader
        self._ids = ids

    async def paused(self) -> bool:
        """Tell whether automatic sending is paused."""
        return await self._reader.run(paused)

    async def pause(self, *, who: str, now: datetime, paused: bool) -> None:
        """Pause or resume; on record with who and when."""

        def job(connection: Connection) -> None:
            at = stamp(now)
            bulk.insert(
                connection,
                _SWITCHES,
                [("paused", paused, at, who)],
                suffix="ON CONFLICT (name) DO UPDATE SET value = excluded.value, at = excluded.at,"
                " who = excluded.who",
            )
            what = "paused" if paused else "resumed"
            bulk.insert(connection, _AUDIT, [(self._ids.new(), at, who, what, "", "{}")])
            beat(connection)

        await self._writer.run(job)

    async def last_alive(self) -> datetime | None:
        """Return when an engine last was at work on this store."""

        def job(connection: Connection) -> datetime | None:
            row = bulk.row(connection, "SELECT MAX(renewed_at) FROM lease")
            return moment(row[0]) if row else None

        return await self._reader.run(job)
