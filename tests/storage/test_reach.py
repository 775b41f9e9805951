"""Who cannot be reached is known, from the platform's word until the fan is heard of again."""

from dataclasses import replace
from datetime import timedelta

from fanbot.domain.handoffs import Lane
from fanbot.domain.messages import Author, Kind, OutboundKind
from fanbot.domain.reach import Barrier, Unreachable
from fanbot.ports.platform import Recollection, Resend
from fanbot.ports.store import Parked, Sent
from fanbot.storage import SqlStore
from fanbot.testing.clock import ManualClock
from fanbot.testing.letters import NOON, inbound
from fanbot.testing.stores import answer, answered, decide, entry_of, handed_over, hear, newly_kept, records

ADA = Author("ada", "Ada")
LATER = NOON + timedelta(hours=1)


def adapter(store: SqlStore, account: str = "main") -> Recollection:
    """Return what an account's adapter tells the store."""
    return store.recollection(platform="memory", account=account)


async def waits(store: SqlStore) -> int:
    """Have Ada wait for a person; return the conversation."""
    (pending,) = await hear(store, inbound("hi", message="1"))
    await decide(store, handed_over(pending, Lane.TECH))
    return pending.conversation_id


async def lost(store: SqlStore, conversation: int) -> Unreachable | None:
    """Say whether a reply can arrive."""
    return (await entry_of(store, conversation)).unreachable


async def test_a_fan_who_blocks_the_bot_is_marked_and_everybody_sees_it(
    store: SqlStore, clock: ManualClock
) -> None:
    """With the time at which it was learnt, which a repeat does not move; a page looks again."""
    ada = await waits(store)
    item = (await entry_of(store, ada)).handoff.id
    before = await store.desk.pulse(), await store.desk.pulse_of(item)
    assert await lost(store, ada) is None
    await adapter(store).note_reach("ada", Barrier.BLOCKED)
    assert await lost(store, ada) == Unreachable(Barrier.BLOCKED, NOON)
    after = await store.desk.pulse(), await store.desk.pulse_of(item)
    assert all(new != old for new, old in zip(after, before, strict=True))
    clock.set(LATER)
    await adapter(store).note_reach("ada", Barrier.BLOCKED)
    assert await lost(store, ada) == Unreachable(Barrier.BLOCKED, NOON)
    assert await store.desk.pulse() == after[0]
    (fan,) = await records(store, "fan")
    told = {"identity": "memory/ada", "account": "main", "why": "blocked", "since": NOON.isoformat()}
    assert fan["unreachable"] == [told]
    assert fan["blocked_at"] is None
    await adapter(store).note_reach("ada", None)
    assert await lost(store, ada) is None
    assert await store.desk.pulse() != after[0]
    (fan,) = await records(store, "fan")
    assert fan["unreachable"] == []


async def test_a_message_in_private_takes_the_mark_away(store: SqlStore) -> None:
    """What is said in public does not, nor a message that was known, nor a reaction."""
    ada = await waits(store)
    await adapter(store).note_reach("ada", Barrier.CLOSED)
    await hear(store, inbound("in public", message="2", channel="lounge", author=ADA, direct=False))
    assert await newly_kept(store, [inbound("hi", message="1")]) == [False]
    await hear(store, inbound("❤️", message="1", kind=Kind.REACTION))
    assert (await lost(store, ada)) is not None
    await hear(store, inbound("here I am", message="3"), inbound("other", channel="bob", message="4"))
    assert await lost(store, ada) is None


async def test_one_bot_that_is_blocked_says_nothing_of_another(store: SqlStore) -> None:
    """But an account that is gone is gone for all of them."""
    ada = await waits(store)
    await adapter(store, "other").note_reach("ada", Barrier.BLOCKED)
    assert await lost(store, ada) is None
    await hear(store, inbound("to main", message="2"))
    (fan,) = await records(store, "fan")
    assert [each["account"] for each in fan["unreachable"]] == ["other"]  # type: ignore[attr-defined]
    await adapter(store, "other").note_reach("ada", Barrier.DEACTIVATED)
    assert await lost(store, ada) == Unreachable(Barrier.DEACTIVATED, NOON)
    await hear(store, inbound("I am back", message="3"))
    assert await lost(store, ada) is None


async def test_nothing_is_noted_of_somebody_who_never_wrote(store: SqlStore) -> None:
    """Who blocks without a word leaves nothing behind."""
    await adapter(store).note_reach("eve", Barrier.BLOCKED)
    assert await records(store, "fan") == []
    await hear(store, inbound("hi", channel="eve"))
    (fan,) = await records(store, "fan")
    assert fan["unreachable"] == []


async def test_a_message_that_is_parked_for_it_marks_its_fan(store: SqlStore) -> None:
    """Whoever wrote last of the fan's conversation; a refusal for another reason marks nobody."""
    store.outbox.serve({"memory/main": Resend.NEVER})
    for number, (barrier, expected) in enumerate(
        [(None, None), (Barrier.BLOCKED, Unreachable(Barrier.BLOCKED, LATER))]
    ):
        (pending,) = await hear(store, inbound("hi", message=str(number)))
        (claim,) = await decide(store, handed_over(pending, Lane.TECH, answer(pending.inbound)))
        assert await lost(store, pending.conversation_id) is None
        await store.outbox.settle([Parked(claim, LATER, "refused", arrived=False, barrier=barrier)])
        assert await lost(store, pending.conversation_id) == expected


async def test_a_refusal_in_public_marks_nobody(store: SqlStore) -> None:
    """A room that locks the bot out says nothing of a fan."""
    store.outbox.serve({"memory/main": Resend.NEVER})
    (pending,) = await hear(store, inbound("hi", channel="lounge", author=ADA, direct=False))
    (claim,) = await decide(store, answered(pending, answer(pending.inbound)))
    await store.outbox.settle([Parked(claim, NOON, "refused", arrived=False, barrier=Barrier.BLOCKED)])
    (fan,) = await records(store, "fan")
    assert fan["unreachable"] == []


async def test_a_persons_reply_that_arrives_takes_the_mark_away(store: SqlStore) -> None:
    """It may be tried: the fan may have come back, and nobody heard of it."""
    store.outbox.serve({"memory/main": Resend.NEVER})
    (pending,) = await hear(store, inbound("hi", message="1"))
    reply = answer(pending.inbound, kind=OutboundKind.HUMAN)
    (claim,) = await decide(store, handed_over(pending, Lane.TECH, reply))
    await adapter(store).note_reach("ada", Barrier.BLOCKED)
    await store.outbox.settle([Sent(claim, LATER)])
    assert await lost(store, pending.conversation_id) is None


async def test_an_item_tells_what_templates_were_sure_of(store: SqlStore) -> None:
    """Of the message that brought it to a person."""
    (pending,) = await hear(store, inbound("hi", message="1"))
    outcome = handed_over(pending, Lane.TECH)
    decision = replace(outcome.decision, suggestions=("sizes", "shipping"))
    await decide(store, replace(outcome, decision=decision))
    assert (await entry_of(store, pending.conversation_id)).suggestions == ("sizes", "shipping")
