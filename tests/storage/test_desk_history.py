"""A conversation over time: edits, files, notes, what has not left, and its pages."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from fanbot.domain.handoffs import Lane
from fanbot.domain.messages import Attachment, Author, Kind, OutboundKind
from fanbot.errors import UnknownItemError
from fanbot.ports.platform import Resend
from fanbot.ports.store import Line, Move, Parked, Sent
from fanbot.storage import SqlStore
from fanbot.testing.clock import ManualClock
from fanbot.testing.letters import NOON, inbound
from fanbot.testing.stores import answer, answered, confirm, decide, entry_of, handed_over, hear

HERE = {"memory/main": Resend.SAME_KEY}
MINUTE = timedelta(minutes=1)


async def heard(store: SqlStore, *texts: str, channel: str = "ada", at: datetime = NOON) -> int:
    """Let a fan write and wait; return the conversation."""
    letters = [
        inbound(text, message=f"{channel}-{text}", channel=channel, received_at=at + number * MINUTE)
        for number, text in enumerate(texts)
    ]
    pending = await hear(store, *letters)
    await decide(store, *(handed_over(each, at=each.inbound.received_at) for each in pending))
    return pending[0].conversation_id


async def changed(store: SqlStore, kind: Kind, message: str, words: str, revision: str) -> None:
    """Let a fan change a message or take it back."""
    (pending,) = await hear(store, inbound(words, message=message, kind=kind, revision=revision))
    await decide(store, answered(pending))


async def moved(store: SqlStore, item: int, event: str, **detail: object) -> None:
    """Note a move that leaves the item as it is."""
    await store.desk.move(item, who="Sam", change=lambda entry: Move(entry.handoff, event, detail))


def told(lines: list[Line]) -> list[tuple[str, str]]:
    """Name lines by what they are and say."""
    return [(line.sort, line.text or str(line.detail.get("what"))) for line in lines]


async def test_an_edit_tells_what_the_message_said_before(store: SqlStore) -> None:
    """Each version names the one before it, and the first says that it was changed."""
    conversation = await heard(store, "dog")
    await changed(store, Kind.EDIT, "ada-dog", "cat", "2")
    await changed(store, Kind.EDIT, "ada-dog", "horse", "3")
    first, second, third = await store.desk.history(conversation)
    assert (first.text, first.detail.get("before"), first.detail["later"]) == ("dog", None, "edit")
    assert (second.text, second.detail["before"]) == ("cat", "dog")
    assert (third.text, third.detail["before"]) == ("horse", "cat")


async def test_what_was_taken_back_is_marked_on_every_page(store: SqlStore) -> None:
    """The words are kept, and whoever reads the page of the message learns that they were taken back."""
    conversation = await heard(store, "dog", "bird")
    await changed(store, Kind.EDIT, "ada-dog", "cat", "2")
    await changed(store, Kind.DELETION, "ada-dog", "", "3")
    lines = await store.desk.history(conversation)
    assert [line.detail.get("later") for line in lines] == ["deletion", None, "deletion", None]
    assert lines[-1].detail["before"] == "cat"
    (newest,) = await store.desk.history(conversation, limit=1)
    assert (newest.detail["kind"], newest.detail["before"]) == ("deletion", "cat")
    (oldest,) = await store.desk.history(conversation, before=lines[1].place)
    assert (oldest.text, oldest.detail["later"]) == ("dog", "deletion")


async def test_files_are_told_with_their_place(store: SqlStore) -> None:
    """A page can link each file: the event it came with, its number, name, kind and size."""
    files = (
        Attachment("file:1", "a.png", "image/png", 12),
        Attachment("https://elsewhere/b", "b.ogg", "audio/ogg", 7),
    )
    (pending,) = await hear(store, replace(inbound("look"), attachments=files))
    await decide(store, handed_over(pending))
    (line,) = await store.desk.history(pending.conversation_id)
    event = str(pending.event_id)
    assert line.detail["attachments"] == [
        {"event": event, "number": 0, "name": "a.png", "media_type": "image/png", "size": 12,
         "reference": "file:1"},
        {"event": event, "number": 1, "name": "b.ogg", "media_type": "audio/ogg", "size": 7,
         "reference": "https://elsewhere/b"},
    ]  # fmt: skip


async def test_notes_stand_in_their_place_in_time(store: SqlStore, clock: ManualClock) -> None:
    """Who claimed it, and what was said when it was passed on, stands between the messages."""
    conversation = await heard(store, "one")
    item = (await entry_of(store, conversation)).handoff.id
    clock.move(MINUTE / 2)
    await moved(store, item, "claimed")
    await moved(store, item, "passed on", to="Kim", note="you know her")
    await heard(store, "two", at=NOON + MINUTE)
    lines = list(await store.desk.history(conversation))
    assert told(lines) == [
        ("inbound", "one"),
        ("note", "claimed"),
        ("note", "you know her"),
        ("inbound", "two"),
    ]
    note = lines[2]
    assert (note.who, note.at) == ("Sam", NOON + MINUTE / 2)
    assert (note.detail["to"], note.detail["item"], note.detail["lane"]) == ("Kim", str(item), "personal")


async def test_another_fans_conversation_stays_out(store: SqlStore, clock: ManualClock) -> None:
    """Two fans in one channel, and one fan in two places: no line and no note crosses over."""
    pending = await hear(
        store,
        *(
            inbound(
                f"{who} in {place}", channel=place, author=Author(who), direct=False, message=f"{who}-{place}"
            )
            for who, place in (("ada", "lounge"), ("bob", "lounge"), ("ada", "attic"))
        ),
    )
    await decide(store, *(handed_over(each, Lane.TECH) for each in pending))
    for each in pending:
        item = (await entry_of(store, each.conversation_id)).handoff.id
        await moved(store, item, "passed on", to="Kim", note=f"note on {each.inbound.text}")
        words = answer(each.inbound, f"reply to {each.inbound.text}", kind=OutboundKind.HUMAN)
        await store.desk.move(
            item,
            who="Sam",
            change=lambda e, words=words: Move(
                e.handoff.reply("Sam", NOON), "answered", {}, outbounds=(words,)
            ),
        )
    for each in pending:
        name = each.inbound.text
        lines = list(await store.desk.history(each.conversation_id))
        assert told(lines) == [
            ("inbound", name),
            ("note", f"note on {name}"),
            ("outbound", f"reply to {name}"),
        ]


async def test_a_reply_is_seen_before_it_leaves(store: SqlStore, clock: ManualClock) -> None:
    """Lingering, on its way, sent: one line at each moment, with who wrote it."""
    store.outbox.serve(HERE)
    conversation = await heard(store, "hi")
    entry = await entry_of(store, conversation)
    leaves = NOON + timedelta(seconds=10)
    words = replace(answer(entry.latest, "Hello", kind=OutboundKind.HUMAN), not_before=leaves)
    await store.desk.move(
        entry.handoff.id,
        who="Sam",
        change=lambda e: Move(e.handoff.reply("Sam", NOON), "answered", {}, outbounds=(words,)),
    )
    await heard(store, "still there?", at=NOON + MINUTE)
    line = (await store.desk.history(conversation))[-1]
    assert (line.text, line.who, line.at) == ("Hello", "human", NOON)
    assert (line.detail["state"], line.detail["by"]) == ("ready", "Sam")
    assert line.detail["leaves_at"] == leaves.isoformat()
    claims = await store.outbox.claim(limit=5, now=leaves)
    line = (await store.desk.history(conversation))[-1]
    assert (line.detail["state"], line.at) == ("sending", leaves)
    await confirm(store, claims, at=leaves)
    lines = list(await store.desk.history(conversation))
    assert told(lines) == [("inbound", "hi"), ("outbound", "Hello"), ("inbound", "still there?")]
    assert (lines[1].detail["state"], lines[1].detail["by"]) == ("sent", "Sam")
    assert "leaves_at" not in lines[1].detail


async def test_a_reply_that_was_taken_back_or_parked_is_not_told_as_sent(store: SqlStore) -> None:
    """What never reached the fan stands there as that."""
    store.outbox.serve(HERE)
    conversation = await heard(store, "hi")
    entry = await entry_of(store, conversation)
    words = answer(entry.latest, "Hello", kind=OutboundKind.HUMAN)

    async def reply() -> None:
        await store.desk.move(
            entry.handoff.id,
            who="Sam",
            change=lambda e: Move(e.handoff.reply("Sam", NOON), "answered", {}, outbounds=(words,)),
        )

    await reply()
    await store.desk.move(
        entry.handoff.id,
        who="Sam",
        change=lambda e: Move(e.handoff.recall("Sam", NOON), "recalled", {}, recall=True),
    )
    await reply()
    (claim,) = await store.outbox.claim(limit=5, now=NOON)
    await store.outbox.settle([Parked(claim, NOON, "refused", arrived=False)])
    lines = await store.desk.history(conversation)
    found = [(line.detail["state"], line.detail["error"]) for line in lines if line.sort == "outbound"]
    assert found == [("dropped", "taken back before it left"), ("parked", "refused")]
    assert [line.detail["what"] for line in lines if line.sort == "note"] == ["recalled", "reopened"]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 50])
async def test_the_pages_of_a_conversation_hold_every_line_once(
    store: SqlStore, clock: ManualClock, limit: int
) -> None:
    """From page to page nothing is lost and nothing comes twice, also within one moment."""
    store.outbox.serve(HERE)
    for batch in range(3):
        at = NOON + batch * MINUTE
        letters = [inbound(f"{batch}.{n}", message=f"{batch}.{n}", received_at=at) for n in range(4)]
        pending = await hear(store, *letters)
        claims = await decide(
            store, *(handed_over(p, Lane.TECH, answer(p.inbound, "ok"), at=at) for p in pending)
        )
        await store.outbox.settle([Sent(claim, at) for claim in claims])
        item = (await entry_of(store, pending[0].conversation_id)).handoff.id
        for number in range(3):
            await moved(store, item, f"note {number}")
        clock.move(MINUTE)
    conversation = pending[0].conversation_id
    whole = [replace(line, place="") for line in await store.desk.history(conversation, limit=1000)]
    assert len(whole) == 33
    assert [line.at for line in whole] == sorted(line.at for line in whole)
    read: list[Line] = []
    place = ""
    while page := await store.desk.history(conversation, limit=limit, before=place):
        assert len(page) <= limit
        read = [*page, *read]
        place = page[0].place
    assert [replace(line, place="") for line in read] == whole


@pytest.mark.parametrize("place", ["x", "1-2-3", "1-2-3-4-5", "-1-2-3-4", "1-2-3-²", "9" * 30, "1-2-3-"])
async def test_a_place_that_is_none_is_refused(store: SqlStore, place: str) -> None:
    """Whatever stands in an address, the store is asked for nothing odd."""
    conversation = await heard(store, "hi")
    with pytest.raises(UnknownItemError):
        await store.desk.history(conversation, before=place)
    huge = "-".join(["9" * 19] * 4)
    assert len(await store.desk.history(conversation, before=huge)) == 1


async def test_the_pulse_of_an_item_tells_every_change_and_no_other(
    store: SqlStore, clock: ManualClock
) -> None:
    """Whatever a reader of the item would see changes it; what happens elsewhere does not."""
    store.outbox.serve(HERE)
    conversation = await heard(store, "hi")
    item = (await entry_of(store, conversation)).handoff.id
    felt = [await store.desk.pulse_of(item)]

    async def new() -> None:
        felt.append(await store.desk.pulse_of(item))
        assert felt[-1] != felt[-2]

    await heard(store, "hello", channel="bob")
    await store.desk.tend(now=NOON)
    assert await store.desk.pulse_of(item) == felt[0]
    (pending,) = await hear(store, inbound("more", message="more"))
    await new()
    await decide(store, answered(pending, answer(pending.inbound)))
    await new()
    (later,) = await hear(store, inbound("parcel", message="parcel", author=Author("ada", "Adah")))
    await new()
    await decide(store, handed_over(later, Lane.ORDER))
    await new()
    await moved(store, item, "claimed")
    await new()
    other = next(e.handoff.id for e in await store.desk.entries() if e.handoff.lane is Lane.ORDER)
    await moved(store, other, "passed on", to="Kim", note="x")
    await new()
    entry = await store.desk.entry(item)
    words = replace(answer(entry.latest, "Hello", kind=OutboundKind.HUMAN), not_before=NOON + MINUTE)
    await store.desk.move(
        item,
        who="Sam",
        change=lambda e: Move(e.handoff.reply("Sam", NOON), "answered", {}, outbounds=(words,)),
    )
    await new()
    while claims := await store.outbox.claim(limit=1, now=NOON + 2 * MINUTE):
        await new()
        await confirm(store, claims, at=NOON + 2 * MINUTE)
        await new()
    clock.move(timedelta(days=8))
    assert await store.desk.tend(now=clock.now()) == 1
    await new()
    with pytest.raises(UnknownItemError):
        await store.desk.pulse_of(1)
