"""Every platform event is kept once, in order, before anything else happens to it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from fanbot.domain.messages import Attachment, Author, Inbound, Kind
from fanbot.errors import StoreError
from fanbot.storage import SqlStore
from fanbot.testing.letters import NOON, inbound
from fanbot.testing.stores import EVERYTHING, hear, newly_kept, records

Opener = Callable[..., Awaitable[SqlStore]]

HOSTILE = {
    "quotes": """'; DROP TABLE event; -- " \\" %s %(x)s :x ? ?? {keys} $1""",
    "emoji": "👩‍👩‍👧‍👦🏳️‍🌈 ẞ ﷽ 𝕳𝖊𝖑𝖑𝖔",
    "right to left": "\u202egnol .txt\u202c مرحبا \u2066שלום\u2069",
    "control": "\x01\x02\x1b[2J\r\n\t\x7f\u2028\ufeff",
    "markup": "@everyone <script>alert(1)</script> {{ 9**9 }} {% raw %} ../../etc/passwd",
    "nothing": "",
    "a megabyte": "ü🎸" * 175_000,
}


def several(count: int, *, channel: str = "ada", first: int = 1) -> list[Inbound]:
    """Write some messages of one fan."""
    return [inbound(f"text {n}", message=str(n), channel=channel) for n in range(first, first + count)]


async def test_keeps_an_event_once_within_a_batch(store: SqlStore) -> None:
    """A platform that delivers twice in one go is told which of the two was new."""
    one, two = several(2)
    assert await newly_kept(store, [one, two, one]) == [True, True, False]
    assert [pending.inbound for pending in await store.inbox.pending(limit=10)] == [one, two]


async def test_keeps_an_event_once_across_batches(store: SqlStore) -> None:
    """A replay after a lost confirmation adds nothing and can be confirmed."""
    one, two, three = several(3)
    assert await newly_kept(store, [one, two]) == [True, True]
    assert await newly_kept(store, [two, three, one]) == [False, True, False]
    assert [pending.inbound for pending in await store.inbox.pending(limit=10)] == [one, two, three]


async def test_keeps_an_event_once_when_two_processes_bring_it_at_once(
    store: SqlStore, open_again: Opener
) -> None:
    """Of all who bring the same event at the same time, exactly one is told that it was new."""
    other = await open_again()
    batches = [several(10, channel=f"fan{n % 4}", first=n) for n in range(12)]
    kept = await asyncio.gather(
        *(newly_kept(where, batch) for batch in batches for where in (store, other, store))
    )
    different = {event.event for batch in batches for event in batch}
    assert sum(sum(batch) for batch in kept) == len(different)
    pending = await store.inbox.pending(limit=EVERYTHING)
    assert {each.inbound.event for each in pending} == different
    assert len(pending) == len(different)
    assert len({each.fan_id for each in pending}) == 4


async def test_keeps_the_order_of_arrival(store: SqlStore) -> None:
    """Events come out as they came in, whatever the platform says of their times."""
    events = [replace(event, received_at=NOON - timedelta(minutes=n)) for n, event in enumerate(several(300))]
    await store.inbox.append(events[:200])
    await store.inbox.append(events[200:])
    assert [pending.inbound for pending in await store.inbox.pending(limit=1000)] == events


async def test_what_was_just_kept_is_what_waits(store: SqlStore) -> None:
    """Nobody has to ask again for what was stored a moment ago."""
    kept = await store.inbox.append(several(3))
    assert kept == await store.inbox.pending(limit=10)
    assert await store.inbox.append(several(4)) == [
        None,
        None,
        None,
        (await store.inbox.pending(limit=10))[3],
    ]


async def test_gives_the_oldest_first_when_only_some_are_asked_for(store: SqlStore) -> None:
    """A limit leaves the later ones for later."""
    events = several(5)
    await store.inbox.append(events)
    assert [pending.inbound for pending in await store.inbox.pending(limit=2)] == events[:2]


