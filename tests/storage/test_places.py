"""Where an adapter reads on after a gap."""

from fanbot.domain.messages import Author, Kind
from fanbot.storage import SqlStore
from fanbot.testing.letters import inbound
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
