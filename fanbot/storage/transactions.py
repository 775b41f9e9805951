"""How the writer's transactions begin and end: by SQLite's own driver, or by SQLAlchemy on PostgreSQL."""

import sqlite3
from contextlib import suppress
from typing import Protocol

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from fanbot.storage.database import BUSY_SECONDS


class Transactions(Protocol):
    """One transaction after the other, never two at once."""

    def begin(self) -> Connection:
        """Begin, waiting for other processes that write."""
        ...

    def begin_at_once(self) -> Connection | None:
        """Begin if that takes no waiting at all; None where it does."""
        ...

    def commit(self, connection: Connection) -> None:
        """Make it durable; whatever this raises, the transaction may still be undone."""
        ...

    def undo(self, connection: Connection) -> None:
        """Leave nothing of it; never raises."""
        ...

    def checkpoint(self) -> None:
        """Carry a log over into the database, between two transactions; what fails is done next time."""
        ...

    def close(self) -> None:
        """Let go of the connection."""
        ...


def transactions(engine: Engine) -> Transactions:
    """Choose what fits the engine."""
    return _Lite(engine) if engine.dialect.name == "sqlite" else _Pooled(engine)


class _Lite:
    """On one connection for good: to take one from a pool for each transaction takes five times as long."""

    def __init__(self, engine: Engine) -> None:
        self._connection = engine.connect()
        driver = self._connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)  # noqa: S101 - the dialect says so
        self._driver = driver

    def begin(self) -> Connection:
        self._driver.execute("BEGIN IMMEDIATE")
        return self._connection

    def begin_at_once(self) -> Connection | None:
        self._driver.execute("PRAGMA busy_timeout = 0")
        try:
            return self.begin()
        except sqlite3.Error:
            return None
        finally:
            self._driver.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")

    def commit(self, connection: Connection) -> None:
        del connection
        self._driver.execute("COMMIT")

    def undo(self, connection: Connection) -> None:
        del connection
        with suppress(sqlite3.Error):
            if self._driver.in_transaction:
                self._driver.execute("ROLLBACK")

    def checkpoint(self) -> None:
        with suppress(sqlite3.Error):
            self._driver.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()

    def close(self) -> None:
        self._connection.close()


class _Pooled:
    """Each on a connection of the pool, which notices one that was cut."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self) -> Connection:
        connection = self._engine.connect()
        try:
            connection.begin()
        except SQLAlchemyError:
            connection.close()
            raise
        return connection

    def begin_at_once(self) -> Connection | None:
        return None

    def commit(self, connection: Connection) -> None:
        connection.commit()
        connection.close()

    def undo(self, connection: Connection) -> None:
        with suppress(SQLAlchemyError):
            connection.close()

    def checkpoint(self) -> None:
        pass

    def close(self) -> None:
        pass
