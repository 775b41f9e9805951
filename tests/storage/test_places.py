"""Where an adapter reads on after a gap, and what it says of one that stays."""

import pytest

from fanbot.domain.messages import Author, Kind
from fanbot.errors import UnknownItemError
from fanbot.storage import SqlStore
from fanbot.testing.letters import NOON, inbound
from fanbot.testing.stores import hear

ADA, BOB = Author("ada", "Ada"), Author("bob", "Bob")


async def test_the_newest_message_of_each_place_is_known(store: SqlStore) -> None:
    """One place for each channel, the latest first; an edit is no message to read on from."""
    await hear(store, inbound("one", message="1", channel="lobby", author=ADA, direct=False))
    await hear(store, inbound("two", message="2", channel="lobby", author=BOB, direct=False))
    await hear(store, inbound("in private", message="3"))
    changed = inbound("2!", message="2", channel="lobby", author=BOB, direct=False, kind=Kind.EDIT)
    await hear(store, changed)
    await hear(store, inbound("elsewhere", message="9", channel="lobby", account="other"))
    places = await store.recollection(platform="memory", account="main").places()
    assert [(place.address.channel, place.message, place.direct) for place in places] == [
        ("ada", "3", True),
        ("lobby", "2", False),
    ]


async def test_an_account_in_which_nobody_wrote_has_no_places(store: SqlStore) -> None:
    """Another account's places are not its own."""
    await hear(store, inbound("hello"))
    assert await store.recollection(platform="memory", account="new").places() == []


async def test_a_gap_is_named_once_until_somebody_has_seen_it(store: SqlStore) -> None:
    """An adapter that starts again and again does not fill the page; a new gap is told again."""
    adapter = store.recollection(platform="memory", account="main")
    for _ in range(2):
        await adapter.note_gap("The bot may no longer read this channel.", place="#lobby", since=NOON)
    await adapter.note_gap("Nobody knows who wrote.")
    nobody, lobby = await store.desk.gaps()
    assert (lobby.destination, lobby.place, lobby.since) == ("memory/main", "#lobby", NOON)
    assert (nobody.place, nobody.since, nobody.why) == ("", None, "Nobody knows who wrote.")
    before = await store.desk.pulse()
    await store.desk.see_gap(lobby.id, who="sam")
    assert await store.desk.pulse() != before
    assert await store.desk.gaps() == [nobody]
    with pytest.raises(UnknownItemError, match="nothing was changed"):
        await store.desk.see_gap(lobby.id, who="kim")
    await adapter.note_gap("The bot may no longer read this channel.", place="#lobby", since=NOON)
    assert [gap.place for gap in await store.desk.gaps()] == ["#lobby", ""]
