"""Every store that fanbot has, empty, for each test of the store's contract."""

import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, make_url
from sqlmodel import SQLModel

from fanbot.domain.settings import SignalSettings
from fanbot.storage import SqlStore, open_store
from fanbot.storage.database import parsed, writing_engine
from fanbot.storage.migrations import migrate
from fanbot.testing.clock import ManualClock

SERVER = os.environ.get("FANBOT_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432")

MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it

Opener = Callable[..., Awaitable[SqlStore]]
Look = Callable[[str], list[tuple[object, ...]]]


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """Find the server; without one, the tests that need it are skipped."""
    try:
        psycopg.connect(f"{SERVER}/postgres", connect_timeout=2).close()
    except psycopg.OperationalError as error:
        pytest.skip(f"no PostgreSQL answers at FANBOT_TEST_POSTGRES ({SERVER}): {error}")
    return SERVER


@pytest.fixture
def new_postgres(postgres_server: str) -> Iterator[str]:
    """Make a database without tables, for one test."""
    yield from _database(postgres_server)


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: str) -> Iterator[str]:
    """Make a database with its tables, for all tests of this session one after the other."""
    for url in _database(postgres_server):
        _migrate(url)
        yield url


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a file with its tables, to be copied."""
    file = tmp_path_factory.mktemp("migrated") / "fanbot.db"
    _migrate(f"sqlite:///{file}")
    return file


@pytest.fixture
def sqlite_url(migrated_sqlite: Path) -> Iterator[str]:
    """Make an empty store in a file, in memory where the system has such a folder: no disk is waited for."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        file = shutil.copy(migrated_sqlite, Path(folder) / "fanbot.db")
        yield f"sqlite:///{file}"


@pytest.fixture
def postgres_url(migrated_postgres: str) -> str:
    """Empty the store on the server."""
    emptied = "; ".join(f'DELETE FROM "{name}"' for name in SQLModel.metadata.tables)  # noqa: S608 - our own names
    with psycopg.connect(migrated_postgres, autocommit=True) as connection:
        connection.execute(emptied.encode())
    return migrated_postgres


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)])
def url(request: pytest.FixtureRequest) -> str:
    """Name an empty store of each sort."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    return str(request.getfixturevalue(name))


@pytest.fixture
def clock() -> ManualClock:
    """Make the clock of the test."""
    return ManualClock()


@pytest.fixture
async def open_again(url: str, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Opener]:
    """Open the store of the test once more, as another process would; close it after the test."""
    opened: list[SqlStore] = []

    async def again(settings: SignalSettings = SignalSettings()) -> SqlStore:
        store = await open_store(url, settings=settings, now=clock.now, files=tmp_path / "files")
        opened.append(store)
        return store

    yield again
    for store in opened:
        await store.close()


@pytest.fixture
async def store(open_again: Opener) -> SqlStore:
    """Open the store of the test."""
    return await open_again()


@pytest.fixture
def look(url: str) -> Iterator[Look]:
    """Look into the tables, for what no port tells."""
    engine = create_engine(parsed(url))

    def rows(query: str) -> list[tuple[object, ...]]:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]

    yield rows
    engine.dispose()


def _migrate(url: str) -> None:
    engine = writing_engine(parsed(url))
    migrate(engine)
    engine.dispose()


def _database(server: str) -> Iterator[str]:
    name = f"fanbot_test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = off".encode())
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
