"""A reply that can still be taken back holds up no answer, and leaves behind what passed it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanbot.domain.handoffs import Lane
from fanbot.domain.messages import Outbound, OutboundKind
from fanbot.ports.platform import Resend
from fanbot.ports.store import Claim, Move, Pending, Postponed
from fanbot.storage import SqlStore
from fanbot.storage.outbox_passing import Row, passed
from fanbot.testing.letters import NOON, inbound
from fanbot.testing.stores import answer, answered, confirm, decide, entry_of, handed_over, hear, records

Look = Callable[[str], list[tuple[object, ...]]]
Says = Callable[..., Awaitable[list[str]]]

SAME_KEY = {"memory/main": Resend.SAME_KEY}
NEVER = {"memory/main": Resend.NEVER}
LATER = NOON + timedelta(seconds=10)
NUMBERS = count(1)


async def waits(store: SqlStore, lane: Lane = Lane.PERSONAL) -> int:
    """Have the fan wait for a person; return the item."""
    (pending,) = await hear(store, inbound("hi", message=f"waits-{next(NUMBERS)}"))
    await decide(store, handed_over(pending, lane))
    entries = await store.desk.entries(everything=True, limit=100)
    return max(entry.handoff.id for entry in entries if entry.handoff.lane is lane)


async def replies(store: SqlStore, item: int, *texts: str, at: datetime | None = LATER) -> None:
    """Reply in so many parts, to leave at ``at``."""
    latest = (await store.desk.entry(item)).latest
    parts = tuple(
        replace(answer(latest, text, kind=OutboundKind.HUMAN), part=n, parts=len(texts), not_before=at)
        for n, text in enumerate(texts)
    )
    whole = " ".join(texts)
    await store.desk.move(
        item,
        who="sam",
        change=lambda e: Move(e.handoff.reply("sam", NOON), "answered", {"text": whole}, outbounds=parts),
    )


def automatic(pending: Pending, *texts: str, kind: OutboundKind = OutboundKind.ANSWER) -> list[Outbound]:
    """Write one automatic message in so many parts."""
    whole = answer(pending.inbound, kind=kind)
    return [replace(whole, body=text, part=n, parts=len(texts)) for n, text in enumerate(texts)]


async def says(store: SqlStore, *texts: str, kind: OutboundKind = OutboundKind.ANSWER) -> Sequence[Claim]:
    """Have the fan write and be answered in so many parts; return what leaves at once."""
    (pending,) = await hear(store, inbound("?", message=f"says-{next(NUMBERS)}"))
    return await decide(store, answered(pending, *automatic(pending, *texts, kind=kind)))


async def leaves(store: SqlStore, claims: Sequence[Claim] = (), *, at: datetime) -> list[str]:
    """Send until nothing more may leave; return the words in their order."""
    said = []
    claims = claims or await store.outbox.claim(limit=100, now=at)
    while claims:
        said += [claim.dispatch.text for claim in claims]
        await confirm(store, claims, at=at)
        claims = await store.outbox.claim(limit=100, now=at)
    return said


@pytest.mark.parametrize("serving", [SAME_KEY, NEVER])
async def test_a_safety_text_leaves_while_a_reply_lingers(
    store: SqlStore, serving: dict[str, Resend]
) -> None:
    """It leaves at once; the reply leaves at its own time, whole and behind it."""
    store.outbox.serve(serving)
    await replies(store, await waits(store), "Dear you,", "thank you.")
    (pending,) = await hear(store, inbound("I cannot go on", message="crisis"))
    safety = [replace(each, safety=True) for each in automatic(pending, "Please call.", "You matter.")]
    claims = await decide(store, handed_over(pending, Lane.CRISIS, *safety))
    assert claims[0].dispatch.text == "Please call."
    assert await leaves(store, claims, at=NOON) == ["Please call.", "You matter."]
    assert not await store.outbox.due(now=NOON)
    assert await store.outbox.due(now=LATER)
    assert await leaves(store, at=LATER) == ["Dear you,", "thank you."]


async def test_a_safety_text_leaves_while_everything_else_is_paused(store: SqlStore) -> None:
    """A pause changes nothing about that."""
    store.outbox.serve(NEVER)
    await replies(store, await waits(store), "Dear you.")
    await store.switches.pause(who="sam", now=NOON, paused=True)
    (pending,) = await hear(store, inbound("I cannot go on", message="crisis"))
    (safety,) = automatic(pending, "Please call.")
    claims = await decide(store, handed_over(pending, Lane.CRISIS, replace(safety, safety=True)))
    assert await leaves(store, claims, at=NOON) == ["Please call."]
    assert await leaves(store, at=LATER) == ["Dear you."]


async def test_a_reply_never_breaks_into_what_passed_it(store: SqlStore) -> None:
    """Its time comes while a text of three parts is on its way: it waits for the last of them."""
    store.outbox.serve(NEVER)
    await replies(store, await waits(store), "Dear you.")
    claims = await says(store, "1 of 3", "2 of 3", "3 of 3")
    assert [claim.dispatch.text for claim in claims] == ["1 of 3"]
    assert await store.outbox.claim(limit=100, now=LATER) == []
    assert await leaves(store, claims, at=LATER) == ["1 of 3", "2 of 3", "3 of 3", "Dear you."]


async def test_what_passed_a_reply_keeps_its_place_while_it_is_tried_again(store: SqlStore) -> None:
    """What was begun comes to its end before the reply, however long its platform takes."""
    store.outbox.serve(SAME_KEY)
    await replies(store, await waits(store), "Dear you.")
    (claim,) = await says(store, "the dates")
    await store.outbox.settle([Postponed(claim, LATER + timedelta(minutes=1), "too many")])
    assert await leaves(store, at=LATER) == []
    assert await leaves(store, at=LATER + timedelta(minutes=1)) == ["the dates", "Dear you."]


async def test_answers_pass_one_after_the_other(store: SqlStore) -> None:
    """Each leaves at once, in order, and the reply stays behind all of them."""
    store.outbox.serve(NEVER)
    await replies(store, await waits(store), "One.", "Two.")
    assert await leaves(store, await says(store, "first"), at=NOON) == ["first"]
    assert await leaves(store, await says(store, "second"), at=NOON) == ["second"]
    store.outbox.serve({})
    assert await says(store, "third") == []
    assert await says(store, "fourth") == []
    store.outbox.serve(NEVER)
    assert await leaves(store, at=NOON) == ["third", "fourth"]
    assert await leaves(store, at=LATER) == ["One.", "Two."]


async def test_a_person_never_passes_a_person(store: SqlStore) -> None:
    """What one wrote after the other arrives after it, and an answer passes both of them."""
    store.outbox.serve(NEVER)
    await replies(store, await waits(store), "One.")
    await replies(store, await waits(store, Lane.TECH), "Two.", at=None)
    assert not await store.outbox.due(now=NOON)
    assert await leaves(store, await says(store, "the dates"), at=NOON) == ["the dates"]
    assert await leaves(store, at=LATER) == ["One.", "Two."]


async def test_a_person_passes_what_is_scheduled(store: SqlStore) -> None:
    """Scheduled messages stand behind answers and people's replies."""
    store.outbox.serve(NEVER)
    item = await waits(store)
    (pending,) = await hear(store, inbound("?", message="scheduled"))
    morning = replace(answer(pending.inbound, "good morning"), not_before=NOON + timedelta(hours=9))
    assert await decide(store, answered(pending, morning)) == []
    await replies(store, item, "Dear you.", at=None)
    assert await leaves(store, at=NOON) == ["Dear you."]
    assert await leaves(store, at=NOON + timedelta(hours=9)) == ["good morning"]


