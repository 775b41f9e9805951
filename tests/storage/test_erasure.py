"""A fan takes home or erases what is kept of them, and of nobody else."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from sqlalchemy import create_engine
from sqlmodel import SQLModel

from fanbot.domain.handoffs import Lane
from fanbot.domain.messages import Attachment, Author, Inbound, Kind, OutboundKind, SignalClass
from fanbot.domain.reach import Barrier
from fanbot.ports.files import Allowance, Upload
from fanbot.ports.platform import Resend
from fanbot.ports.store import Claim, Move, Parked, Postponed, Sent, Settlement, Standing
from fanbot.storage import SqlStore
from fanbot.storage.database import parsed
from fanbot.testing.letters import NOON, address, inbound
from fanbot.testing.stores import (
    EVERYTHING,
    answer,
    answered,
    confirm,
    decide,
    entry_of,
    handed_over,
    hear,
    records,
    standings,
)

Look = Callable[[str], list[tuple[object, ...]]]
Rows = dict[str, list[tuple[object, ...]]]

HERE = {"memory/main": Resend.SAME_KEY}
KEPT_OF_ALL = {"audit", "alembic_version", "pulse", "lease", "switch", "card"}
"""Tables that hold nothing of a fan."""


async def lives(store: SqlStore, fan: str) -> None:
    """Have a fan leave something in every table: words, files, a reaction, answers, an item, promotions."""
    store.outbox.serve(HERE)
    author = Author(fan, fan.title())
    sent = Upload(f"memory/{fan}", "u1", "a.png", "image/png", fan.encode())
    file = await store.files.keep(sent, allowance=Allowance(100, 1000))
    events = [
        replace(
            inbound("my parcel", channel=fan, message=f"{fan}-1"), attachments=(Attachment("file/1"), file)
        ),
        inbound("my big parcel", channel=fan, message=f"{fan}-1", kind=Kind.EDIT, revision="2"),
        inbound("❤️", channel=fan, message=f"{fan}-1", kind=Kind.REACTION),
        inbound("in public", channel="lounge", message=f"{fan}-2", author=author, direct=False),
        inbound("stop", channel=fan, message=f"{fan}-3"),
    ]
    first, *others, last = await hear(store, *events)
    promotion = replace(answer(last.inbound, "buy!", template="shop"), signal=SignalClass.NOISE)
    claims = await decide(
        store,
        handed_over(first, Lane.ORDER, answer(first.inbound, template="sizes")),
        *(answered(each, answer(each.inbound, template="shipping")) for each in others),
        replace(answered(last, promotion, answer(last.inbound)), opt_out=True),
    )
    await confirm(store, claims[:-1])
    refused = Parked(claims[-1], NOON, f"refused {fan}", arrived=False, barrier=Barrier.BLOCKED)
    await store.outbox.settle([refused])
    await store.journal.note_failure(last.event_id, f"fault {fan}")
    item = (await entry_of(store, first.conversation_id)).handoff.id
    assert await store.cards.note_thread("memory/main", f"thread {fan}", item)
    words = answer(first.inbound, f"Dear {fan}", kind=OutboundKind.HUMAN)
    await store.desk.move(
        item,
        who="sam",
        change=lambda e: Move(
            e.handoff.reply("sam", NOON), "answered", {"text": f"Dear {fan}"}, outbounds=(words,)
        ),
        once=f"act {fan}",
    )
    await hear(store, inbound("undecided", channel=fan, message=f"{fan}-4"))


def rows(look: Look) -> Rows:
    """Read every table that holds something of fans."""
    names = sorted(set(SQLModel.metadata.tables) - KEPT_OF_ALL)
    return {name: sorted(look(f'SELECT * FROM "{name}"'), key=repr) for name in names}  # noqa: S608


async def test_nothing_of_the_fan_is_left_and_everything_of_the_others(store: SqlStore, look: Look) -> None:
    """As if they had never written, in every table there is (P28)."""
    await lives(store, "bob")
    before = rows(look)
    assert [name for name, kept in before.items() if not kept] == ["gap", "restoration", "secret", "session"]
    await lives(store, "ada")
    assert await store.correspondence.erase(platform="memory", user="ada")
    assert rows(look) == before


async def test_an_erasure_is_on_record_without_a_name(store: SqlStore) -> None:
    """That it happened, by whom and when, and an id that leads nowhere."""
    await hear(store, inbound("hi"))
    (fan,) = await records(store, "fan")
    assert await store.correspondence.erase(platform="memory", user="ada")
    (line,) = await records(store, "audit")
    assert (line["who"], line["what"], line["target"]) == ("fan", "fan erased", fan["id"])
    assert await store.correspondence.bubbles(address()) == []


async def test_who_is_not_known_cannot_be_erased_or_exported(store: SqlStore) -> None:
    """It is told that there was nothing, also the second time; an export is empty."""
    assert not await store.correspondence.erase(platform="memory", user="ada")
    await hear(store, inbound("hi"))
    assert not await store.correspondence.erase(platform="other", user="ada")
    assert await exported(store, "eve") == []
    assert await store.correspondence.erase(platform="memory", user="ada")
    assert not await store.correspondence.erase(platform="memory", user="ada")
    assert await exported(store, "ada") == []


async def test_an_export_is_what_the_archive_tells_of_this_fan(store: SqlStore) -> None:
    """Fan, consents, messages, answers; no items, which are the team's, and nothing of others."""
    await lives(store, "ada")
    await lives(store, "bob")
    everything = await exported(store, "ada")
    whole = [record async for record in store.archive.export(fan="memory:ada")]
    assert everything == [record for record in whole if record["type"] not in ("item", "item-event")]
    assert {record["type"] for record in everything} == {"fan", "consent", "message", "outbound", "file"}
    assert len([record for record in everything if record["type"] == "outbound"]) == 7
    assert "bob" not in str(everything).lower()


