"""The store as a whole: everything out, a copy beside running work, a copy put back safely."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import orjson
import pytest

from fanbot.domain.decisions import Route
from fanbot.domain.handoffs import Lane, State
from fanbot.domain.messages import Attachment, Author, Inbound, Kind, OutboundKind
from fanbot.domain.settings import SignalSettings
from fanbot.errors import StoreError, UnknownItemError
from fanbot.ports.platform import Resend
from fanbot.ports.store import Move
from fanbot.storage import SqlStore, open_store
from fanbot.testing.clock import ManualClock
from fanbot.testing.letters import NOON, inbound
from fanbot.testing.stores import (
    EVERYTHING,
    answer,
    answered,
    confirm,
    decide,
    entry_of,
    handed_over,
    hear,
    newly_kept,
    records,
    standings,
)

Opener = Callable[..., Awaitable[SqlStore]]

HERE = {"memory/main": Resend.SAME_KEY}
SQLITE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)


async def opened(file: Path) -> SqlStore:
    """Open a copy."""
    return await open_store(f"sqlite:///{file}", settings=SignalSettings(), now=ManualClock().now)


async def test_an_export_has_every_message_with_its_decision(store: SqlStore) -> None:
    """Every inbound id that was ever kept is there once, in order, decided or not (P24)."""
    events = [inbound(f"text {n}", message=str(n), channel=f"fan{n % 7}") for n in range(1100)]
    pending = await hear(store, *events)
    await decide(store, *(answered(each) for each in pending[:1050]))
    messages = await records(store, "message")
    assert [message["event"] for message in messages] == [str(event.event) for event in events]
    assert [message["decision"] is not None for message in messages] == [True] * 1050 + [False] * 50
    assert messages[0]["text"] == "text 0"
    assert messages[0]["author"] == {"id": "fan0", "name": "Fan0"}


async def test_an_export_has_everything_around_the_messages(store: SqlStore) -> None:
    """Fan, consent, message, files, words, item, its events and who did what, each as plain JSON."""
    store.outbox.serve(HERE)
    event = replace(
        inbound("look 🎸", message="7"),
        attachments=(Attachment("file/2", "b.png", "image/png", 5), Attachment("file/1")),
        sent_at=NOON,
    )
    (pending,) = await hear(store, event)
    claims = await decide(store, handed_over(pending, Lane.TECH, answer(event, "A person reads this.")))
    await confirm(store, claims)
    item = (await entry_of(store, pending.conversation_id)).handoff.id
    await store.desk.move(
        item, who="sam", change=lambda e: Move(e.handoff.claim("sam", NOON), "claimed", {"why": "mine"})
    )
    everything = [record async for record in store.archive.export()]
    assert orjson.loads(orjson.dumps(everything)) == everything
    sorts = [record["type"] for record in everything]
    assert sorts == [
        "fan", "consent", "message", "outbound", "item", "item-event", "item-event", "audit",
    ]  # fmt: skip
    assert len({record["id"] for record in everything if "id" in record}) == len(everything) - 1
    message, sent, kept = everything[2], everything[3], everything[4]
    assert message["attachments"] == [
        {"reference": "file/2", "name": "b.png", "media_type": "image/png", "size": 5},
        {"reference": "file/1", "name": "", "media_type": "", "size": 0},
    ]
    assert (sent["text"], sent["state"], sent["in_reply_to"]) == ("A person reads this.", "sent", "7")
    assert (kept["lane"], kept["state"], kept["owner"]) == ("tech", "claimed", "sam")


async def test_edits_and_reactions_are_exported_as_what_they_are(store: SqlStore) -> None:
    """Each version of a text and each emoji is a record of its own."""
    events = [
        inbound("helo", message="7"),
        inbound("hello", message="7", kind=Kind.EDIT, revision="2"),
        inbound("❤️", message="7", kind=Kind.REACTION, revision="r"),
    ]
    await store.inbox.append(events)
    told = [(message["kind"], message["text"]) for message in await records(store, "message")]
    assert told == [("message", "helo"), ("edit", "hello"), ("reaction", "❤️")]
    assert all(message["attachments"] == [] for message in await records(store, "message"))


async def test_one_fans_export_is_all_theirs_and_nobody_elses(store: SqlStore) -> None:
    """A fan can take home what is kept of them, wherever they wrote (P28)."""
    ada, bob = Author("a:1", "Ada"), Author("bob", "Bob")
    mine = [
        inbound("mine", channel="direct", message="1", author=ada),
        inbound("mine too", channel="lounge", message="2", author=ada, direct=False),
    ]
    theirs = inbound("theirs", channel="lounge", message="3", author=bob, direct=False)
    pending = await hear(store, *mine, theirs)
    await decide(store, *(handed_over(p, Lane.TECH, answer(p.inbound, p.inbound.text)) for p in pending))
    everything = [record async for record in store.archive.export(fan="memory:a:1")]
    fans = {record["fan"] for record in everything if "fan" in record}
    assert len(fans) == 1
    assert [r["text"] for r in everything if r["type"] == "message"] == ["mine", "mine too"]
    assert [r["text"] for r in everything if r["type"] == "outbound"] == ["mine", "mine too"]
    assert len([r for r in everything if r["type"] == "item"]) == 2
    assert len([r for r in everything if r["type"] == "item-event"]) == 2
    assert "theirs" not in str(everything)
    with pytest.raises(UnknownItemError, match="memory:eve"):
        [record async for record in store.archive.export(fan="memory:eve")]


@SQLITE
async def test_a_backup_beside_running_work_is_whole(store: SqlStore, tmp_path: Path) -> None:
    """The copy is one moment of the store: every event with its fan, every decision with its event."""
    big = "x" * 100_000
    await store.inbox.append([inbound(big, message=f"big-{n}", channel="eve") for n in range(150)])
    done = asyncio.Event()

    async def work() -> int:
        count = 0
        while not done.is_set():
            events = [inbound("hi", message=f"{count}-{n}", channel=f"fan{count}-{n}") for n in range(5)]
            await decide(store, *(handed_over(each) for each in await hear(store, *events)))
            count += 1
        return count

    working = asyncio.create_task(work())
    copies = [tmp_path / f"copy-{n}.db" for n in range(3)]
    for copy in copies:
        await store.archive.backup(copy)
    done.set()
    assert await working > 0
    sizes = []
    for copy in copies:
        assert [name for name in names(tmp_path) if name.startswith(copy.name)] == [copy.name]
        again = await opened(copy)
        messages = await records(again, "message")
        assert not any(await newly_kept(again, [_as_inbound(m) for m in messages[-5:]]))
        fans = {fan["id"] for fan in await records(again, "fan")}
        assert {message["fan"] for message in messages} == fans
        assert len(messages) % 5 == 0
        sizes.append(len(messages))
        await again.close()
    assert sizes == sorted(sizes)
    assert sizes[0] >= 150


def names(folder: Path) -> list[str]:
    """Name the files of a folder."""
    return sorted(file.name for file in folder.iterdir())


def _as_inbound(record: object) -> Inbound:
    assert isinstance(record, dict)
    return inbound(record["text"], message=record["id"], channel=record["channel"])


@SQLITE
async def test_a_backup_never_writes_over_anything(store: SqlStore, tmp_path: Path) -> None:
    """A file that is there stays as it was; a folder that is not there is told."""
    target = tmp_path / "precious.db"
    target.write_text("precious")
    with pytest.raises(StoreError, match=r"precious\.db"):
        await store.archive.backup(target)
    assert target.read_text() == "precious"
    with pytest.raises(StoreError, match="nowhere"):
        await store.archive.backup(tmp_path / "nowhere" / "copy.db")
    assert await newly_kept(store, [inbound("still here")]) == [True]


@pytest.mark.services
@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_a_server_is_put_by_with_its_own_tools(store: SqlStore, tmp_path: Path) -> None:
    """Fanbot says which, and writes nothing."""
    with pytest.raises(StoreError, match="pg_dump"):
        await store.archive.backup(tmp_path / "copy.db")
    assert names(tmp_path) == []


@SQLITE
async def test_a_backup_goes_on_where_it_was_made(store: SqlStore, tmp_path: Path) -> None:
    """A copy is a store: what waited waits there, and what was known is known."""
    events = [inbound("one", message="1"), inbound("two", message="2")]
    one, two = await hear(store, *events)
    await decide(store, replace(answered(one), introduced=True, language="de"))
    await store.archive.backup(tmp_path / "copy.db")
    copy = await opened(tmp_path / "copy.db")
    assert await copy.inbox.pending(limit=EVERYTHING) == [two]
    assert await newly_kept(copy, events) == [False, False]
    standing = (await standings(copy, [one.conversation_id]))[one.conversation_id]
    assert (standing.introduced, standing.language) == (True, "de")
    await copy.close()


async def test_what_was_on_its_way_is_parked_after_a_restore(store: SqlStore) -> None:
    """It may have left since the backup was made, so a person looks before anything is said again (G5)."""
    (ada, bob) = await hear(store, inbound("hi"), inbound("hi", channel="bob", message="2"))
    await decide(
        store, handed_over(ada), answered(bob, answer(bob.inbound, "one"), answer(bob.inbound, "two"))
    )
    item = (await entry_of(store, ada.conversation_id)).handoff.id
    words = answer(ada.inbound, "From Sam", kind=OutboundKind.HUMAN)
    await store.desk.move(
        item,
        who="sam",
        change=lambda e: Move(e.handoff.reply("sam", NOON), "answered", {}, outbounds=(words,)),
    )
    store.outbox.serve({"memory/main": Resend.NEVER})
    await store.outbox.claim(limit=1, now=NOON)
    now = NOON + timedelta(days=2)
    assert await store.archive.restored(backup_at=NOON, now=now) == 3
    assert await store.outbox.parked() == 3
    assert not await store.outbox.due(now=now)
    assert await store.outbox.claim(limit=10, now=now) == []
    assert await store.outbox.recover(now=now) == 0
    entry = await store.desk.entry(item)
    assert entry.handoff.state is State.WAITING
    assert "may have arrived" in entry.error
    (line,) = [line for line in await records(store, "audit") if line["what"] == "restored a backup"]
    assert line["at"] == now.isoformat()


async def test_after_a_restore_new_words_flow(store: SqlStore) -> None:
    """What was parked holds up nothing that comes after it."""
    (ada,) = await hear(store, inbound("hi"))
    await decide(store, answered(ada, answer(ada.inbound, "old")))
    await store.archive.restored(backup_at=NOON, now=NOON)
    store.outbox.serve(HERE)
    (again,) = await hear(store, inbound("hi again", message="2"))
    (claim,) = await decide(store, answered(again, answer(again.inbound, "new")))
    assert claim.dispatch.text == "new"
    assert claim.dispatch.kind is OutboundKind.ANSWER
    (decision,) = [m["decision"] for m in await records(store, "message") if m["id"] == "2"]
    assert isinstance(decision, dict)
    assert decision["route"] == Route.ANSWER.value
