"""Open a database the way that keeps every promise: SQLite in one file, or PostgreSQL."""

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from fanbot.errors import StoreError, StoreUnavailableError

BUSY_SECONDS = 5.0
"""How long to wait for another process's transaction."""
_CACHE_KIB = 24_000
_WRITER_LOCK = 0x66616E62
"""The advisory lock that makes PostgreSQL serialise writers as SQLite does."""


def parsed(url: str) -> URL:
    """Read a store's address; raises StoreError for one that no engine here serves."""
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise StoreError(
            f"The store's address {url!r} cannot be read. For example: sqlite:///data/fanbot.db"
        ) from error
    if address.get_backend_name() == "sqlite":
        if not address.database:
            raise StoreError("The store needs a file. For example: sqlite:///data/fanbot.db")
        return address
    if address.get_backend_name() == "postgresql":
        return address.set(drivername="postgresql+psycopg")
    raise StoreError(
        f"The store's address begins with {address.drivername!r}; SQLite and PostgreSQL are served. "
        "For example: sqlite:///data/fanbot.db"
    )


def sqlite_file(url: URL) -> Path | None:
    """Return the file of a SQLite store, None for PostgreSQL."""
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def writing_engine(url: URL) -> Engine:
    """Make the engine of the one writer: its transactions take the write lock at once."""
    if url.get_backend_name() == "sqlite":
        _make_folder(url)
        return _sqlite(url, begin="BEGIN IMMEDIATE", pool_size=1)
    try:
        engine = create_engine(url, pool_size=1, max_overflow=1, pool_pre_ping=True)
    except ModuleNotFoundError as error:
        raise StoreError(
            "A PostgreSQL store needs a driver that is not installed. Nothing was changed. "
            "Install it with: pip install 'fanbot[scale]'"
        ) from error

    @event.listens_for(engine, "begin")
    def serialise(connection: Connection) -> None:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITER_LOCK})")

    return engine


def reading_engine(url: URL, *, threads: int) -> Engine:
    """Make the engine of the readers: each transaction is one consistent view."""
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, begin="BEGIN", pool_size=threads)
    return create_engine(
        url, pool_size=threads, max_overflow=1, pool_pre_ping=True, isolation_level="REPEATABLE READ"
    )


def _make_folder(url: URL) -> None:
    folder = Path(url.database or "").parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnavailableError(
            f"The store's folder {folder} cannot be made ({error.strerror}). Nothing was changed. "
            "Choose another place under [store] url, or make the folder writable."
        ) from error


def _sqlite(url: URL, *, begin: str, pool_size: int) -> Engine:
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS, "cached_statements": 256},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _entry: ConnectionPoolEntry) -> None:
        assert isinstance(connection, sqlite3.Connection)  # noqa: S101 - the driver is ours to know
        connection.isolation_level = None
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            f"cache_size = -{_CACHE_KIB}",
            "wal_autocheckpoint = 0",
            "temp_store = MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
