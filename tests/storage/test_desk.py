"""The human queue: what waits, in which order, who moved it, and what was said."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from fanbot.domain.handoffs import Handoff, Lane, State
from fanbot.domain.messages import Kind, Outbound, OutboundKind
from fanbot.errors import AlreadyClaimedError, FanbotError, MoveError, UnknownItemError
from fanbot.ports.platform import Resend
from fanbot.ports.store import Move, QueueEntry, Sent
from fanbot.storage import SqlStore, read_id, written_id
from fanbot.testing.clock import ManualClock
from fanbot.testing.letters import NOON, inbound
from fanbot.testing.stores import (
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

Opener = Callable[..., Awaitable[SqlStore]]
Change = Callable[[QueueEntry], Move]

HERE = {"memory/main": Resend.SAME_KEY}
HOUR = timedelta(hours=1)


async def waits(store: SqlStore, lane: Lane = Lane.PERSONAL, *, channel: str = "ada", hours: int = 0) -> int:
    """Have a fan wait since so many hours ago; return the item."""
    at = NOON - hours * HOUR
    (pending,) = await hear(store, inbound("hi", channel=channel, message=f"{channel}-{lane}"))
    await decide(store, handed_over(pending, lane, at=at))
    return (await entry_of(store, pending.conversation_id)).handoff.id


def moving(event: str, change: Callable[[Handoff], Handoff], *outbounds: Outbound, **more: object) -> Change:
    """Make a change of an item into a move."""
    return lambda entry: Move(change(entry.handoff), event, {}, outbounds=outbounds, **more)  # type: ignore[arg-type]


def claiming(who: str) -> Change:
    """Claim an item, and keep the assistant quiet for an hour."""
    return moving("claimed", lambda item: item.claim(who, NOON), hushed_until=NOON + HOUR)


async def test_safety_stands_first_then_the_older(store: SqlStore) -> None:
    """Where to begin is clear at a glance (P20, P27)."""
    old = await waits(store, Lane.OTHER, channel="a", hours=9)
    new = await waits(store, Lane.OTHER, channel="b", hours=1)
    threat = await waits(store, Lane.THREAT, channel="c", hours=2)
    crisis = await waits(store, Lane.CRISIS, channel="d")
    order = [entry.handoff.id for entry in await store.desk.entries()]
    assert order == [crisis, threat, old, new]
    assert [entry.handoff.id for entry in await store.desk.entries(limit=2)] == [crisis, threat]


async def test_the_heavier_stands_before_the_older(store: SqlStore, clock: ManualClock) -> None:
    """Who wrote on three days waits more than who wrote once a day earlier (P11)."""
    once = await waits(store, Lane.TECH, channel="a", hours=24)
    often = await waits(store, Lane.TECH, channel="b")
    for day in (1, 2):
        (pending,) = await hear(store, inbound("still", channel="b", message=f"again-{day}"))
        await decide(store, handed_over(pending, Lane.TECH, at=NOON + timedelta(days=day)))
    entries = await store.desk.entries()
    assert [(entry.handoff.id, entry.handoff.weight) for entry in entries] == [(often, 3), (once, 1)]


async def test_answered_items_are_shown_on_demand(store: SqlStore) -> None:
    """The queue holds what needs a person; everything unfinished can be seen, nothing finished."""
    done, waiting, closed = [await waits(store, channel=name) for name in ("a", "b", "c")]
    await store.desk.move(done, who="sam", change=moving("answered", lambda i: i.reply("sam", NOON)))
    await store.desk.move(closed, who="sam", change=moving("closed", lambda i: i.close("sam", NOON)))
    assert [entry.handoff.id for entry in await store.desk.entries()] == [waiting]
    everything = await store.desk.entries(everything=True)
    assert {entry.handoff.id for entry in everything} == {done, waiting}
    assert (await store.desk.entry(closed)).handoff.state is State.CLOSED


async def test_an_item_tells_the_reasons_of_the_message_that_raised_it(store: SqlStore) -> None:
    """Who wonders why it stands so high reads that, and not what the first message was about (P24)."""
    for lanes in ((Lane.OTHER, Lane.PERSONAL), (Lane.PERSONAL, Lane.OTHER)):
        for together in (True, False):
            channel = f"{lanes[0]}-{together}"
            pending = await hear(
                store,
                *(inbound(lane.value, channel=channel, message=f"{channel}-{lane.value}") for lane in lanes),
            )
            outcomes = [handed_over(each, lane) for each, lane in zip(pending, lanes, strict=True)]
            for batch in [outcomes] if together else [[outcome] for outcome in outcomes]:
                await decide(store, *batch)
            entry = await entry_of(store, pending[0].conversation_id)
            assert (entry.handoff.lane, entry.reasons) == (Lane.PERSONAL, ("it is personal",))


async def test_an_entry_shows_the_newest_message_with_everything_in_it(store: SqlStore) -> None:
    """Where a reply goes, to what, and why the item is there."""
    one, two = await hear(
        store, inbound("hi", message="1"), inbound("💔", message="1", kind=Kind.REACTION, revision="r")
    )
    await decide(store, handed_over(one), handed_over(two, Lane.HUMAN))
    entry = await entry_of(store, one.conversation_id)
    assert entry.latest == two.inbound
    assert (entry.messages, entry.reasons, entry.error) == (2, ("it is personal",), "")


@pytest.mark.parametrize("number", [0, 1, -1, 2**63 - 1])
async def test_an_unknown_item_is_told_kindly(store: SqlStore, number: int) -> None:
    """Whatever number somebody asks for, the answer is a sentence."""
    await waits(store)
    with pytest.raises(UnknownItemError):
        await store.desk.entry(number)
    with pytest.raises(UnknownItemError):
        await store.desk.move(number, who="sam", change=claiming("sam"))


async def test_an_item_is_found_by_the_end_of_its_key(store: SqlStore) -> None:
    """Nobody types thirteen characters; several hits are all told."""
    items = [await waits(store, channel=f"fan{n}") for n in range(5)]
    for item in items:
        key = written_id(item)
        assert list(await store.desk.find(key)) == [item]
        assert list(await store.desk.find(f" {key[-8:].upper()} ")) == [item]
        assert read_id(key) == item
    assert list(await store.desk.find("")) == items
    assert list(await store.desk.find("nothing")) == []
    await store.desk.move(items[0], who="sam", change=moving("closed", lambda i: i.close("sam", NOON)))
    assert list(await store.desk.find(written_id(items[0]))) == []


async def test_a_claim_quiets_the_assistant_until_its_release(store: SqlStore) -> None:
    """A person is in the conversation, and then is not (hush)."""
    item = await waits(store)
    conversation = (await store.desk.entry(item)).handoff.conversation_id
    claimed = await store.desk.move(item, who="sam", change=claiming("sam"))
    assert (claimed.state, claimed.owner, claimed.claimed_at) == (State.CLAIMED, "sam", NOON)
    assert (await store.desk.entry(item)).handoff == claimed
    assert (await standings(store, [conversation]))[conversation].hushed_until == NOON + HOUR
    released = moving("released", lambda i: i.release("sam", NOON), release_hush=True)
    assert (await store.desk.move(item, who="sam", change=released)).state is State.WAITING
    assert (await standings(store, [conversation]))[conversation].hushed_until is None


async def test_of_two_claimers_one_wins_and_the_other_is_told(store: SqlStore, open_again: Opener) -> None:
    """Two people in two processes at the same moment end with one owner (P21)."""
    other = await open_again()
    for number in range(5):
        item = await waits(store, channel=f"fan{number}")
        results = await asyncio.gather(
            *(
                where.desk.move(item, who=who, change=claiming(who))
                for where, who in ((store, "sam"), (other, "kim"), (store, "lou"), (other, "max"))
            ),
            return_exceptions=True,
        )
        (winner,) = [result for result in results if isinstance(result, Handoff)]
        losers = [result for result in results if isinstance(result, AlreadyClaimedError)]
        assert len(losers) == 3
        assert {loser.owner for loser in losers} == {winner.owner}
        assert (await other.desk.entry(item)).handoff.owner == winner.owner
    claims = [event for event in await records(store, "item-event") if event["what"] == "claimed"]
    assert len(claims) == 5


async def test_a_reply_goes_out_and_is_on_record(store: SqlStore) -> None:
    """One move answers the item, sends the words, keeps the assistant quiet and writes who it was."""
    item = await waits(store)
    entry = await store.desk.entry(item)
    words = answer(entry.latest, "Thank you. – Sam", kind=OutboundKind.HUMAN)
    change = moving("answered", lambda i: i.reply("sam", NOON), words, hushed_until=NOON + HOUR)
    done = await store.desk.move(item, who="sam", change=change)
    assert (done.state, done.owner, done.answered_at) == (State.ANSWERED, "sam", NOON)
    store.outbox.serve(HERE)
    (claim,) = await store.outbox.claim(limit=10, now=NOON)
    assert (claim.dispatch.text, claim.dispatch.kind) == ("Thank you. – Sam", OutboundKind.HUMAN)
    assert claim.dispatch.in_reply_to == entry.latest.message
    conversation = entry.handoff.conversation_id
    assert (await standings(store, [conversation]))[conversation].hushed_until == NOON + HOUR
    assert [(event["who"], event["what"]) for event in await records(store, "item-event")] == [
        ("fan", "message"),
        ("sam", "answered"),
    ]
    (line,) = await records(store, "audit")
    assert (line["who"], line["what"], line["target"]) == ("sam", "handoff answered", written_id(item))


async def test_a_reply_waits_behind_what_is_on_its_way(store: SqlStore) -> None:
    """A person's words come after the note that announced them."""
    store.outbox.serve(HERE)
    (pending,) = await hear(store, inbound("hi"))
    note = answer(pending.inbound, "A person reads this.", kind=OutboundKind.ACKNOWLEDGEMENT)
    claims = await decide(store, handed_over(pending, Lane.PERSONAL, note))
    item = (await entry_of(store, pending.conversation_id)).handoff.id
    words = answer(pending.inbound, "Hello!", kind=OutboundKind.HUMAN)
    await store.desk.move(item, who="sam", change=moving("answered", lambda i: i.reply("sam", NOON), words))
    assert await store.outbox.claim(limit=10, now=NOON) == []
    await confirm(store, claims)
    assert [c.dispatch.text for c in await store.outbox.claim(limit=10, now=NOON)] == ["Hello!"]