async def test_what_is_tried_again_is_not_passed(store: SqlStore) -> None:
    """Only what nobody tried to send yet lets others pass: a retry holds back its conversation (G4)."""
    store.outbox.serve(SAME_KEY)
    (claim,) = await says(store, "first")
    await store.outbox.settle([Postponed(claim, LATER, "too many")])
    assert await says(store, "second") == []
    assert await leaves(store, at=LATER) == ["first", "second"]


async def test_what_is_behind_a_retry_waits_also_where_a_reply_lingers(store: SqlStore) -> None:
    """An answer that passes the reply still stands behind what is under way."""
    store.outbox.serve(SAME_KEY)
    item = await waits(store)
    (claim,) = await says(store, "first")
    await store.outbox.settle([Postponed(claim, NOON + timedelta(seconds=5), "too many")])
    await replies(store, item, "Dear you.")
    assert await says(store, "second") == []
    assert await leaves(store, at=NOON + timedelta(seconds=5)) == ["first", "second"]
    assert await leaves(store, at=LATER) == ["Dear you."]


async def test_a_reply_that_was_passed_can_be_taken_back(store: SqlStore) -> None:
    """All of it, also after something passed it."""
    store.outbox.serve(NEVER)
    item = await waits(store)
    await replies(store, item, "One.", "Two.")
    claims = await says(store, "1 of 2", "2 of 2")
    await store.desk.move(
        item, who="sam", change=lambda e: Move(e.handoff.recall("sam", NOON), "recalled", {}, recall=True)
    )
    assert await leaves(store, claims, at=LATER) == ["1 of 2", "2 of 2"]
    assert (await store.desk.entry(item)).handoff.draft == "One. Two."


