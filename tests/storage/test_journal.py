"""One decision for each event, with everything that follows from it, in one go or not at all."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from fanbot.domain.decisions import OpenItem, Route
from fanbot.domain.handoffs import Lane, State
from fanbot.domain.messages import Inbound
from fanbot.errors import StoreError
from fanbot.ports.platform import Resend
from fanbot.ports.store import Standing
from fanbot.storage import SqlStore
from fanbot.testing.letters import NOON, inbound
from fanbot.testing.stores import answer, answered, decide, entry_of, handed_over, hear, records, standings

Opener = Callable[..., Awaitable[SqlStore]]
Look = Callable[[str], list[tuple[object, ...]]]

HERE = {"memory/main": Resend.SAME_KEY}


def messages(*texts: str, channel: str = "ada") -> Sequence[Inbound]:
    """Write some messages of one fan."""
    return [inbound(text, message=f"{text}-{n}", channel=channel) for n, text in enumerate(texts)]


async def test_a_decided_event_waits_no_longer(store: SqlStore, open_again: Opener) -> None:
    """What has its decision is not given out again, here or anywhere."""
    one, two = await hear(store, *messages("one", "two"))
    await decide(store, answered(one))
    assert await store.inbox.pending(limit=10) == [two]
    assert await (await open_again()).inbox.pending(limit=10) == [two]


async def test_a_decision_is_kept_with_its_reasons(store: SqlStore) -> None:
    """What was decided can be told years later, word for word (P24)."""
    (one,) = await hear(store, *messages("one"))
    outcome = handed_over(one, Lane.TECH)
    outcome = replace(
        outcome,
        decision=replace(
            outcome.decision,
            reasons=('it says "broken"', "größte Not 🎸"),
            confidence=0.25,
            language="de",
            suggestions=("sizes", "shipping"),
        ),
    )
    await decide(store, outcome)
    (record,) = await records(store, "message")
    assert record["decision"] == {
        "route": "handoff",
        "template": None,
        "lane": "tech",
        "confidence": 0.25,
        "language": "de",
        "reasons": ['it says "broken"', "größte Not 🎸"],
        "suggestions": ["sizes", "shipping"],
        "at": NOON.isoformat(),
    }


async def test_a_second_decision_of_an_event_writes_nothing_at_all(store: SqlStore) -> None:
    """Whoever comes late with an outcome changes no row: no words, no item, no consent (G2)."""
    store.outbox.serve(HERE)
    (one,) = await hear(store, *messages("one"))
    first = answered(one, answer(one.inbound, "first"))
    claims = await decide(store, first)
    before = [record async for record in store.archive.export()]
    standing = await standings(store, [one.conversation_id])
    late = replace(
        handed_over(one, Lane.CRISIS, answer(one.inbound, "second")),
        introduced=True,
        clarified=True,
        language="de",
        opt_out=True,
        withdraw=True,
    )
    assert await decide(store, late) == []
    assert [record async for record in store.archive.export()] == before
    assert await standings(store, [one.conversation_id]) == standing
    await store.outbox.settle([])
    assert await store.outbox.claim(limit=10, now=NOON) == []
    assert [claim.dispatch.text for claim in claims] == ["first"]


async def test_an_event_twice_in_one_batch_is_decided_once(store: SqlStore) -> None:
    """The first of two outcomes stands."""
    store.outbox.serve(HERE)
    (one,) = await hear(store, *messages("one"))
    claims = await decide(
        store, answered(one, answer(one.inbound, "first")), answered(one, answer(one.inbound, "second"))
    )
    assert [claim.dispatch.text for claim in claims] == ["first"]
    assert [record["text"] for record in await records(store, "outbound")] == ["first"]


async def test_a_late_decision_beside_a_new_one_holds_nothing_up(store: SqlStore) -> None:
    """In a batch that is half known already, the new half is written."""
    store.outbox.serve(HERE)
    one, two = await hear(store, *messages("one", "two"))
    await decide(store, answered(one, answer(one.inbound, "one")))
    claims = await decide(
        store,
        answered(one, answer(one.inbound, "again")),
        handed_over(two, Lane.TECH),
    )
    assert claims == []
    assert (await entry_of(store, two.conversation_id)).messages == 1
    assert await store.inbox.pending(limit=10) == []


async def test_what_cannot_be_written_leaves_nothing_behind(store: SqlStore) -> None:
    """When one word of an outcome is refused, the event still waits, and no item stands alone."""
    one, two = await hear(store, *messages("one", "two"))
    bad = handed_over(one, Lane.TECH, answer(one.inbound, "half a pair \ud83d"))
    with pytest.raises(StoreError):
        await decide(store, handed_over(two, Lane.OTHER), bad)
    assert await store.inbox.pending(limit=10) == [one, two]
    assert await store.desk.entries(everything=True) == []
    assert await records(store, "outbound") == []


async def test_a_new_conversation_stands_bare(store: SqlStore) -> None:
    """Nothing is known of a conversation but that it is there, and of one that is gone not even that."""
    (one,) = await hear(store, *messages("one"))
    known = await standings(store, [one.conversation_id, 12345, one.conversation_id])
    assert known == {one.conversation_id: Standing(), 12345: Standing()}


async def test_standings_tell_what_was_decided(store: SqlStore) -> None:
    """Introduction, question, language and items are there for the next message of that conversation."""
    one, two, other = await hear(store, *messages("one", "two"), *messages("else", channel="bob"))
    await decide(
        store,
        replace(answered(one), introduced=True, clarified=True, language="de"),
        replace(handed_over(two, Lane.ORDER), language="es"),
        answered(other),
    )
    known = await standings(store, [one.conversation_id, other.conversation_id])
    standing = known[one.conversation_id]
    (item,) = standing.items
    assert (item.lane, item.state, item.acknowledged_at) == (Lane.ORDER, State.WAITING, None)
    assert (standing.introduced, standing.clarified_at, standing.language) == (True, NOON, "es")
    elsewhere = known[other.conversation_id]
    assert (elsewhere.items, elsewhere.introduced, elsewhere.language) == ((), False, None)


async def test_standings_tell_when_a_fan_was_told(store: SqlStore) -> None:
    """An acknowledgement is remembered with its item, and a later silence does not forget it."""
    one, two = await hear(store, *messages("one", "two"))
    effect = handed_over(one)
    assert effect.item is not None
    await decide(store, replace(effect, item=replace(effect.item, acknowledged=True)))
    await decide(store, handed_over(two, at=NOON + timedelta(hours=1)))
    (standing,) = (await standings(store, [one.conversation_id])).values()
    assert [(item.state, item.acknowledged_at) for item in standing.items] == [(State.WAITING, NOON)]


async def test_a_conversation_has_one_item_in_each_family(store: SqlStore) -> None:
    """What belongs together is merged under its gravest lane; a story stays personal in it."""
    pending = await hear(store, *messages("1", "2", "3", "4", "5"))
    lanes = [Lane.PERSONAL, Lane.HUMAN, Lane.TECH, Lane.CRISIS, Lane.OTHER]
    await decide(store, *(handed_over(each, lane) for each, lane in zip(pending, lanes, strict=True)))
    (standing,) = (await standings(store, [pending[0].conversation_id])).values()
    assert {item.lane for item in standing.items} == {Lane.PERSONAL, Lane.TECH, Lane.CRISIS}


async def test_pause_is_part_of_every_standing(store: SqlStore) -> None:
    """Triage learns of a pause together with everything else."""
    (one,) = await hear(store, *messages("one"))
    await store.switches.pause(who="sam", now=NOON, paused=True)
    assert (await standings(store, [one.conversation_id]))[one.conversation_id].paused


async def test_opting_out_and_in_again_is_on_record(store: SqlStore) -> None:
    """A fan's word on promotions holds in every conversation, and each change is kept with its source."""
    direct, shared, back = await hear(
        store,
        inbound("/stop", message="1"),
        inbound("hi", channel="lounge", author=inbound("").author, direct=False),
        inbound("/start", message="2"),
    )
    await decide(store, replace(answered(direct), opt_out=True))
    both = [direct.conversation_id, shared.conversation_id]
    assert [s.opted_out for s in (await standings(store, both)).values()] == [True, True]
    (fan,) = await records(store, "fan")
    assert fan["no_promotions_since"] == NOON.isoformat()
    await decide(store, replace(answered(back), opt_out=False))
    assert [s.opted_out for s in (await standings(store, both)).values()] == [False, False]
    told = [(consent["what"], consent["source"]) for consent in await records(store, "consent")]
    assert told == [
        ("conversation", str(direct.inbound.event)),
        ("no promotions", str(direct.inbound.event)),
        ("promotions", str(back.inbound.event)),
    ]


