"""Carry the write-ahead log over into the database beside the writer, so that no commit waits for it.

SQLite would do it inside the commit that passes a limit: a stall of tens of milliseconds every few
seconds under load. A passive checkpoint on a connection of its own blocks nobody. When the log grows
all the same, because writing never pauses, the writer is asked to let one through between two commits.
"""

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import structlog

_EVERY = 0.5
"""Seconds between looks."""
_TOO_LONG = 16_000
"""Pages of 4 KiB in the log from which a checkpoint cannot wait."""


class Checkpointer:
    """A thread that keeps the log of one SQLite file short; ``urgent`` asks the writer for a pause."""

    def __init__(self, database: Path, *, urgent: Callable[[], None]) -> None:
        self._database = database
        self._urgent = urgent
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work, name="fanbot-checkpoints", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop; the last connection that closes carries the rest over."""
        self._stopped.set()
        self._thread.join()

    def _work(self) -> None:
        connection: sqlite3.Connection | None = None
        while not self._stopped.wait(_EVERY):
            try:
                connection = connection or sqlite3.connect(self._database, isolation_level=None, timeout=0.1)
                _, pages, _ = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            except sqlite3.Error as error:
                structlog.get_logger("fanbot.store").warning("a checkpoint failed", error=str(error))
            else:
                if pages > _TOO_LONG:
                    self._urgent()
        if connection is not None:
            connection.close()
