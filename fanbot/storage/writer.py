"""One transaction at a time: whatever is queued becomes one, and is durable when it is told so.

Commits wait for the disk, so a thread makes them. The statements before a commit run there too when
there are many. A few rows are written where they were asked for: Python lets one thread run at a time,
a statement gives that right away and must win it back, and among few rows that takes longer than the
statements (measured at 1,000 messages a second: half as long from stored to handed over).
"""

import asyncio
import queue
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, SQLAlchemyError

from fanbot.errors import StoreError, StoreUnavailableError
from fanbot.storage.transactions import transactions

T = TypeVar("T")
Job = Callable[[Connection], T]

FEW = 32
"""So many rows are written without a thread at the most: some milliseconds of everybody's time."""
_GROUP = 200
"""Jobs in one transaction at the most."""


@dataclass(slots=True)
class _Entry:
    job: Job[Any]
    few: bool
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]
    result: object = None
    error: BaseException | None = None


@dataclass(frozen=True, slots=True)
class _Group:
    """Jobs of one transaction; they were run already where it was ``begun``."""

    entries: Sequence[_Entry]
    begun: Connection | None


class Writer:
    """Run jobs on the writing connection, grouped; a job that raises takes no other one with it.

    A job may be run twice: first in its group, and alone when the group failed. It must have no
    effect but on the connection. A writer serves one event loop at a time.
    """

    def __init__(self, engine: Engine) -> None:
        self._transactions = transactions(engine)
        self._waiting: deque[_Entry] = deque()
        self._under_way = False
        self._turn = threading.Lock()
        self._idle = asyncio.Event()
        self._groups: queue.SimpleQueue[_Group | None] = queue.SimpleQueue()
        self._checkpoint = False
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="fanbot-writer", daemon=True)
        self._thread.start()

    async def run(self, job: Job[T], *, rows: int | None = None) -> T:
        """Queue a job; return its result once its transaction is durable.

        ``rows`` says about how many it reads and writes, where that is known.
        """
        if self._closed:
            raise StoreError("The store is closed; nothing was written.")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        with self._turn:
            self._waiting.append(_Entry(job, rows is not None and rows <= FEW, loop, future))
            begins, self._under_way = not self._under_way, True
        if begins:
            loop.call_soon(self._next)
        return await future

    def checkpoint(self) -> None:
        """Carry the log over after the next group; for SQLite alone."""
        self._checkpoint = True

    async def close(self) -> None:
        """Finish what is queued, then stop."""
        self._closed = True
        while self._under_way:
            self._idle.clear()
            await self._idle.wait()
        self._groups.put(None)
        await asyncio.to_thread(self._thread.join)
        self._transactions.close()

    def _next(self) -> None:
        """Begin what waits; the thread commits it."""
        with self._turn:
            entries = [self._waiting.popleft() for _ in range(min(len(self._waiting), _GROUP))]
            self._under_way = bool(entries)
        if not entries:
            self._idle.set()
            return
        begun = self._written(entries) if all(entry.few for entry in entries) else None
        self._groups.put(_Group(entries, begun))

    def _written(self, entries: Sequence[_Entry]) -> Connection | None:
        """Run the jobs here; when anything hinders that, nothing remains of it and the thread does it."""
        connection = self._transactions.begin_at_once()
        if connection is None:
            return None
        try:
            for entry in entries:
                entry.result = entry.job(connection)
        except Exception:  # noqa: BLE001 - the thread runs them again and tells each caller its own error
            self._transactions.undo(connection)
            return None
        return connection

    def _work(self) -> None:
        while (group := self._groups.get()) is not None:
            self._commit(group.entries, group.begun)
            _resolve(group.entries)
            if self._checkpoint:
                self._checkpoint = False
                self._transactions.checkpoint()
            self._go_on(group.entries[0].loop)

    def _go_on(self, loop: asyncio.AbstractEventLoop) -> None:
        """Have the next group begun; nobody waits any more in a loop that is over."""
        while True:
            try:
                loop.call_soon_threadsafe(self._next)
            except RuntimeError:
                with self._turn:
                    waiting = [entry for entry in self._waiting if entry.loop is not loop]
                    self._waiting = deque(waiting)
                    self._under_way = bool(waiting)
                if not waiting:
                    return
                loop = waiting[0].loop
            else:
                return

    def _commit(self, entries: Sequence[_Entry], begun: Connection | None) -> None:
        try:
            connection = begun or self._transactions.begin()
            try:
                if begun is None:
                    for entry in entries:
                        entry.result = entry.job(connection)
                self._transactions.commit(connection)
            except BaseException:
                self._transactions.undo(connection)
                raise
        except Exception as error:  # noqa: BLE001 - every failure must reach its caller, or the caller waits forever
            told = translated(error)
            if len(entries) == 1 or isinstance(told, StoreUnavailableError):
                for entry in entries:
                    entry.error = told
            else:
                for entry in entries:
                    self._commit([entry], None)


def _resolve(entries: Sequence[_Entry]) -> None:
    def settle() -> None:
        for entry in entries:
            if entry.future.done():
                continue
            if entry.error is not None:
                entry.future.set_exception(entry.error)
            else:
                entry.future.set_result(entry.result)

    with suppress(RuntimeError):  # a loop that is over
        entries[0].loop.call_soon_threadsafe(settle)


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
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise translated(error) from error


def translated(error: Exception) -> Exception:
    """Turn a database's error into ours: unavailable where another try may help.

    Only the first line of what the database says is told; the others quote rows (P28).
    """
    if isinstance(error, DBAPIError | sqlite3.Error):
        said = str(getattr(error, "orig", error)).partition("\n")[0]
        invalid = getattr(error, "connection_invalidated", False)
        if isinstance(error, OperationalError | sqlite3.OperationalError) or invalid:
            return StoreUnavailableError(
                f"The store takes nothing right now ({said}). Nothing half-written remains; fanbot tries "
                "again. Check the free space of the disk, and that the folder can be written."
            )
        kind = "row" if isinstance(error, IntegrityError | sqlite3.IntegrityError) else "statement"
        return StoreError(f"The store refused a {kind}: {said}")
    if isinstance(error, SQLAlchemyError):
        return StoreError(f"The store refused a statement: {type(error).__name__}")
    if isinstance(error, UnicodeEncodeError):
        return StoreError(f"The store refused a text that no encoding knows: {error.reason}")
    return error
