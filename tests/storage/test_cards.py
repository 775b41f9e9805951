"""What is kept of the team's cards, and that what a person did is done once."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from fanbot.domain.handoffs import State
from fanbot.domain.messages import Choice, OutboundKind
from fanbot.errors import MoveError
from fanbot.ports.cards import CardState, KeptCard
from fanbot.ports.platform import Resend
from fanbot.ports.staff import Remark, Spot
from fanbot.ports.store import Move, QueueEntry
from fanbot.storage import SqlStore
from fanbot.testing.clock import ManualClock
from fanbot.testing.letters import NOON, inbound
from fanbot.testing.stores import answer, answered, confirm, decide, entry_of, handed_over, hear, records

Opener = Callable[..., Awaitable[SqlStore]]
HERE, THERE = "memory/main", "memory/other"


async def waits(store: SqlStore, channel: str = "ada") -> int:
    """Have a fan wait; return the item."""
    (pending,) = await hear(store, inbound("hi", channel=channel, message=f"{channel}-1"))
    await decide(store, handed_over(pending))
    return (await entry_of(store, pending.conversation_id)).handoff.id


def reply(entry: QueueEntry) -> Move:
    """Answer as Sam."""
    words = answer(entry.latest, "Hello!", kind=OutboundKind.HUMAN)
    return Move(entry.handoff.reply("Sam", NOON), "answered", {"text": "Hello!"}, outbounds=(words,))


async def test_a_move_with_a_key_is_made_once(store: SqlStore, open_again: Opener) -> None:
    """However often and wherever it is asked for, also at the same moment in two processes."""
    item = await waits(store)
    other = await open_again()
    stood = await asyncio.gather(
        *(where.desk.move(item, who="Sam", change=reply, once="act") for where in (store, other) * 3)
    )
    assert {(each.state, each.owner) for each in stood} == {(State.ANSWERED, "Sam")}
    store.outbox.serve({HERE: Resend.SAME_KEY})
    assert len(await store.outbox.claim(limit=10, now=NOON)) == 1
    made = [event["what"] for event in await records(store, "item-event")]
    assert made == ["message", "answered"]
    assert await store.cards.remark("act") == Remark("")


async def test_a_move_that_is_refused_leaves_its_key_unused(store: SqlStore) -> None:
    """What was not done can still be done."""
    item = await waits(store)

    def refuse(_: QueueEntry) -> Move:
        raise MoveError("not now")

    with pytest.raises(MoveError):
        await store.desk.move(item, who="Sam", change=refuse, once="act")
    assert await store.cards.remark("act") is None
    done = await store.desk.move(item, who="Sam", change=reply, once="act")
    assert done.state is State.ANSWERED


async def test_a_draft_with_a_key_is_kept_once(store: SqlStore) -> None:
    """Words that come again do not overwrite what was written since."""
    item = await waits(store)
    assert not await store.desk.keep_draft(item, who="Sam", text="Dear", once="not mine yet")
    await store.desk.move(item, who="Sam", change=lambda e: Move(e.handoff.claim("Sam", NOON), "claimed", {}))
    assert await store.desk.keep_draft(item, who="Sam", text="Dear", once="act")
    assert await store.desk.keep_draft(item, who="Sam", text="Dear Ada")
    assert await store.desk.keep_draft(item, who="Sam", text="Dear", once="act")
    assert not await store.desk.keep_draft(item, who="Kim", text="Dear", once="act")
    assert (await store.desk.entry(item)).handoff.draft == "Dear Ada"


async def test_what_was_said_to_an_act_is_known_again(store: SqlStore, clock: ManualClock) -> None:
    """With its buttons, until it is forgotten."""
    said = Remark("Send this? 🎸", (Choice("send:1", "Send"), Choice("keep:1", "Keep", typed="keep")))
    assert await store.cards.remark("act") is None
    await store.cards.note_act("act", Remark("…"), item=None)
    await store.cards.note_act("act", said, item=7)
    assert await store.cards.remark("act") == said
    assert await store.cards.forget_acts(before=clock.now()) == 0
    assert await store.cards.forget_acts(before=clock.now() + timedelta(seconds=1)) == 1
    assert await store.cards.remark("act") is None


async def test_a_card_is_kept_as_it_was_written(store: SqlStore, clock: ManualClock) -> None:
    """In its own room, with everything that is known of it; the last word counts."""
    item = await waits(store)
    card = KeptCard(
        item, Spot("t1", "m1"), CardState.OPEN, 1, "digest", ("a", "b"), "mark", "broken", clock.now()
    )
    await store.cards.keep(HERE, replace(card, state=CardState.OPENING, told=(), spot=Spot("", "")))
    await store.cards.keep(HERE, card)
    (watched,) = await store.cards.watched(HERE, [])
    assert watched.card == card
    assert watched.mark == await store.cards.mark(item) != ""
    assert await store.cards.watched(THERE, [item]) == []
    assert await store.cards.item_at(HERE, "t1") == item
    assert [await store.cards.item_at(*place) for place in ((THERE, "t1"), (HERE, "t2"), (HERE, ""))] == [
        None
    ] * 3
    assert await store.cards.troubles() == {HERE: (1, "broken")}
    await store.cards.forget(HERE, item)
    assert await store.cards.watched(HERE, [item]) == []


async def test_a_card_that_is_away_is_found_by_its_item_alone(store: SqlStore) -> None:
    """Years of answered items are not looked at every second."""
    away, here = [await waits(store, name) for name in ("ada", "bob")]
    await store.cards.keep(HERE, KeptCard(away, Spot("t1", "m1"), CardState.AWAY))
    await store.cards.keep(HERE, KeptCard(here, Spot("t2", "m2"), CardState.FAILED))
    assert [each.card.item for each in await store.cards.watched(HERE, [])] == [here]
    assert {each.card.item for each in await store.cards.watched(HERE, [away, here, 12345])} == {away, here}


async def test_the_mark_changes_with_everything_that_can_be_told(store: SqlStore, open_again: Opener) -> None:
    """A message, a move, a reply that left; and it rests while nothing happens."""
    item = await waits(store)
    other = await open_again()
    seen = [await store.cards.mark(item)]

    async def is_new() -> None:
        mark = await store.cards.mark(item)
        assert mark not in seen
        assert await store.cards.mark(item) == mark
        seen.append(mark)

    (more,) = await hear(store, inbound("more", message="2"))
    await is_new()
    await decide(store, answered(more))
    await other.desk.move(item, who="Sam", change=reply)
    await is_new()
    store.outbox.serve({HERE: Resend.SAME_KEY})
    await confirm(store, await store.outbox.claim(limit=1, now=NOON))
    await is_new()
    assert await store.cards.mark(12345) == ""


async def test_an_erasure_brings_a_card_back_to_be_emptied(store: SqlStore) -> None:
    """Also one that was away; without its item it has no mark, and what was said to acts is gone (P28)."""
    item = await waits(store)
    await store.cards.keep(HERE, KeptCard(item, Spot("t1", "m1"), CardState.AWAY))
    await store.cards.note_act("act", Remark("This leaves for Ada."), item=item)
    assert await store.correspondence.erase(platform="memory", user="ada")
    (watched,) = await store.cards.watched(HERE, [])
    assert (watched.card.item, watched.card.state, watched.mark) == (item, CardState.OPEN, "")
    assert await store.cards.remark("act") is None