async def test_two_replies_to_one_item_are_not_passed(store: SqlStore) -> None:
    """Each belongs to its own note on record, which tells who wrote it; so an answer waits for them."""
    store.outbox.serve(NEVER)
    item = await waits(store)
    await replies(store, item, "One.")
    await replies(store, item, "Two.")
    assert await says(store, "the dates") == []
    assert await leaves(store, at=LATER) == ["One.", "Two.", "the dates"]


async def test_who_wrote_a_reply_is_known_after_it_was_passed(store: SqlStore) -> None:
    """The conversation names the person who wrote it, whatever happened to its item meanwhile."""
    store.outbox.serve(NEVER)
    item = await waits(store)
    await replies(store, item, "Dear you.")
    (more,) = await hear(store, inbound("and another thing", message="more"))
    note = automatic(more, "A person reads this.", kind=OutboundKind.ACKNOWLEDGEMENT)
    claims = await decide(store, handed_over(more, Lane.PERSONAL, *note))
    assert [event["what"] for event in await records(store, "item-event")] == [
        "message",
        "answered",
        "message",
    ]
    assert await leaves(store, claims, at=NOON) == ["A person reads this."]
    assert await leaves(store, at=LATER) == ["Dear you."]
    assert (await store.desk.entry(item)).handoff.id == (
        await entry_of(store, more.conversation_id)
    ).handoff.id
    (line,) = [line for line in await store.desk.history(more.conversation_id) if line.text == "Dear you."]
    assert "sam" in repr(line)


kinds = st.sampled_from([OutboundKind.HUMAN, OutboundKind.ANSWER, OutboundKind.UPDATE])
rows = st.lists(st.tuples(kinds, st.booleans(), st.integers(0, 2)), max_size=8).map(
    lambda drawn: [
        Row(n, n, kind, None, tried=tried, not_before=at) for n, (kind, tried, at) in enumerate(drawn)
    ]
)


@given(rows, st.booleans())
def test_what_is_passed_is_an_untried_end_that_begins_with_what_is_held(rows: list[Row], human: bool) -> None:
    """Nothing that was tried moves, nothing changes its order, and no person passes a person."""
    tail = list(passed(rows, at=1, human=human))
    assert tail == rows[len(rows) - len(tail) :]
    assert not any(row.tried for row in tail)
    if human:
        assert all(row.kind is not OutboundKind.HUMAN for row in tail)
    elif tail:
        assert tail[0].not_before > 1
    assert all(row.not_before > 1 or row.kind is OutboundKind.HUMAN for row in tail)
    first = next((n for n, row in enumerate(rows) if row.not_before > 1), len(rows))
    fixed = any(row.not_before <= 1 and row.kind is not OutboundKind.HUMAN for row in rows[first:])
    if not human and not fixed and not any(row.tried for row in rows):
        assert tail == rows[first:]