async def exported(store: SqlStore, user: str) -> Sequence[object]:
    """Export a fan."""
    return [record async for record in store.correspondence.export(platform="memory", user=user)]


async def test_who_writes_again_is_a_new_fan(store: SqlStore) -> None:
    """With a new consent, a new conversation and nothing known."""
    (before,) = await hear(store, inbound("hi", message="1"))
    await decide(store, replace(handed_over(before), introduced=True, opt_out=True))
    await store.correspondence.erase(platform="memory", user="ada")
    (after,) = await hear(store, inbound("hi", message="1"))
    assert after.fan_id != before.fan_id
    assert after.conversation_id != before.conversation_id
    assert (await standings(store, [after.conversation_id]))[after.conversation_id] == Standing()
    assert len(await records(store, "consent")) == 1


async def test_what_is_erased_while_it_is_sent_is_settled_quietly(store: SqlStore, look: Look) -> None:
    """Whatever became of it, nothing comes back, and others go on."""
    store.outbox.serve(HERE)
    outcomes: Sequence[Callable[[Claim], Settlement]] = (
        lambda claim: Sent(claim, NOON),
        lambda claim: Postponed(claim, NOON, "later"),
        lambda claim: Parked(claim, NOON, "refused", arrived=False),
    )
    for number, settled in enumerate(outcomes):
        (asked,) = await hear(store, inbound("hi", message=str(number)))
        noise = answer(asked.inbound, template="sizes", promo="buy!")
        claims = await decide(store, answered(asked, noise, answer(asked.inbound)))
        assert len(claims) == 2
        assert await store.correspondence.erase(platform="memory", user="ada")
        before = rows(look)
        assert not await store.outbox.settle([settled(claim) for claim in claims])
        assert rows(look) == before
    assert not await store.outbox.due(now=NOON)
    assert await store.outbox.recover(now=NOON) == 0


async def test_what_is_erased_before_its_decision_is_not_decided(store: SqlStore, look: Look) -> None:
    """No item without a message, no word to nobody; others of the same batch are decided."""
    store.outbox.serve(HERE)
    one, two = await hear(store, inbound("hi"), inbound("hi", channel="bob", message="2"))
    await store.correspondence.erase(platform="memory", user="ada")
    claims = await decide(
        store,
        replace(handed_over(one, Lane.TECH, answer(one.inbound)), opt_out=True, withdraw=True),
        handed_over(two, Lane.TECH, answer(two.inbound)),
    )
    assert [claim.conversation_id for claim in claims] == [two.conversation_id]
    assert await store.desk.waiting() == 1
    assert await store.inbox.pending(limit=EVERYTHING) == []
    assert look("SELECT event_id FROM decision") == [(two.event_id,)]
    assert await store.journal.note_failure(one.event_id, "fault") == 0


