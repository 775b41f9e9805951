"""The tables come up to date in one go, whichever version wrote them and however many start at once."""

import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine
from sqlmodel import SQLModel

from fanbot.domain.settings import SignalSettings
from fanbot.errors import StoreError
from fanbot.storage import migrations, open_store
from fanbot.storage.database import parsed, writing_engine
from fanbot.testing.clock import ManualClock
from fanbot.testing.letters import NOON
from fanbot.testing.stores import records

OPEN = """
import asyncio, sys
from fanbot.domain.settings import SignalSettings
from fanbot.storage import open_store
from fanbot.testing.clock import ManualClock
from fanbot.testing.letters import inbound

async def start() -> None:
    sys.stdin.readline()
    store = await open_store(sys.argv[1], settings=SignalSettings(), now=ManualClock().now)
    await store.inbox.append([inbound("hi", message=sys.argv[2])])
    await store.close()

asyncio.run(start())
"""

FIRST = """
INSERT INTO fan (id, created_at, name) VALUES (1, 1, 'Ada')

INSERT INTO identity VALUES ('memory/ada', 'memory', 'ada', 1)

INSERT INTO conversation (id, key, part, platform, account, channel, thread, direct, fan_id)
VALUES (2, 'memory/main/ada/', 0, 'memory', 'main', 'ada', '', TRUE, 1)

INSERT INTO event (id, key, conversation_id, fan_id, "user", message, kind, received_at, reply_to, mentioned,
bot, own, files, decided, attempts) VALUES (3, 'memory/main/ada/1/message/', 2, 1, 'ada', '1', 'message', 1,
'', FALSE, FALSE, FALSE, FALSE, TRUE, 0)

INSERT INTO version VALUES (3, 'buy followers')

INSERT INTO decision (event_id, decided_at, route, reasons)
VALUES (3, 1, 'quarantine', '["it sells followers"]')
"""


def new_url(sort: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Name a store that nobody has opened yet."""
    if sort == "postgresql":
        return str(request.getfixturevalue("new_postgres"))
    return f"sqlite:///{tmp_path / 'new.db'}"


def _seen_by_alembic(sort: str) -> Callable[..., bool]:
    """Leave out what Alembic cannot read back from SQLite, an index that descends; the next test sees it."""
    return lambda _object, name, *_: sort == "postgresql" or name != "handoff_queue"


SORTS = pytest.mark.parametrize("sort", ["sqlite", pytest.param("postgresql", marks=pytest.mark.services)])


@SORTS
def test_a_new_store_is_what_the_tables_say(
    sort: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """All migrations one after the other give exactly the models: columns, types, indexes."""
    url = new_url(sort, request, tmp_path)
    engine = writing_engine(parsed(url))
    with engine.begin() as connection:
        migrations.upgrade(connection)
    with engine.connect() as connection:
        opts = {"compare_type": True, "include_object": _seen_by_alembic(sort)}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, SQLModel.metadata) == []
    engine.dispose()


def test_the_conditions_of_partial_indexes_are_those_of_the_models(tmp_path: Path) -> None:
    """What no comparison of Alembic sees: which rows a partial index holds."""
    engine = create_engine("sqlite://")
    SQLModel.metadata.create_all(engine)
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE '%WHERE%' ORDER BY name"
    with engine.connect() as connection:
        expected = [tuple(row) for row in connection.exec_driver_sql(query)]
    engine.dispose()
    file = tmp_path / "revised.db"
    revised = writing_engine(parsed(f"sqlite:///{file}"))
    with revised.begin() as connection:
        migrations.upgrade(connection)
    revised.dispose()
    found = sqlite3.connect(file)
    assert found.execute(query).fetchall() == expected
    found.close()
    assert len(expected) >= 5


def test_the_newest_revision_is_the_newest_file() -> None:
    """Whoever adds a migration is reminded to name it."""
    folder = Path(migrations.__file__).parent / "versions"
    newest = max(folder.glob("v*.py"))
    revision = re.search(r'^revision = "(\w+)"$', newest.read_text(), re.MULTILINE)
    assert revision is not None
    assert revision[1] == migrations.HEAD
    assert newest.name.startswith(f"v{migrations.HEAD}_")


async def test_a_newer_store_is_refused_unchanged(migrated_sqlite: Path, tmp_path: Path) -> None:
    """An older fanbot does not touch what a newer one wrote."""
    file = tmp_path / "newer.db"
    shutil.copy(migrated_sqlite, file)
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    before = file.read_bytes()
    with pytest.raises(StoreError, match="newer fanbot") as refused:
        await open_store(f"sqlite:///{file}", settings=SignalSettings(), now=ManualClock().now)
    assert "9999" in str(refused.value)
    assert file.read_bytes() == before


@SORTS
async def test_a_store_of_the_first_version_goes_on(
    sort: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """What it holds is there, what was set aside in it can be reviewed, and people can sign in."""
    url = new_url(sort, request, tmp_path)
    _write_as_the_first_version(url)
    store = await open_store(url, settings=SignalSettings(), now=ManualClock().now)
    assert [fan["name"] for fan in await records(store, "fan")] == ["Ada"]
    (spam,) = await store.desk.set_aside()
    assert (spam.inbound.text, spam.reasons) == ("buy followers", ("it sells followers",))
    await store.desk.review(spam.event_id, who="sam", for_person=True)
    assert [entry.latest.text for entry in await store.desk.entries()] == ["buy followers"]
    await store.sessions.begin("key", who="sam", now=NOON, until=NOON + timedelta(hours=1))
    assert await store.sessions.find("key", now=NOON) is not None
    assert len(await store.secrets.secret("name")) == 32
    assert await store.correspondence.erase(platform="memory", user="ada")
    await store.close()


def _write_as_the_first_version(url: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.set_main_option("path_separator", "os")
    engine = writing_engine(parsed(url))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for statement in FIRST.strip().split("\n\n"):
            connection.exec_driver_sql(statement)
    engine.dispose()


@SORTS
def test_two_processes_may_open_a_new_store_at_once(
    sort: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """One of them makes the tables, the other one waits, and both work."""
    url = new_url(sort, request, tmp_path)
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN, url, str(number)],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(2)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    told = [process.communicate()[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], told
    engine = create_engine(parsed(url))
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT COUNT(*) FROM event").scalar() == 2
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars().all() == [
            migrations.HEAD
        ]
    engine.dispose()