async def test_a_move_that_is_refused_changes_nothing(store: SqlStore) -> None:
    """No half move: not the item, not a word to the fan, not a line in the record."""
    item = await waits(store)
    before = [record async for record in store.archive.export()]

    def change(entry: QueueEntry) -> Move:
        raise MoveError(f"not {entry.handoff.lane.value}")

    with pytest.raises(MoveError, match="not personal"):
        await store.desk.move(item, who="sam", change=change)
    unsayable = answer(inbound("hi"), "half a pair \ud83d")
    with pytest.raises(FanbotError):
        await store.desk.move(
            item, who="sam", change=moving("answered", lambda i: i.reply("sam", NOON), unsayable)
        )
    assert [record async for record in store.archive.export()] == before
    assert await records(store, "outbound") == []


async def test_every_move_is_kept_as_it_was_made(store: SqlStore) -> None:
    """Snoozed, escalated, passed on, with a draft: the item comes back as it was left."""
    item = await waits(store)
    later = NOON + 5 * HOUR
    steps: Sequence[tuple[str, Callable[[Handoff], Handoff]]] = [
        ("snoozed", lambda i: i.snooze("sam", later, NOON)),
        ("escalated", lambda i: i.escalate("sam", NOON)),
        ("claimed", lambda i: replace(i.claim("sam", NOON), draft="Dear 'Ana' 🎸\n")),
        ("passed on", lambda i: i.pass_on("sam", "kim", "yours", NOON)),
        ("closed", lambda i: i.close("kim", NOON)),
    ]
    for event, step in steps:
        kept = await store.desk.move(item, who="sam", change=moving(event, step))
        assert (await store.desk.entry(item)).handoff == kept
    assert kept.draft == "Dear 'Ana' 🎸\n"
    assert [event["what"] for event in await records(store, "item-event")][1:] == [s[0] for s in steps]


