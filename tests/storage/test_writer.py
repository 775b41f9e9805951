"""One thread writes: what is queued together is one transaction, and every job has its own end."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine

from fanbot.errors import MoveError, StoreError
from fanbot.storage.database import parsed, writing_engine
from fanbot.storage.writer import Writer


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
    connection.exec_driver_sql("INSERT INTO word VALUES (?)", (word,))
    return word


async def test_jobs_run_in_the_order_in_which_they_came(engine: Engine) -> None:
    """Whoever queued first is written first, and each gets its own result."""
    writer = Writer(engine)
    expected = [f"word {n}" for n in range(500)]
    results = await asyncio.gather(*(writer.run(lambda c, w=w: put(c, w)) for w in expected))
    await writer.close()
    assert results == expected
    assert words(engine) == expected


async def test_a_job_that_fails_takes_no_other_along(engine: Engine) -> None:
    """In one group are a broken row, a refused move and three good words; the good ones are written."""
    writer = Writer(engine)

    def refused(connection: Connection) -> str:
        put(connection, "half")
        raise MoveError("not now")

    jobs = (
        lambda c: put(c, "one"),
        lambda c: put(c, "one"),
        lambda c: put(c, "two"),
        refused,
        lambda c: put(c, "three"),
    )
    results = await asyncio.gather(*(writer.run(job) for job in jobs), return_exceptions=True)
    await writer.close()
    assert [results[0], results[2], results[4]] == ["one", "two", "three"]
    assert isinstance(results[1], StoreError)
    assert isinstance(results[3], MoveError)
    assert words(engine) == ["one", "two", "three"]


async def test_closing_finishes_what_is_queued(engine: Engine) -> None:
    """Nothing that was handed in is forgotten at the end."""
    writer = Writer(engine)
    waiting = [asyncio.ensure_future(writer.run(lambda c, n=n: put(c, str(n)))) for n in range(50)]
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


async def test_a_caller_who_went_away_disturbs_nobody(engine: Engine) -> None:
    """A cancelled wait leaves the job to be done and the others to be told."""
    writer = Writer(engine)
    leaving = asyncio.ensure_future(writer.run(lambda c: put(c, "left")))
    staying = asyncio.ensure_future(writer.run(lambda c: put(c, "stayed")))
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying == "stayed"
    await writer.close()
    assert words(engine) == ["left", "stayed"]
