"""Keys of the store: random, and the same for whoever asks."""

import asyncio
from collections.abc import Awaitable, Callable

from fanbot.storage import SqlStore

Opener = Callable[..., Awaitable[SqlStore]]


async def test_a_key_stays_what_it_was(store: SqlStore, open_again: Opener) -> None:
    """At every start of the same store, and another one for every name."""
    first = await store.secrets.secret("webchat/main")
    assert len(first) == 32
    assert await store.secrets.secret("webchat/main") == first
    assert await (await open_again()).secrets.secret("webchat/main") == first
    assert await store.secrets.secret("webchat/other") != first


async def test_all_who_ask_at_once_get_the_same(store: SqlStore, open_again: Opener) -> None:
    """Two processes start at the same moment, and a visitor of one is known to the other."""
    other = await open_again()
    for number in range(5):
        asked = (each.secrets.secret(f"name-{number}") for each in (store, other) for _ in range(5))
        assert len(set(await asyncio.gather(*asked))) == 1