async def test_what_was_kept_still_waits_after_a_restart(store: SqlStore, open_again: Opener) -> None:
    """An event outlives the process that took it in."""
    events = several(3)
    await store.inbox.append(events)
    await store.close()
    again = await open_again()
    assert [pending.inbound for pending in await again.inbox.pending(limit=10)] == events
    assert await newly_kept(again, events) == [False, False, False]


async def test_an_empty_batch_is_nothing(store: SqlStore) -> None:
    """Nothing in, nothing out."""
    assert await newly_kept(store, []) == []
    assert await store.inbox.pending(limit=10) == []


async def test_the_first_message_makes_fan_identity_and_consent(store: SqlStore) -> None:
    """A fan is known from the first word on, and how that came about is on record."""
    first, second = several(2)
    await store.inbox.append([first])
    await store.inbox.append([second])
    (fan,) = await records(store, "fan")
    assert (fan["name"], fan["identities"]) == ("Ada", ["memory/ada"])
    (consent,) = await records(store, "consent")
    assert (consent["fan"], consent["what"]) == (fan["id"], "conversation")
    assert consent["source"] == str(first.event)
    assert consent["at"] == NOON.isoformat()


async def test_a_bot_gives_no_consent(store: SqlStore) -> None:
    """What another bot or our own account writes is kept, and agrees to nothing."""
    bot = inbound("beep", author=Author("b", "Bot", bot=True))
    own = inbound("hello", channel="bob", author=Author("o", "Us", own=True))
    await store.inbox.append([bot, own])
    assert await records(store, "consent") == []
    assert [pending.inbound for pending in await store.inbox.pending(limit=10)] == [bot, own]


async def test_one_person_is_one_fan_in_every_place_of_a_platform(store: SqlStore) -> None:
    """Who writes directly and in a shared channel is the same fan in two conversations."""
    ada = Author("ada", "Ada")
    direct, shared = await hear(
        store,
        inbound("hi", channel="ada", author=ada),
        inbound("hi all", channel="lounge", author=ada, direct=False),
    )
    assert direct.fan_id == shared.fan_id
    assert direct.conversation_id != shared.conversation_id


async def test_the_same_user_id_elsewhere_is_another_fan(store: SqlStore) -> None:
    """Two platforms may number their users alike."""
    here, there = await hear(store, inbound("hi"), inbound("hi", platform="other"))
    assert here.fan_id != there.fan_id


async def test_fans_of_a_shared_channel_have_a_conversation_each(store: SqlStore) -> None:
    """Order and hush in a busy channel hang on the fan; a direct chat is one conversation."""
    ada, bob = Author("ada", "Ada"), Author("bob", "Bob")
    one, two, three = await hear(
        store,
        inbound("hi", channel="lounge", message="1", author=ada, direct=False),
        inbound("hi", channel="lounge", message="2", author=bob, direct=False),
        inbound("so", channel="lounge", message="3", author=ada, direct=False),
    )
    assert one.conversation_id == three.conversation_id
    assert one.conversation_id != two.conversation_id


async def test_the_same_message_id_in_two_channels_is_two_events(store: SqlStore) -> None:
    """Telegram numbers the messages of each chat on its own."""
    here, there = inbound("hi", channel="ada", message="7"), inbound("hi", channel="bob", message="7")
    assert await newly_kept(store, [here, there]) == [True, True]


async def test_names_with_slashes_are_not_mixed_up(store: SqlStore) -> None:
    """Places whose parts would read alike when joined stay apart."""
    events = [
        inbound("hi", channel="a/b", message="c", author=Author("x")),
        inbound("hi", channel="a", message="b/c", author=Author("x")),
        inbound("hi", channel="a%2Fb", message="c", author=Author("x"), revision="r/%2F%25"),
    ]
    pending = await hear(store, *events)
    assert [each.inbound for each in pending] == events
    assert len({each.conversation_id for each in pending}) == 3


