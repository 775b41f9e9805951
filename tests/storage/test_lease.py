"""One engine a store, whatever becomes of the process that held it."""

import asyncio
import sys
from collections.abc import Awaitable, Callable

import psycopg
import pytest

from fanbot.errors import LeaseTakenError
from fanbot.storage import SqlStore
from fanbot.testing.letters import NOON

Opener = Callable[..., Awaitable[SqlStore]]

HOLD = """
import asyncio, sys
from datetime import UTC, datetime
from fanbot.domain.settings import SignalSettings
from fanbot.storage import open_store

async def hold() -> None:
    now = lambda: datetime.now(UTC)
    store = await open_store(sys.argv[1], settings=SignalSettings(), now=now)
    await store.lease.acquire(holder="another process", now=now())
    print("held", flush=True)
    await asyncio.sleep(600)

asyncio.run(hold())
"""


async def test_a_second_engine_is_told_who_works_here(store: SqlStore, open_again: Opener) -> None:
    """The lease is refused with the name of its holder, and can be taken after its release."""
    other = await open_again()
    await store.lease.acquire(holder="host-1, process 7", now=NOON)
    with pytest.raises(LeaseTakenError, match="host-1, process 7") as refused:
        await other.lease.acquire(holder="host-2", now=NOON)
    assert refused.value.holder == "host-1, process 7"
    await store.lease.renew(now=NOON)
    await store.lease.release(now=NOON)
    await other.lease.acquire(holder="host-2", now=NOON)
    with pytest.raises(LeaseTakenError, match="host-2"):
        await store.lease.acquire(holder="host-1", now=NOON)


async def test_giving_back_what_one_does_not_hold_takes_it_from_nobody(
    store: SqlStore, open_again: Opener
) -> None:
    """A refused engine that cleans up behind itself leaves the lease where it is."""
    other = await open_again()
    await store.lease.acquire(holder="one", now=NOON)
    with pytest.raises(LeaseTakenError):
        await other.lease.acquire(holder="two", now=NOON)
    await other.lease.release(now=NOON)
    with pytest.raises(LeaseTakenError, match="one"):
        await other.lease.acquire(holder="two", now=NOON)


async def test_a_closed_store_holds_no_lease(store: SqlStore, open_again: Opener) -> None:
    """Whoever lets go of the store lets go of the lease."""
    again = await open_again()
    await again.lease.acquire(holder="one", now=NOON)
    await again.close()
    await _acquired(store, holder="two")


async def test_a_killed_holder_frees_the_lease_at_once(store: SqlStore, url: str) -> None:
    """After a kill -9 the next engine starts without waiting for any time to run out."""
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLD, url, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert holder.stdout is not None
        assert await holder.stdout.readline() == b"held\n"
        with pytest.raises(LeaseTakenError, match="another process"):
            await store.lease.acquire(holder="the next", now=NOON)
    finally:
        holder.kill()
        await holder.communicate()
    await _acquired(store, holder="the next")
    await store.lease.renew(now=NOON)


@pytest.mark.services
@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_an_engine_learns_that_its_lease_was_lost(
    url: str, store: SqlStore, open_again: Opener
) -> None:
    """When the server dropped the connection and another took over, the old engine must stop."""
    await store.lease.acquire(holder="old", now=NOON)
    _cut_all(url)
    await store.lease.renew(now=NOON)
    other = await open_again()
    with pytest.raises(LeaseTakenError, match="old"):
        await other.lease.acquire(holder="new", now=NOON)
    _cut_all(url)
    await _acquired(other, holder="new")
    with pytest.raises(LeaseTakenError, match="new"):
        await store.lease.renew(now=NOON)


async def _acquired(store: SqlStore, *, holder: str) -> None:
    """Acquire; a server may need a moment to see that a client is gone."""
    for _ in range(500):
        try:
            await store.lease.acquire(holder=holder, now=NOON)
        except LeaseTakenError:
            await asyncio.sleep(0.01)
        else:
            return
    raise AssertionError("the lease did not become free")


def _cut_all(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