async def test_a_fan_of_two_platforms_stays_one_on_the_other(
    store: SqlStore, look: Look, connect: Callable[[str], None]
) -> None:
    """What was written here goes; the rest, and what holds for the fan, stays until that goes as well."""
    here, there = inbound("here", message="1"), inbound("there", message="1", platform="other")
    pending = await hear(store, here, there)
    first = "(SELECT MIN(id) FROM fan)"
    for name in ("identity", "event", "conversation"):
        connect(f"UPDATE {name} SET fan_id = {first}")  # noqa: S608 - our own names
    connect(f"DELETE FROM fan WHERE id > {first}")  # noqa: S608 - our own words
    one, two = await store.inbox.pending(limit=2)
    assert one.fan_id == two.fan_id == pending[0].fan_id
    await decide(store, *(replace(handed_over(each, Lane.TECH), opt_out=True) for each in (one, two)))
    assert await store.correspondence.erase(platform="memory", user="ada")
    assert [message["text"] for message in await records(store, "message")] == ["there"]
    assert look("SELECT key FROM identity") == [("other/ada",)]
    assert [bool(row[0]) for row in look("SELECT opted_out_at IS NOT NULL FROM fan")] == [True]
    assert await store.correspondence.erase(platform="other", user="ada")
    assert await records(store, "message") == []
    assert look("SELECT id FROM fan") == []


@pytest.fixture
def connect(url: str) -> Callable[[str], None]:
    """Change a table behind the store's back."""

    def run(statement: str) -> None:
        engine = create_engine(parsed(url))
        with engine.begin() as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()

    return run


async def test_in_a_room_with_others_only_the_fans_own_goes(store: SqlStore) -> None:
    """Where two people share a direct conversation, the other's words, items and answers stay and go on."""
    store.outbox.serve({"memory/main": Resend.NEVER})
    both = [_of("ada", "1"), _of("bob", "2"), replace(_of("juno", "3"), author=Author("juno", own=True))]
    mine, theirs, _ = await hear(store, *both)
    claims = await decide(
        store,
        handed_over(mine, Lane.TECH, answer(mine.inbound, "to ada")),
        handed_over(theirs, Lane.PERSONAL, answer(theirs.inbound, "to bob")),
    )
    assert [claim.dispatch.text for claim in claims] == ["to ada"]
    await store.correspondence.erase(platform="memory", user="ada")
    assert [message["id"] for message in await records(store, "message")] == ["2", "3"]
    (entry,) = await store.desk.entries()
    assert entry.latest == theirs.inbound
    await confirm(store, claims)
    (claim,) = await store.outbox.claim(limit=10, now=NOON)
    assert claim.dispatch.text == "to bob"
    await store.correspondence.erase(platform="memory", user="bob")
    assert await records(store, "message") == []
    assert await store.desk.waiting() == 0


def _of(user: str, message: str) -> Inbound:
    return inbound("hi", channel="room", message=message, author=Author(user))


async def test_erasing_and_writing_at_once_leaves_a_whole_store(store: SqlStore, look: Look) -> None:
    """A message is there with its fan and conversation, or not at all."""
    for number in range(10):
        pending = await hear(store, inbound("hi", message=f"{number}-a"))
        await asyncio.gather(
            store.correspondence.erase(platform="memory", user="ada"),
            store.inbox.append([inbound("again", message=f"{number}-b")]),
            decide(store, *(handed_over(each, Lane.TECH, answer(each.inbound)) for each in pending)),
        )
        for name, key, other in (
            ("event", "fan_id", "fan"),
            ("event", "conversation_id", "conversation"),
            ("handoff", "conversation_id", "conversation"),
            ("outbox", "conversation_id", "conversation"),
            ("decision", "event_id", "event"),
            ("version", "event_id", "event"),
        ):
            lost = f"SELECT {key} FROM {name} WHERE {key} NOT IN (SELECT id FROM {other})"  # noqa: S608
            assert look(lost) == []
