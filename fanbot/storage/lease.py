"""One engine a store: a lock that dies with its process, and a row that says who holds it."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from fanbot.errors import LeaseTakenError
from fanbot.storage import bulk, tables
from fanbot.storage.times import stamp
from fanbot.storage.writer import Reader, Writer, translated

_LEASES = tables.table(tables.LeaseRow)
_ENGINE = "engine"
_ADVISORY = 0x66616E65


class FileGuard:
    """The lock of a SQLite store: the operating system frees it however the process ended."""

    def __init__(self, database: Path) -> None:
        self._lock = FileLock(database.with_name(f"{database.name}.engine"), thread_local=False)

    def take(self) -> bool:
        """Take the lock; tell whether it was free."""
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            return False
        return True

    def keep(self) -> bool:
        """Tell whether the lock is still held; a file's lock lives as long as its process."""
        return True

    def free(self) -> None:
        """Give the lock back."""
        self._lock.release(force=True)


class AdvisoryGuard:
    """The lock of a PostgreSQL store: an advisory lock on a connection of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None

    def take(self) -> bool:
        """Take the lock; tell whether it was free."""
        connection = self._engine.connect()
        row = connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({_ADVISORY})").fetchone()
        connection.commit()
        if row is None or not row[0]:
            connection.close()
            return False
        self._connection = connection
        return True

    def keep(self) -> bool:
        """Tell whether the lock is still held, or could be taken again after its connection broke."""
        if self._connection is not None:
            try:
                self._connection.exec_driver_sql("SELECT 1")
                self._connection.commit()
            except SQLAlchemyError:
                self.free()
            else:
                return True
        return self.take()

    def free(self) -> None:
        """Give the lock back."""
        if self._connection is None:
            return
        connection, self._connection = self._connection, None
        with suppress(SQLAlchemyError):  # a connection that broke has lost the lock already
            connection.exec_driver_sql(f"SELECT pg_advisory_unlock({_ADVISORY})")
            connection.commit()
        connection.invalidate()
        connection.close()


Guard = FileGuard | AdvisoryGuard


class SqlLease:
    """The engine's lease."""

    def __init__(self, *, writer: Writer, reader: Reader, guard: Guard) -> None:
        self._writer = writer
        self._reader = reader
        self._guard = guard
        self._holder = ""

    async def acquire(self, *, holder: str, now: datetime) -> None:
        """Take the lease or raise LeaseTakenError."""
        await self._hold(self._guard.take)
        self._holder = holder
        await self._write(now, taken=True)

    async def renew(self, *, now: datetime) -> None:
        """Say that the engine is at work; raises LeaseTakenError when another one took over."""
        await self._hold(self._guard.keep)
        await self._write(now, taken=False)

    async def release(self, *, now: datetime) -> None:
        """Give the lease back."""
        if self._holder:
            await self._write(now, taken=False)
            self._holder = ""
            self._guard.free()

    async def _hold(self, guard: Callable[[], bool]) -> None:
        try:
            held = await asyncio.to_thread(guard)
        except SQLAlchemyError as error:
            raise translated(error) from error
        if not held:
            raise LeaseTakenError(await self._reader.run(_holder))

    async def _write(self, now: datetime, *, taken: bool) -> None:
        at = stamp(now)
        also = ", holder = excluded.holder, taken_at = excluded.taken_at" if taken else ""
        await self._writer.run(
            lambda connection: bulk.insert(
                connection,
                _LEASES,
                [(_ENGINE, self._holder, at, at)],
                suffix=f"ON CONFLICT (name) DO UPDATE SET renewed_at = excluded.renewed_at{also}",
            )
        )


def _holder(connection: Connection) -> str:
    row = bulk.row(connection, "SELECT holder FROM lease WHERE name = ?", _ENGINE)
    return str(row[0]) if row else "just starting"
