"""One thread that writes: whatever is queued becomes one transaction, and is durable when it is told so."""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, SQLAlchemyError

from fanbot.errors import StoreError, StoreUnavailableError

T = TypeVar("T")
Job = Callable[[Connection], T]

_GROUP = 200
"""Jobs in one transaction at the most."""


@dataclass(slots=True)
class _Entry:
    job: Job[Any]
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]
    result: object = None
    error: BaseException | None = None


class Writer:
    """Run jobs on the writing connection, grouped; a job that raises takes no other one with it.

    A job may be run twice: first in its group, and alone when the group failed. It must have no
    effect but on the connection.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._queue: queue.SimpleQueue[_Entry | None] = queue.SimpleQueue()
        self._checkpoint = False
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="fanbot-writer", daemon=True)
        self._thread.start()

    async def run(self, job: Job[T]) -> T:
        """Queue a job; return its result once its transaction is durable."""
        if self._closed:
            raise StoreError("The store is closed; nothing was written.")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._queue.put(_Entry(job, loop, future))
        return await future

    def checkpoint(self) -> None:
        """Carry the log over after the next group; for SQLite alone."""
        self._checkpoint = True

    async def close(self) -> None:
        """Finish what is queued, then stop."""
        self._closed = True
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _work(self) -> None:
        while True:
            group, last = self._next_group()
            if group:
                self._commit(group)
                _resolve(group)
            if self._checkpoint:
                self._checkpoint = False
                _carry_over(self._engine)
            if last:
                return

    def _next_group(self) -> tuple[list[_Entry], bool]:
        group: list[_Entry] = []
        entry = self._queue.get()
        while entry is not None:
            group.append(entry)
            if len(group) >= _GROUP:
                return group, False
            try:
                entry = self._queue.get_nowait()
            except queue.Empty:
                return group, False
        return group, True

    def _commit(self, group: Sequence[_Entry]) -> None:
        try:
            with self._engine.begin() as connection:
                for entry in group:
                    entry.result = entry.job(connection)
        except Exception as error:  # noqa: BLE001 - every failure must reach its caller, or the caller waits forever
            told = translated(error)
            if len(group) == 1 or isinstance(told, StoreUnavailableError):
                for entry in group:
                    entry.error = told
            else:
                for entry in group:
                    self._commit([entry])


def _carry_over(engine: Engine) -> None:
    """Checkpoint while nothing is written; what fails here is done at the next one."""
    with suppress(SQLAlchemyError, sqlite3.Error), engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)  # noqa: S101 - only SQLite is asked for this
        driver.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()


def _resolve(group: Sequence[_Entry]) -> None:
    def settle(entries: Sequence[_Entry]) -> None:
        for entry in entries:
            if entry.future.done():
                continue
            if entry.error is not None:
                entry.future.set_exception(entry.error)
            else:
                entry.future.set_result(entry.result)

    loops: dict[asyncio.AbstractEventLoop, list[_Entry]] = {}
    for entry in group:
        loops.setdefault(entry.loop, []).append(entry)
    for loop, entries in loops.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, entries)


class Reader:
    """Run read-only jobs beside the writer, each on one consistent view."""

    def __init__(self, engine: Engine, *, threads: int = 2) -> None:
        self._engine = engine
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="fanbot-reader")

    async def run(self, job: Job[T]) -> T:
        """Run a job and return its result."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._view, job)

    async def close(self) -> None:
        """Finish what runs, then stop."""
        await asyncio.to_thread(self._pool.shutdown)

    def _view(self, job: Job[T]) -> T:
        try:
            with self._engine.begin() as connection:
                return job(connection)
        except SQLAlchemyError as error:
            raise translated(error) from error


def translated(error: Exception) -> Exception:
    """Turn a database's error into ours: unavailable where another try may help.

    Only the first line of what the database says is told; the others quote rows (P28).
    """
    if isinstance(error, DBAPIError):
        said = str(error.orig).partition("\n")[0]
        if isinstance(error, OperationalError) or error.connection_invalidated:
            return StoreUnavailableError(
                f"The store takes nothing right now ({said}). Nothing half-written remains; fanbot tries "
                "again. Check the free space of the disk, and that the folder can be written."
            )
        kind = "row" if isinstance(error, IntegrityError) else "statement"
        return StoreError(f"The store refused a {kind}: {said}")
    if isinstance(error, SQLAlchemyError):
        return StoreError(f"The store refused a statement: {type(error).__name__}")
    if isinstance(error, UnicodeEncodeError):
        return StoreError(f"The store refused a text that no encoding knows: {error.reason}")
    return error
