"""One thread writes: what is queued together is one transaction, and every job has its own end."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine

from fanbot.errors import MoveError, StoreError, StoreUnavailableError
from fanbot.storage import bulk
from fanbot.storage.database import parsed, writing_engine
from fanbot.storage.writer import FEW, Writer

either = pytest.mark.parametrize("rows", [None, 1], ids=["in the thread", "at once"])
"""Many rows are written by the thread, a few where they were asked for; what is promised is the same."""


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """Open a file with one table."""
    engine = writing_engine(parsed(f"sqlite:///{tmp_path / 'some.db'}"))
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE word (text TEXT PRIMARY KEY)")
    yield engine
    engine.dispose()


def words(engine: Engine) -> list[str]:
    """Read what was written."""
    with engine.connect() as connection:
        return [row[0] for row in connection.exec_driver_sql("SELECT text FROM word ORDER BY rowid")]


def put(connection: Connection, word: str) -> str:
    """Write a word."""
    bulk.run(connection, "INSERT INTO word VALUES (?)", word)
    return word


@either
async def test_jobs_run_in_the_order_in_which_they_came(engine: Engine, rows: int | None) -> None:
    """Whoever queued first is written first, and each gets its own result."""
    writer = Writer(engine)
    expected = [f"word {n}" for n in range(500)]
    results = await asyncio.gather(*(writer.run(partial(put, word=w), rows=rows) for w in expected))
    await writer.close()
    assert results == expected
    assert words(engine) == expected


@either
async def test_a_job_that_fails_takes_no_other_along(engine: Engine, rows: int | None) -> None:
    """In one group are a broken row, a refused move and three good words; the good ones are written."""
    writer = Writer(engine)

    def refused(connection: Connection) -> str:
        put(connection, "half")
        raise MoveError("not now")

    jobs: tuple[Callable[[Connection], str], ...] = (
        lambda c: put(c, "one"),
        lambda c: put(c, "one"),
        lambda c: put(c, "two"),
        refused,
        lambda c: put(c, "three"),
    )
    results = await asyncio.gather(*(writer.run(job, rows=rows) for job in jobs), return_exceptions=True)
    await writer.close()
    assert [results[0], results[2], results[4]] == ["one", "two", "three"]
    assert isinstance(results[1], StoreError)
    assert isinstance(results[3], MoveError)
    assert words(engine) == ["one", "two", "three"]


@either
async def test_closing_finishes_what_is_queued(engine: Engine, rows: int | None) -> None:
    """Nothing that was handed in is forgotten at the end."""
    writer = Writer(engine)
    waiting = [asyncio.ensure_future(writer.run(partial(put, word=str(n)), rows=rows)) for n in range(50)]
    await asyncio.sleep(0)
    await writer.close()
    await asyncio.gather(*waiting)
    assert len(words(engine)) == 50


async def test_after_closing_a_job_is_refused_rather_than_kept_waiting(engine: Engine) -> None:
    """Whoever comes too late is told so."""
    writer = Writer(engine)
    await writer.close()
    with pytest.raises(StoreError, match="closed"):
        await writer.run(lambda c: put(c, "late"))
    assert words(engine) == []


@either
async def test_a_caller_who_went_away_disturbs_nobody(engine: Engine, rows: int | None) -> None:
    """A cancelled wait leaves the job to be done and the others to be told."""
    writer = Writer(engine)
    leaving = asyncio.ensure_future(writer.run(lambda c: put(c, "left"), rows=rows))
    staying = asyncio.ensure_future(writer.run(lambda c: put(c, "stayed"), rows=rows))
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying == "stayed"
    await writer.close()
    assert words(engine) == ["left", "stayed"]


async def test_only_a_few_rows_are_written_where_they_were_asked_for(engine: Engine) -> None:
    """Many rows, rows of unknown number, and whatever is grouped with them are the thread's."""
    writer = Writer(engine)
    here = threading.get_ident()
    assert await writer.run(lambda _: threading.get_ident(), rows=FEW) == here
    assert await writer.run(lambda _: threading.get_ident(), rows=FEW + 1) != here
    assert await writer.run(lambda _: threading.get_ident()) != here
    jobs = (writer.run(lambda _: threading.get_ident(), rows=rows) for rows in (1, 2, None))
    assert here not in await asyncio.gather(*jobs)
    await writer.close()


async def test_nobody_is_held_up_while_another_process_writes(engine: Engine, tmp_path: Path) -> None:
    """A few rows then wait in the thread; this one goes on with other things, and the rows are written."""
    writer = Writer(engine)
    other = sqlite3.connect(tmp_path / "some.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = asyncio.ensure_future(writer.run(lambda c: put(c, "mine"), rows=1))
    for _ in range(20):
        await asyncio.sleep(0.01)
    assert not waiting.done()
    other.execute("INSERT INTO word VALUES ('theirs')")
    other.execute("COMMIT")
    other.close()
    assert await waiting == "mine"
    await writer.close()
    assert words(engine) == ["theirs", "mine"]


@either
async def test_a_commit_that_fails_is_told_and_leaves_nothing(
    engine: Engine, tmp_path: Path, rows: int | None
) -> None:
    """The disk is full when the rows should become durable; afterwards the next ones are written."""
    writer = Writer(engine)
    await writer.run(lambda c: put(c, "before"), rows=rows)
    pages: Any = await writer.run(lambda c: bulk.row(c, "PRAGMA page_count"))
    await writer.run(lambda c: bulk.rows(c, f"PRAGMA max_page_count = {pages[0]}"))
    with pytest.raises(StoreUnavailableError, match="full"):
        await writer.run(lambda c: put(c, "x" * 100_000), rows=rows)
    assert await writer.run(lambda c: put(c, "after"), rows=rows) == "after"
    await writer.close()
    assert words(engine) == ["before", "after"]


def test_a_loop_that_ended_does_not_keep_the_next_one_waiting(engine: Engine) -> None:
    """Somebody ran a loop, asked for a row and left without an answer; the next loop gets its own."""
    writers: list[Writer] = []

    def slowly(connection: Connection) -> str:
        time.sleep(0.2)
        return put(connection, "left")

    async def leave() -> None:
        writers.append(Writer(engine))
        asked = asyncio.ensure_future(writers[0].run(slowly))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        asked.cancel()

    async def come() -> str:
        async with asyncio.timeout(5):
            return await writers[0].run(lambda c: put(c, "came"), rows=1)

    asyncio.run(leave())
    assert asyncio.run(come()) == "came"
    asyncio.run(writers[0].close())