async def test_what_went_wrong_is_shown_until_it_is_answered(store: SqlStore) -> None:
    """Whoever claims an item still reads why it came back; a new answer settles that."""
    (pending,) = await hear(store, inbound("hi"))
    await decide(store, handed_over(pending, error="the adapter failed"))
    item = (await entry_of(store, pending.conversation_id)).handoff.id
    await store.desk.move(item, who="sam", change=claiming("sam"))
    assert (await store.desk.entry(item)).error == "the adapter failed"
    await store.desk.move(item, who="sam", change=moving("answered", lambda i: i.reply("sam", NOON)))
    assert (await store.desk.entry(item)).error == ""


async def test_a_history_reads_from_top_to_bottom(store: SqlStore) -> None:
    """What was heard and said, oldest first, in order also within one moment."""
    store.outbox.serve(HERE)
    asked = [inbound(f"question {n}", message=str(n)) for n in range(3)]
    pending = await hear(store, *asked)
    later = NOON + timedelta(seconds=1)
    claims = await decide(
        store,
        *(answered(p, *(answer(p.inbound, f"answer {n}.{part}", template="sizes") for part in range(2)))
          for n, p in enumerate(pending)),
    )  # fmt: skip
    await store.outbox.settle([Sent(claim, later) for claim in claims])
    conversation = pending[0].conversation_id
    lines = await store.desk.history(conversation)
    assert [(line.sort, line.text) for line in lines] == [
        ("inbound", "question 0"),
        ("inbound", "question 1"),
        ("inbound", "question 2"),
        *(("outbound", f"answer {n}.{part}") for n in range(3) for part in range(2)),
    ]
    assert lines[0].who == "Ada"
    assert lines[0].detail["reasons"] == ["the words are those of an example"]
    assert lines[-1].detail["state"] == "sent"
    newest = await store.desk.history(conversation, limit=2)
    assert [line.text for line in newest] == ["answer 2.0", "answer 2.1"]
    assert await store.desk.history(12345) == []


