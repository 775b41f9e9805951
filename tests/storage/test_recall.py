"""A reply that lingers can be taken back, whole or not at all; what stands behind it goes on."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from fanbot.domain.handoffs import CLAIM_IDLE, Lane, State
from fanbot.domain.messages import OutboundKind
from fanbot.errors import MoveError, UnknownItemError
from fanbot.ports.platform import Resend
from fanbot.ports.store import Claim, Move, Pending, Postponed
from fanbot.storage import SqlStore
from fanbot.testing.clock import ManualClock
from fanbot.testing.letters import NOON, inbound
from fanbot.testing.stores import answer, answered, confirm, decide, entry_of, handed_over, hear, records

Opener = Callable[..., Awaitable[SqlStore]]

LATER = NOON + timedelta(seconds=10)
LEFT = "The reply has left already, so it cannot be taken back."


async def waits(store: SqlStore) -> tuple[int, Pending]:
    """Have a fan wait; return the item and the message."""
    store.outbox.serve({"memory/main": Resend.NEVER})
    (pending,) = await hear(store, inbound("hi"))
    await decide(store, handed_over(pending))
    return (await entry_of(store, pending.conversation_id)).handoff.id, pending


async def replies(store: SqlStore, item: int, *texts: str, leaves: datetime | None = LATER) -> None:
    """Reply in so many parts, to leave in ten seconds."""
    latest = (await store.desk.entry(item)).latest
    parts = tuple(
        replace(answer(latest, text, kind=OutboundKind.HUMAN), part=n, parts=len(texts), not_before=leaves)
        for n, text in enumerate(texts)
    )
    whole = " ".join(texts)
    await store.desk.move(
        item,
        who="sam",
        change=lambda e: Move(e.handoff.reply("sam", NOON), "answered", {"text": whole}, outbounds=parts),
    )


async def recalls(store: SqlStore, item: int, who: str = "sam") -> None:
    """Take the reply back."""
    await store.desk.move(
        item, who=who, change=lambda e: Move(e.handoff.recall(who, NOON), "recalled", {}, recall=True)
    )


async def due(store: SqlStore) -> list[Claim]:
    """Claim what leaves when the reply would have left."""
    return list(await store.outbox.claim(limit=10, now=LATER))


async def test_what_was_taken_back_never_leaves_and_becomes_the_draft(store: SqlStore) -> None:
    """All of its parts; the item is claimed again by whoever wrote it."""
    item, _ = await waits(store)
    await replies(store, item, "One.", "Two.")
    assert await store.outbox.claim(limit=10, now=NOON) == []
    await recalls(store, item)
    assert not await store.outbox.due(now=LATER)
    assert await due(store) == []
    handoff = (await store.desk.entry(item)).handoff
    assert (handoff.state, handoff.owner, handoff.claimed_at) == (State.CLAIMED, "sam", NOON)
    assert (handoff.draft, handoff.answered_at) == ("One. Two.", None)
    told = [(sent["state"], sent["error"]) for sent in await records(store, "outbound")]
    assert told == [("dropped", "taken back before it left")] * 2
    assert [event["what"] for event in await records(store, "item-event")] == [
        "message", "answered", "recalled",
    ]  # fmt: skip


async def test_a_reply_that_nobody_takes_back_leaves_at_its_time(store: SqlStore) -> None:
    """Not a moment before, and in order; what came in between did not wait for it."""
    item, pending = await waits(store)
    await replies(store, item, "One.", "Two.")
    (more,) = await hear(store, inbound("?", message="2"))
    claims = await decide(store, answered(more, answer(more.inbound, "between")))
    said = [claim.dispatch.text for claim in claims]
    await confirm(store, claims)
    while claims := await due(store):
        said += [claim.dispatch.text for claim in claims]
        await confirm(store, claims, at=LATER)
    assert said == ["between", "One.", "Two."]
    assert pending.conversation_id == more.conversation_id


async def test_what_stands_behind_a_recalled_reply_leaves_without_it(store: SqlStore) -> None:
    """Another reply that waited for its turn has it at once."""
    item, _ = await waits(store)
    await replies(store, item, "One.", "Two.")
    (more,) = await hear(store, inbound("?", message="2"))
    await decide(store, handed_over(more, Lane.TECH))
    entries = await store.desk.entries(everything=True, limit=10)
    (other,) = [each.handoff.id for each in entries if each.handoff.lane is Lane.TECH]
    await replies(store, other, "first", "second", leaves=None)
    assert not await store.outbox.due(now=NOON)
    await recalls(store, item)
    said = []
    while claims := list(await store.outbox.claim(limit=10, now=NOON)):
        said += [claim.dispatch.text for claim in claims]
        await confirm(store, claims)
    assert said == ["first", "second"]


async def test_a_recall_leaves_alone_what_stands_before_the_reply(store: SqlStore) -> None:
    """What is under way goes on, and the next reply waits behind it."""
    store.outbox.serve({"memory/main": Resend.NEVER})
    (pending,) = await hear(store, inbound("hi"))
    note = answer(pending.inbound, "A person reads this.", kind=OutboundKind.ACKNOWLEDGEMENT)
    claims = await decide(store, handed_over(pending, Lane.PERSONAL, note))
    item = (await entry_of(store, pending.conversation_id)).handoff.id
    await replies(store, item, "One.")
    await recalls(store, item)
    await replies(store, item, "Better.")
    assert await due(store) == []
    await confirm(store, claims)
    assert [claim.dispatch.text for claim in await due(store)] == ["Better."]


async def test_a_reply_that_has_left_stays(store: SqlStore) -> None:
    """Under way, tried once, or partly gone: it is told so, and nothing changes."""
    item, _ = await waits(store)
    await replies(store, item, "One.", "Two.")

    async def stays() -> None:
        before = [record async for record in store.archive.export()]
        with pytest.raises(MoveError, match=LEFT):
            await recalls(store, item)
        assert [record async for record in store.archive.export()] == before

    (claim,) = await due(store)
    await stays()
    await store.outbox.settle([Postponed(claim, LATER, "too many")])
    await stays()
    await confirm(store, await due(store), at=LATER)
    await stays()
    (claim,) = await due(store)
    assert claim.dispatch.text == "Two."
    await confirm(store, [claim], at=LATER)
    await stays()


async def test_only_the_newest_reply_is_taken_back(store: SqlStore) -> None:
    """What was said before it stays said, though it has not left either."""
    item, _ = await waits(store)
    await replies(store, item, "One.")
    await replies(store, item, "Two.")
    await recalls(store, item)
    assert (await store.desk.entry(item)).handoff.draft == "Two."
    assert [claim.dispatch.text for claim in await due(store)] == ["One."]


async def test_nobody_takes_back_what_another_wrote(store: SqlStore) -> None:
    """Nor what is not there."""
    item, _ = await waits(store)
    with pytest.raises(MoveError, match="waiting"):
        await recalls(store, item)
    await replies(store, item, "One.")
    with pytest.raises(MoveError, match="sam wrote"):
        await recalls(store, item, "kim")
    assert [claim.dispatch.text for claim in await due(store)] == ["One."]
    with pytest.raises(UnknownItemError):
        await recalls(store, 12345)


async def test_a_reply_is_taken_back_or_sent_and_never_both(store: SqlStore, open_again: Opener) -> None:
    """The recall and the claim meet at the very moment at which it would leave."""
    item, _ = await waits(store)
    other = await open_again()
    other.outbox.serve({"memory/main": Resend.NEVER})
    for number in range(10):
        await replies(store, item, f"reply {number}")
        recalled, claims = await asyncio.gather(
            recalls(store, item), other.outbox.claim(limit=1, now=LATER), return_exceptions=True
        )
        assert isinstance(claims, list)
        assert bool(claims) == isinstance(recalled, MoveError)
        await confirm(other, claims, at=LATER)


async def test_an_owners_draft_is_kept(store: SqlStore) -> None:
    """Again and again, without a line in the record; nobody else writes into it."""
    item, _ = await waits(store)
    assert not await store.desk.keep_draft(item, who="sam", text="Dear")
    await store.desk.move(item, who="sam", change=lambda e: Move(e.handoff.claim("sam", NOON), "claimed", {}))
    before = len(await records(store, "audit"))
    for text in ("Dear", "Dear 'Ana' 🎸\n", ""):
        assert await store.desk.keep_draft(item, who="sam", text=text)
        assert not await store.desk.keep_draft(item, who="kim", text="mine")
        assert (await store.desk.entry(item)).handoff.draft == text
    assert len(await records(store, "audit")) == before
    await replies(store, item, "One.")
    assert not await store.desk.keep_draft(item, who="sam", text="too late")
    assert not await store.desk.keep_draft(12345, who="sam", text="nowhere")
    assert (await store.desk.entry(item)).handoff.draft == ""


async def test_who_writes_a_draft_keeps_the_claim(store: SqlStore, clock: ManualClock) -> None:
    """A long letter takes longer than half an hour; the item stays with whoever writes it."""
    item, _ = await waits(store)
    await store.desk.move(
        item, who="sam", change=lambda e: Move(e.handoff.claim("sam", clock.now()), "claimed", {})
    )
    for _ in range(3):
        clock.move(CLAIM_IDLE * 0.9)
        assert await store.desk.keep_draft(item, who="sam", text="Dear")
        assert await store.desk.tend(now=clock.now()) == 0
    clock.move(CLAIM_IDLE)
    assert await store.desk.tend(now=clock.now()) == 1
    assert (await store.desk.entry(item)).handoff.draft == "Dear"