async def test_taking_back_closes_only_what_stood_before(store: SqlStore) -> None:
    """What the fan writes after it, in the same batch, is a matter of its own."""
    old, take_back, new = await hear(store, *messages("old", "/takeback", "new"))
    await decide(store, handed_over(old), replace(answered(take_back), withdraw=True), handed_over(new))
    items = await records(store, "item")
    assert [item["state"] for item in items] == ["closed", "waiting"]
    entry = await entry_of(store, old.conversation_id)
    assert (entry.latest, entry.messages) == (new.inbound, 1)


async def test_taking_back_leaves_safety_with_a_person(store: SqlStore) -> None:
    """A crisis, a threat or a minor at risk stays, and so does every other conversation (P20)."""
    mine = await hear(store, *messages("1", "2", "3", "4", "/takeback"))
    (other,) = await hear(store, *messages("hi", channel="bob"))
    lanes = [Lane.CRISIS, Lane.THREAT, Lane.TECH, Lane.PERSONAL]
    await decide(
        store,
        handed_over(other),
        *(handed_over(each, lane) for each, lane in zip(mine, lanes, strict=False)),
    )
    await decide(store, replace(answered(mine[-1]), withdraw=True))
    left = await store.desk.entries(everything=True)
    assert {
        entry.handoff.lane for entry in left if entry.handoff.conversation_id != other.conversation_id
    } == {
        Lane.CRISIS,
        Lane.THREAT,
    }
    assert len(left) == 3
    events = [event for event in await records(store, "item-event") if event["what"] == "withdrawn"]
    assert [event["event"] for event in events] == [str(mine[-1].inbound.event)] * 2