async def test_a_record_of_waiting_counts_everybody(store: SqlStore) -> None:
    """What is still unanswered counts as well, and each time T only what is older than T (P6)."""
    day = timedelta(days=1)
    for number, (opened, answered_after) in enumerate(
        [(2 * day, HOUR), (2 * day, 5 * HOUR), (2 * day, None), (HOUR / 2, HOUR / 4), (40 * day, HOUR)]
    ):
        item = await waits(store, channel=f"fan{number}", hours=0)
        at = NOON - opened
        (pending,) = await hear(store, inbound("?", channel=f"fan{number}", message="tech"))
        await decide(store, handed_over(pending, Lane.TECH, at=at))
        entries = await store.desk.entries()
        (item,) = [
            e.handoff.id
            for e in entries
            if e.handoff.conversation_id == pending.conversation_id and e.handoff.lane is Lane.TECH
        ]
        if answered_after is not None:
            when = at + answered_after
            await store.desk.move(
                item, who="sam", change=moving("answered", lambda i, when=when: i.reply("sam", when))
            )
    record = await store.desk.waiting_record(Lane.TECH, now=NOON)
    assert record[HOUR] == (3, 1)
    assert record[6 * HOUR] == (3, 2)
    assert record[day] == (3, 2)
    assert record[3 * day] == (0, 0)
    assert (await store.desk.waiting_record(Lane.PRESS, now=NOON))[HOUR] == (0, 0)


async def test_what_was_escalated_stands_before_every_lane_but_safety(
    store: SqlStore, clock: ManualClock
) -> None:
    """However long the queue is, the creator finds near its head what was brought before them (P12)."""
    lanes = (Lane.OTHER, Lane.HUMAN, Lane.CRISIS)
    pending = await hear(
        store, *(inbound("hi", channel=lane.value, message=str(n)) for n, lane in enumerate(lanes))
    )
    await decide(store, *(handed_over(each, lane) for each, lane in zip(pending, lanes, strict=True)))
    other = (await entry_of(store, pending[0].conversation_id)).handoff
    await store.desk.move(
        other.id,
        who="Sam",
        change=lambda entry: Move(entry.handoff.escalate("Sam", clock.now()), "escalated", {}),
    )
    entries = await store.desk.entries()
    assert [entry.handoff.lane for entry in entries] == [Lane.CRISIS, Lane.OTHER, Lane.HUMAN]
