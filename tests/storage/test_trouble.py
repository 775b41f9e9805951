"""What goes wrong around a store ends in a sentence for a person, and nothing half-written."""

import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from fanbot.domain.messages import Author
from fanbot.domain.settings import SignalSettings
from fanbot.errors import StoreError, StoreUnavailableError
from fanbot.storage import SqlStore, open_store
from fanbot.testing.clock import ManualClock
from fanbot.testing.letters import inbound
from fanbot.testing.stores import newly_kept, records

SQLITE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)

FULL_DISK = """
import asyncio, json, resource, sys
from fanbot.domain.settings import SignalSettings
from fanbot.errors import FanbotError
from fanbot.storage import open_store
from fanbot.testing.clock import ManualClock
from fanbot.testing.letters import inbound

async def fill() -> None:
    store = await open_store(sys.argv[1], settings=SignalSettings(), now=ManualClock().now)
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, most))
    kept, error = 0, ""
    while not error:
        try:
            await store.inbox.append([inbound("x" * 50_000, message=str(kept))])
            kept += 1
        except FanbotError as refused:
            error = f"{type(refused).__name__}: {refused}"
    waiting = len(await store.inbox.pending(limit=1000))
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    again = await store.inbox.append([inbound("x", message=str(kept))])
    print(json.dumps([kept, waiting, error, again[0] is not None]))
    await store.close()

asyncio.run(fill())
"""

NOBODY = """
import asyncio, json, os, sys
import alembic.command, alembic.config, sqlalchemy.dialects.sqlite
from fanbot.domain.settings import SignalSettings
from fanbot.errors import FanbotError
from fanbot.storage import open_store
from fanbot.testing.clock import ManualClock
from fanbot.testing.letters import inbound

async def attempt(url: str) -> str:
    try:
        store = await open_store(url, settings=SignalSettings(), now=ManualClock().now)
        await store.inbox.append([inbound("hi")])
    except FanbotError as refused:
        return f"{type(refused).__name__}: {refused}"
    return "kept"

if os.geteuid() == 0:
    os.setuid(65534)
print(json.dumps([asyncio.run(attempt(url)) for url in sys.argv[1:]]))
"""


NO_DRIVER = """
import asyncio, json, sys
sys.modules["psycopg"] = None
from fanbot.domain.settings import SignalSettings
from fanbot.errors import StoreError
from fanbot.storage import open_store
from fanbot.testing.clock import ManualClock

try:
    address = "postgresql://127.0.0.1/fanbot"
    asyncio.run(open_store(address, settings=SignalSettings(), now=ManualClock().now))
except StoreError as refused:
    print(json.dumps(str(refused)))
"""


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """Make a folder that every user of the machine can reach."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


async def opened(url: str) -> SqlStore:
    """Open a store."""
    return await open_store(url, settings=SignalSettings(), now=ManualClock().now)


def names(folder: Path) -> list[str]:
    """Name the files of a folder."""
    return sorted(file.name for file in folder.iterdir())


def run(script: str, *files: Path) -> object:
    """Run a script on stores in a process of its own; return what it prints."""
    command = [sys.executable, "-c", script, *(f"sqlite:///{file}" for file in files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_full_disk_refuses_and_then_goes_on(tmp_path: Path) -> None:
    """What was confirmed is there, what was refused is not, and with room again it works again (G1)."""
    told = run(FULL_DISK, tmp_path / "fanbot.db")
    assert isinstance(told, list)
    kept, waiting, error, again = told
    assert kept == waiting > 0
    assert error.startswith("StoreUnavailableError: ")
    assert "free space" in error
    assert again is True


@SQLITE
async def test_a_store_that_another_process_holds_is_waited_for(url: str, store: SqlStore) -> None:
    """Reading goes on, writing says that it cannot now, and works when the other one is done."""
    other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert await store.inbox.pending(limit=10) == []
    with pytest.raises(StoreUnavailableError, match="locked"):
        await newly_kept(store, [inbound("hi")])
    other.execute("ROLLBACK")
    other.close()
    assert await newly_kept(store, [inbound("hi")]) == [True]


def test_what_cannot_be_written_is_refused_with_the_reason(
    public_folder: Path, migrated_sqlite: Path
) -> None:
    """A foreign folder, one that cannot be made and a read-only store: each is told, none is changed."""
    folder, file = public_folder / "folder", public_folder / "fanbot.db"
    folder.mkdir()
    shutil.copy(migrated_sqlite, file)
    before = file.read_bytes()
    file.chmod(0o444)
    told = run(NOBODY, folder / "fanbot.db", folder / "data" / "fanbot.db", file)
    assert isinstance(told, list)
    assert len(told) == 3
    assert all(each.startswith("StoreUnavailableError: ") for each in told)
    assert all("writ" in each for each in told)
    assert str(folder / "data") in told[1]
    assert names(folder) == []
    assert file.read_bytes() == before


async def test_a_file_that_is_no_store_is_left_alone(tmp_path: Path) -> None:
    """Somebody's letter is not taken for a database, and not changed."""
    file = tmp_path / "letter.txt"
    file.write_text("Dear Ada, " * 500)
    with pytest.raises(StoreError, match=r"letter\.txt") as refused:
        await opened(f"sqlite:///{file}")
    assert not isinstance(refused.value, StoreUnavailableError)
    assert file.read_text() == "Dear Ada, " * 500


@pytest.mark.parametrize("url", ["", "mysql://here/fanbot", "sqlite://", "sqlite:///", "just words"])
async def test_an_address_that_nobody_serves_is_answered_with_an_example(url: str) -> None:
    """A slip in the settings ends in a line that can be copied."""
    with pytest.raises(StoreError, match=r"For example: sqlite:///data/fanbot\.db"):
        await opened(url)


async def test_a_server_that_does_not_answer_is_worth_another_try() -> None:
    """While the database server restarts, fanbot waits for it."""
    with pytest.raises(StoreUnavailableError):
        await opened("postgresql://nobody@127.0.0.1:1/fanbot?connect_timeout=2")


def test_a_missing_driver_is_named_with_the_command_that_installs_it(tmp_path: Path) -> None:
    """Who names a server without the extra for it gets a line to copy."""
    assert "pip install 'fanbot[scale]'" in str(run(NO_DRIVER, tmp_path / "unused.db"))


async def test_a_new_folder_is_made_for_a_new_store(tmp_path: Path) -> None:
    """The first start needs no preparation."""
    store = await opened(f"sqlite:///{tmp_path}/a/b/fanbot.db")
    assert await newly_kept(store, [inbound("hi")]) == [True]
    await store.close()
    assert names(tmp_path / "a" / "b") == ["fanbot.db"]


async def test_an_error_of_the_store_tells_nothing_of_what_fans_wrote(store: SqlStore) -> None:
    """Errors end in logs, and words of fans do not belong there (P28)."""
    secret = inbound("my secret \ud83d", author=Author("ada", "Ada Secret"))
    with pytest.raises(StoreError) as refused:
        await newly_kept(store, [secret])
    told = f"{refused.value} {refused.value.__cause__}"
    assert "ecret" not in told
    assert await records(store, "fan") == []


@pytest.mark.services
@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_a_letter_that_a_server_does_not_know_is_refused_quietly(store: SqlStore) -> None:
    """PostgreSQL keeps no NUL; the refusal does not quote the text around it (P28)."""
    with pytest.raises(StoreError) as refused:
        await newly_kept(store, [inbound("my secret \0")])
    assert "secret" not in str(refused.value)
    assert not isinstance(refused.value, StoreUnavailableError)