async def test_edits_reactions_and_presses_are_events_of_their_own(store: SqlStore) -> None:
    """They reuse the id of their message, and nothing of them is lost."""
    events = [
        inbound("helo", message="7"),
        inbound("hello", message="7", kind=Kind.EDIT, revision="1700000000"),
        inbound("hello!", message="7", kind=Kind.EDIT, revision="1700000009"),
        inbound("❤️", message="7", kind=Kind.REACTION, revision="ada"),
        inbound("template:shipping", message="7", kind=Kind.PRESS, revision="p1"),
        inbound("", message="7", kind=Kind.DELETION),
    ]
    assert await newly_kept(store, events) == [True] * 6
    assert [pending.inbound for pending in await store.inbox.pending(limit=10)] == events


async def test_everything_that_came_with_a_message_is_kept(store: SqlStore) -> None:
    """Files in their order, the message it answers, both times, and whether the bot was meant."""
    event = replace(
        inbound("look!", channel="lounge", author=Author("ada", "Ada"), direct=False, mentioned=True),
        attachments=(
            Attachment("file/9", "cat.png", "image/png", 2**40),
            Attachment("file/1"),
            Attachment("file/5", "song.ogg", "audio/ogg", 12),
        ),
        reply_to="6",
        sent_at=NOON - timedelta(seconds=3, microseconds=7),
    )
    plain = inbound("no files", message="2")
    await store.inbox.append([event, plain])
    assert [pending.inbound for pending in await store.inbox.pending(limit=10)] == [event, plain]


async def test_a_thread_is_a_place_of_its_own(store: SqlStore) -> None:
    """A message comes back with the thread it was written in."""
    event = inbound("hi")
    threaded = replace(
        inbound("hi", message="2"), address=replace(event.address, thread="t1"), direct=event.direct
    )
    one, two = await hear(store, event, threaded)
    assert one.conversation_id != two.conversation_id
    assert two.inbound.address.thread == "t1"


async def test_a_fan_is_called_by_the_newest_name(store: SqlStore) -> None:
    """A new name is taken over, also within one batch; a message without a name takes none away."""
    names = ["Ada", "", "Ada L.", ""]
    events = [inbound("hi", message=str(n), author=Author("ada", name)) for n, name in enumerate(names)]
    await store.inbox.append(events)
    assert [fan["name"] for fan in await records(store, "fan")] == ["Ada L."]
    names = ["Countess", "Lovelace", ""]
    await store.inbox.append(
        [inbound("hi", message=f"b{n}", author=Author("ada", name)) for n, name in enumerate(names)]
    )
    assert [fan["name"] for fan in await records(store, "fan")] == ["Lovelace"]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
async def test_fan_text_is_data(store: SqlStore, text: str) -> None:
    """Whatever a fan writes comes back letter by letter, also as a name or an id (G8)."""
    word = text[:100] or "x"
    event = replace(
        inbound(text, channel=word, message=word, author=Author(word, word), revision=word),
        reply_to=word,
        attachments=(Attachment(word, word, word, 1),),
    )
    assert await newly_kept(store, [event]) == [True]
    assert await newly_kept(store, [event]) == [False]
    assert [pending.inbound for pending in await store.inbox.pending(limit=10)] == [event]


async def test_an_event_that_no_store_takes_is_refused_alone(store: SqlStore) -> None:
    """Half a surrogate pair is no text; its sender is told, and what came with it is kept."""
    good = [newly_kept(store, [event]) for event in several(3)]
    bad = newly_kept(store, [inbound("\ud83d", message="bad")])
    *kept, refused = await asyncio.gather(*good, bad, return_exceptions=True)
    assert kept == [[True], [True], [True]]
    assert isinstance(refused, StoreError)
    assert len(await store.inbox.pending(limit=10)) == 3
    assert await newly_kept(store, [inbound("after", message="after")]) == [True]
