"""What a person turns on and off for the whole store."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from fanbot.storage import SqlStore
from fanbot.testing.letters import NOON
from fanbot.testing.stores import records

Opener = Callable[..., Awaitable[SqlStore]]


async def test_a_pause_holds_for_every_process_until_it_is_lifted(
    store: SqlStore, open_again: Opener
) -> None:
    """One person pauses, all processes of the store know, also after a restart."""
    other = await open_again()
    assert not await store.switches.paused()
    await store.switches.pause(who="sam", now=NOON, paused=True)
    assert await other.switches.paused()
    assert await (await open_again()).switches.paused()
    await other.switches.pause(who="kim", now=NOON, paused=False)
    assert not await store.switches.paused()


async def test_who_paused_and_resumed_is_on_record(store: SqlStore) -> None:
    """A silence can be explained afterwards (P24)."""
    await store.switches.pause(who="sam", now=NOON, paused=True)
    await store.switches.pause(who="kim", now=NOON + timedelta(hours=1), paused=False)
    told = [(line["who"], line["what"], line["at"]) for line in await records(store, "audit")]
    assert told == [
        ("sam", "paused", NOON.isoformat()),
        ("kim", "resumed", (NOON + timedelta(hours=1)).isoformat()),
    ]


async def test_the_store_knows_when_an_engine_last_was_at_work(store: SqlStore) -> None:
    """From this the next engine learns how long fanbot was down."""
    assert await store.switches.last_alive() is None
    await store.lease.acquire(holder="here", now=NOON)
    assert await store.switches.last_alive() == NOON
    await store.lease.renew(now=NOON + timedelta(minutes=1))
    assert await store.switches.last_alive() == NOON + timedelta(minutes=1)
    await store.lease.release(now=NOON + timedelta(minutes=2))
    assert await store.switches.last_alive() == NOON + timedelta(minutes=2)