async def test_failures_are_counted_and_kept(store: SqlStore, look: Look) -> None:
    """Each attempt that failed is one more on the event, with its error for a person to read."""
    one, two = await hear(store, *messages("one", "two"))
    assert [await store.journal.note_failure(one.event_id, f"fault {n}") for n in (1, 2, 3)] == [1, 2, 3]
    assert [pending.attempts for pending in await store.inbox.pending(limit=10)] == [3, 0]
    assert await store.journal.dead_letters() == 3
    assert look("SELECT sort, reference, error FROM dead_letter ORDER BY id") == [
        ("event", str(one.event_id), f"fault {n}") for n in (1, 2, 3)
    ]
    assert await store.journal.note_failure(two.event_id + 1, "nobody") == 0
    assert await store.journal.dead_letters() == 3


async def test_what_went_wrong_is_shown_with_the_item(store: SqlStore) -> None:
    """A message that failed three times waits for a person who sees why."""
    (one,) = await hear(store, *messages("one"))
    await decide(store, handed_over(one, Lane.OTHER, error="ValueError: no such template"))
    entry = await entry_of(store, one.conversation_id)
    assert (entry.error, entry.reasons) == ("ValueError: no such template", ("it is other",))


async def test_what_may_leave_is_claimed_with_its_decision(store: SqlStore) -> None:
    """The way of a message takes one transaction from the decision to the platform's door."""
    store.outbox.serve(HERE)
    one, two, far = await hear(
        store, *messages("one", "two"), inbound("hi", channel="eve", platform="elsewhere")
    )
    claims = await decide(
        store, *(answered(each, answer(each.inbound, each.inbound.text)) for each in (one, two, far))
    )
    assert [claim.dispatch.text for claim in claims] == ["one", "two"]
    assert {claim.attempts for claim in claims} == {1}
    assert await store.outbox.claim(limit=10, now=NOON) == []


async def test_a_record_route_leaves_a_decision_and_nothing_else(store: SqlStore) -> None:
    """Edits and reactions are decided too, without a word and without an item."""
    (one,) = await hear(store, *messages("one"))
    outcome = answered(one)
    await decide(store, replace(outcome, decision=replace(outcome.decision, route=Route.RECORD)))
    (record,) = await records(store, "message")
    assert record["decision"] is not None
    assert await records(store, "outbound") == []
    assert await records(store, "item") == []


async def test_standings_carry_the_ids_that_the_desk_knows(store: SqlStore) -> None:
    """Triage and the queue speak of the same item."""
    (one,) = await hear(store, *messages("one"))
    await decide(store, handed_over(one))
    entry = await entry_of(store, one.conversation_id)
    standing = (await standings(store, [one.conversation_id]))[one.conversation_id]
    assert standing.items == (OpenItem(entry.handoff.id, Lane.PERSONAL, State.WAITING),)
