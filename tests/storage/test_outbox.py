"""The rows behind the only speaker: in order, one at a time, and each of them once."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest

from fanbot.domain.handoffs import State
from fanbot.domain.messages import Attachment, Author, Choice, Outbound, OutboundKind
from fanbot.ports.platform import Resend
from fanbot.ports.store import Claim, Move, Parked, Pending, Postponed, QueueEntry, Sent
from fanbot.storage import SqlStore
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
)

Opener = Callable[..., Awaitable[SqlStore]]

SAME_KEY = {"memory/main": Resend.SAME_KEY}
NEVER = {"memory/main": Resend.NEVER}
MINUTE = timedelta(minutes=1)
NUMBERS = count()


async def say(store: SqlStore, *texts: str, channel: str = "ada") -> list[Claim]:
    """Have a fan write and be answered with these texts; return what could leave at once."""
    (pending,) = await hear(store, inbound("hi", channel=channel, message=f"say-{next(NUMBERS)}"))
    return list(await decide(store, answered(pending, *(answer(pending.inbound, text) for text in texts))))


def parts_of(whole: Outbound, *texts: str) -> list[Outbound]:
    """Cut a message into parts."""
    return [replace(whole, body=text, part=number, parts=len(texts)) for number, text in enumerate(texts)]


async def reply(store: SqlStore, pending: Pending, *texts: str) -> int:
    """Hand a message to a person who answers it in these parts; return the item."""
    await decide(store, handed_over(pending))
    item = (await entry_of(store, pending.conversation_id)).handoff.id
    whole = answer(pending.inbound, kind=OutboundKind.HUMAN)

    def change(entry: QueueEntry) -> Move:
        done = entry.handoff.reply("sam", NOON)
        return Move(done, "answered", {}, outbounds=tuple(parts_of(whole, *texts)))

    await store.desk.move(item, who="sam", change=change)
    return item


def texts(claims: Sequence[Claim]) -> list[str]:
    """Read what would leave."""
    return [claim.dispatch.text for claim in claims]


async def claim(store: SqlStore, *, later: timedelta = timedelta(), limit: int = 100) -> Sequence[Claim]:
    """Claim what is due."""
    return await store.outbox.claim(limit=limit, now=NOON + later)


class Turns:
    """A platform that takes so many messages now."""

    def __init__(self, left: int) -> None:
        self.left = left

    def turns_left(self) -> int:
        return self.left


async def test_no_more_is_claimed_than_a_paced_platform_takes(store: SqlStore) -> None:
    """What would only wait inside an adapter stays where a crash leaves no doubt about it."""
    turns = Turns(2)
    store.outbox.serve(NEVER, paced={"memory/main": turns})
    claimed = [await say(store, "hello", channel=f"fan-{number}") for number in range(4)]
    assert [len(claims) for claims in claimed] == [1, 1, 1, 1]
    turns.left = 0
    assert await say(store, "hello", channel="fan-4") == []
    assert await claim(store) == []
    turns.left = 1
    assert [each.dispatch.address.channel for each in await claim(store)] == ["fan-4"]


async def test_a_run_is_claimed_together_where_repeats_are_told_apart(store: SqlStore) -> None:
    """With keys of our own several parts may be under way, one behind the other."""
    await say(store, "one", "two", "three")
    await say(store, "four")
    store.outbox.serve(SAME_KEY)
    assert texts(await claim(store)) == ["one", "two", "three", "four"]
    assert await claim(store) == []


async def test_one_at_a_time_where_a_repeat_would_be_seen(store: SqlStore) -> None:
    """Without keys the next one leaves when the fate of the one before is known."""
    await say(store, "one", "two")
    await say(store, "three")
    store.outbox.serve(NEVER)
    left = []
    while claims := await claim(store):
        assert len(claims) == 1
        assert await claim(store) == []
        left += texts(claims)
        await confirm(store, claims)
    assert left == ["one", "two", "three"]


async def test_a_long_run_is_claimed_bit_by_bit_in_order(store: SqlStore) -> None:
    """However much waits for one fan, it comes out in the order in which it went in."""
    expected = [f"text {n}" for n in range(150)]
    await say(store, *expected)
    store.outbox.serve(SAME_KEY)
    left = []
    while claims := await claim(store):
        left += texts(claims)
        await confirm(store, claims)
    assert left == expected


async def test_the_next_batch_waits_behind_what_is_under_way(store: SqlStore) -> None:
    """A second decision does not overtake the first one's words (G4)."""
    store.outbox.serve(SAME_KEY)
    first = await say(store, "one")
    assert texts(first) == ["one"]
    assert await say(store, "two") == []
    assert await claim(store) == []
    await confirm(store, first)
    assert texts(await claim(store)) == ["two"]


@pytest.mark.parametrize("resend", list(Resend))
async def test_conversations_do_not_wait_for_each_other(store: SqlStore, resend: Resend) -> None:
    """What is under way to one fan holds up nobody else."""
    store.outbox.serve({"memory/main": resend})
    assert texts(await say(store, "to ada")) == ["to ada"]
    assert texts(await say(store, "to bob", channel="bob")) == ["to bob"]


async def test_a_claim_carries_everything_that_was_meant(store: SqlStore) -> None:
    """Place, kind, buttons and files are the same whether claimed at once or later."""
    event = inbound("hi", channel="lounge", author=Author("ada", "Ada"), direct=False)
    whole = replace(
        answer(event, "here 🎸 ; '\""),
        choices=(Choice("human", "A person, please", "/human"), Choice("x", "X")),
        attachments=(Attachment("file/1", "a.png", "image/png", 7),),
    )
    one, two = await hear(store, event, replace(event, event=replace(event.event, message="2"), message="2"))
    store.outbox.serve(SAME_KEY)
    (at_once,) = await decide(store, answered(one, whole))
    store.outbox.serve({})
    await decide(store, answered(two, whole))
    await confirm(store, [at_once])
    store.outbox.serve(SAME_KEY)
    (later,) = await claim(store)
    assert replace(later.dispatch, key="") == replace(at_once.dispatch, key="")
    assert later.dispatch.choices == whole.choices
    assert later.dispatch.attachments == whole.attachments
    assert (later.dispatch.direct, later.dispatch.in_reply_to) == (False, "1")
    assert later.dispatch.address == event.address


async def test_keys_are_short_unique_and_stay(store: SqlStore) -> None:
    """A repeat goes under the same key, which the strictest platform takes (25 characters)."""
    store.outbox.serve(SAME_KEY)
    claims = [each for n in range(20) for each in await say(store, "a", "b", channel=f"fan{n}")]
    keys = [claim.dispatch.key for claim in claims]
    assert len(set(keys)) == 40
    assert all(0 < len(key) <= 25 and key.isalnum() for key in keys)
    await store.outbox.settle(
        [Postponed(claim, NOON + MINUTE, "gone", maybe_arrived=n % 2 == 0) for n, claim in enumerate(claims)]
    )
    again = await claim(store, later=MINUTE)
    assert sorted(claim.dispatch.key for claim in again) == sorted(keys)
    assert {claim.attempts for claim in again} == {2}


async def test_a_postponed_message_holds_back_only_its_conversation(store: SqlStore) -> None:
    """Ada's second message waits behind her first; Bob hears at once."""
    store.outbox.serve(SAME_KEY)
    first = await say(store, "one")
    await store.outbox.settle([Postponed(first[0], NOON + MINUTE, "too many")])
    await say(store, "two")
    await say(store, "to bob", channel="bob")
    assert await claim(store) == []
    assert not await store.outbox.due(now=NOON)
    assert await store.outbox.due(now=NOON + MINUTE)
    assert texts(await claim(store, later=MINUTE)) == ["one", "two"]


async def test_a_run_that_is_postponed_keeps_its_order(store: SqlStore) -> None:
    """What stood behind the failed one comes behind it again, also when other things were settled first."""
    store.outbox.serve(SAME_KEY)
    one, two, three = await say(store, "one", "two", "three")
    await store.outbox.settle(
        [
            Sent(one, NOON),
            Postponed(two, NOON + MINUTE, "too many"),
            Postponed(three, NOON + MINUTE, "waits behind"),
        ]
    )
    await say(store, "four")
    assert await claim(store, later=MINUTE / 2) == []
    assert texts(await claim(store, later=MINUTE)) == ["two", "three", "four"]


async def test_a_parked_message_lets_the_conversation_go_on(store: SqlStore) -> None:
    """A person looks at it; the fan is not left without the next answer."""
    store.outbox.serve(NEVER)
    first = await say(store, "one", "two")
    await store.outbox.settle([Parked(first[0], NOON, "blocked by the platform", arrived=False)])
    assert texts(await claim(store)) == ["two"]
    assert await store.outbox.parked() == 1
    assert await store.journal.dead_letters() == 1
    (parked, _) = await records(store, "outbound")
    assert (parked["state"], parked["error"]) == ("parked", "blocked by the platform")


async def test_the_other_parts_are_parked_with_the_one_that_failed(store: SqlStore) -> None:
    """Half a message is not sent on; what stands behind the message is."""
    (pending,) = await hear(store, inbound("hi"))
    whole = parts_of(answer(pending.inbound), "1 of 3", "2 of 3", "3 of 3")
    store.outbox.serve(NEVER)
    (first,) = await decide(store, answered(pending, *whole, answer(pending.inbound, "next")))
    await confirm(store, [first])
    (second,) = await claim(store)
    await store.outbox.settle([Parked(second, NOON, "lost", arrived=True)])
    assert texts(await claim(store)) == ["next"]
    states = [(each["text"], each["state"]) for each in await records(store, "outbound")]
    assert states == [("1 of 3", "sent"), ("2 of 3", "parked"), ("3 of 3", "parked"), ("next", "sending")]
    assert await store.outbox.parked() == 2


async def test_what_arrived_after_all_is_noted_as_sent(store: SqlStore) -> None:
    """A later part that was already under way is told truly, though an earlier one failed."""
    (pending,) = await hear(store, inbound("hi"))
    store.outbox.serve(SAME_KEY)
    one, two = await decide(store, answered(pending, *parts_of(answer(pending.inbound), "1 of 2", "2 of 2")))
    await store.outbox.settle([Parked(one, NOON, "refused", arrived=False)])
    await store.outbox.settle([Sent(two, NOON)])
    states = [(each["text"], each["state"]) for each in await records(store, "outbound")]
    assert states == [("1 of 2", "parked"), ("2 of 2", "sent")]


async def test_a_reply_that_is_parked_brings_its_item_back(store: SqlStore) -> None:
    """The person who answered sees that the fan does not have it, and why."""
    (pending,) = await hear(store, inbound("my cat died"))
    item = await reply(store, pending, "I am so sorry.", "Write to us any time.")
    assert (await store.desk.entry(item)).handoff.state is State.ANSWERED
    store.outbox.serve(NEVER)
    (first,) = await claim(store)
    await store.outbox.settle([Parked(first, NOON + MINUTE, "the fan blocked the bot", arrived=False)])
    entry = await store.desk.entry(item)
    assert (entry.handoff.state, entry.handoff.owner, entry.error) == (
        State.WAITING,
        "",
        "the fan blocked the bot",
    )
    assert entry.handoff.answered_at is None
    assert await claim(store) == []
    assert [event["what"] for event in await records(store, "item-event")][-1] == "reopened"


async def test_a_closed_item_stays_closed_when_its_note_is_parked(store: SqlStore) -> None:
    """Only an answer that did not arrive is work again."""
    (pending,) = await hear(store, inbound("hi"))
    await decide(store, handed_over(pending))
    item = (await entry_of(store, pending.conversation_id)).handoff.id
    note = answer(pending.inbound, kind=OutboundKind.ACKNOWLEDGEMENT)
    await store.desk.move(
        item,
        who="sam",
        change=lambda e: Move(e.handoff.close("sam", NOON), "closed", {}, outbounds=(note,)),
    )
    store.outbox.serve(NEVER)
    await store.outbox.settle([Parked((await claim(store))[0], NOON, "gone", arrived=False)])
    assert (await store.desk.entry(item)).handoff.state is State.CLOSED


async def test_after_a_crash_the_same_words_go_again_under_the_same_key(
    store: SqlStore, open_again: Opener
) -> None:
    """Where the platform tells repeats apart, nothing is lost and nothing comes twice (G3)."""
    store.outbox.serve(SAME_KEY)
    lost = await say(store, "one", "two")
    await say(store, "three")
    await store.close()
    again = await open_again()
    again.outbox.serve(SAME_KEY)
    assert await again.outbox.recover(now=NOON) == 2
    claims = await claim(again)
    assert texts(claims) == ["one", "two", "three"]
    assert [replace(c.dispatch, since=None) for c in claims[:2]] == [c.dispatch for c in lost]
    assert await again.outbox.recover(now=NOON) == 3


async def test_what_may_have_arrived_says_since_when(store: SqlStore, open_again: Opener) -> None:
    """A platform that forgets keys is asked for it first, also when nothing promotes in it (G3)."""
    store.outbox.serve(SAME_KEY)
    (at_once,) = await say(store, "claimed while it was recorded")
    await store.outbox.settle([Postponed(at_once, NOON, "cut off", maybe_arrived=True)])
    (later,) = await claim(store)
    assert (later.repeated, later.dispatch.since) == (True, NOON)
    await store.outbox.settle([Postponed(later, NOON, "cut off again", maybe_arrived=True)])
    (still,) = await claim(store)
    assert (still.repeated, still.dispatch.since) == (True, NOON)
    await store.close()
    again = await open_again()
    again.outbox.serve(SAME_KEY)
    await again.outbox.recover(now=NOON)
    (restarted,) = await claim(again)
    assert (restarted.repeated, restarted.dispatch.since) == (True, NOON)
    await again.outbox.settle([Postponed(restarted, NOON, "refused", maybe_arrived=False)])
    (fresh,) = await claim(again)
    assert (fresh.repeated, fresh.dispatch.since) == (False, None)


async def test_after_a_crash_a_person_looks_where_a_repeat_would_be_seen(
    store: SqlStore, open_again: Opener
) -> None:
    """What may have arrived is parked, its item comes back, and the conversation goes on (G3)."""
    (pending,) = await hear(store, inbound("hi"))
    item = await reply(store, pending, "1 of 2", "2 of 2")
    await say(store, "next")
    store.outbox.serve(NEVER)
    assert texts(await claim(store)) == ["1 of 2"]
    await store.close()
    again = await open_again()
    again.outbox.serve(NEVER)
    assert await again.outbox.recover(now=NOON) == 1
    entry = await again.desk.entry(item)
    assert entry.handoff.state is State.WAITING
    assert "may have arrived" in entry.error
    assert texts(await claim(again)) == ["next"]
    assert await again.outbox.parked() == 2
    assert await again.journal.dead_letters() == 1


async def test_recovery_leaves_alone_what_others_serve(store: SqlStore, open_again: Opener) -> None:
    """A process takes up only what it can speak for."""
    store.outbox.serve(SAME_KEY)
    await say(store, "one")
    other = await open_again()
    assert await other.outbox.recover(now=NOON) == 0
    other.outbox.serve({"elsewhere/main": Resend.NEVER})
    assert await other.outbox.recover(now=NOON) == 0
    assert await other.outbox.parked() == 0


async def test_what_is_out_of_date_is_dropped_and_frees_the_next(store: SqlStore) -> None:
    """A message whose time has passed is not said; the record tells why."""
    (pending,) = await hear(store, inbound("hi"))
    tonight = replace(answer(pending.inbound, "doors open at eight"), expires_at=NOON + MINUTE)
    await decide(store, answered(pending, tonight, answer(pending.inbound, "the poster")))
    store.outbox.serve(NEVER)
    assert texts(await claim(store, later=MINUTE)) == []
    assert texts(await claim(store, later=MINUTE)) == ["the poster"]
    (dropped, _) = await records(store, "outbound")
    assert (dropped["state"], dropped["error"]) == ("dropped", "its time had passed")
    assert await store.outbox.parked() == 0


async def test_what_is_in_time_still_leaves(store: SqlStore) -> None:
    """A moment before its end a message goes out."""
    (pending,) = await hear(store, inbound("hi"))
    tonight = replace(answer(pending.inbound, "doors open at eight"), expires_at=NOON + MINUTE)
    await decide(store, answered(pending, tonight))
    store.outbox.serve(SAME_KEY)
    assert texts(await claim(store, later=MINUTE - timedelta(seconds=1))) == ["doors open at eight"]


async def test_nothing_leaves_before_its_time(store: SqlStore) -> None:
    """A message with a time of its own is neither due nor claimed before."""
    store.outbox.serve(SAME_KEY)
    (pending,) = await hear(store, inbound("hi"))
    later = replace(answer(pending.inbound, "good morning"), not_before=NOON + MINUTE)
    assert await decide(store, answered(pending, later)) == []
    assert not await store.outbox.due(now=NOON)
    assert await claim(store) == []
    assert texts(await claim(store, later=MINUTE)) == ["good morning"]


async def test_a_destination_that_nobody_serves_keeps_its_messages(store: SqlStore) -> None:
    """They wait until the adapter is back, however long that takes."""
    assert await say(store, "one") == []
    assert not await store.outbox.due(now=NOON)
    assert await claim(store) == []
    store.outbox.serve({"elsewhere/main": Resend.SAME_KEY, "memory/second": Resend.NEVER})
    assert not await store.outbox.due(now=NOON)
    assert await claim(store) == []
    store.outbox.serve({"elsewhere/main": Resend.SAME_KEY, "memory/main": Resend.SAME_KEY})
    assert await store.outbox.due(now=NOON)
    assert texts(await claim(store)) == ["one"]


async def test_a_limit_leaves_the_rest_for_the_next_time(store: SqlStore) -> None:
    """Claims come in bites, the oldest first."""
    for n in range(5):
        await say(store, f"to {n}", channel=f"fan{n}")
    store.outbox.serve(NEVER)
    assert texts(await claim(store, limit=2)) == ["to 0", "to 1"]
    assert texts(await claim(store, limit=2)) == ["to 2", "to 3"]
    assert texts(await claim(store, limit=2)) == ["to 4"]


async def test_two_processes_never_claim_the_same_row(store: SqlStore, open_again: Opener) -> None:
    """Whoever claims first sends; the other gets something else, or nothing."""
    for n in range(20):
        await say(store, f"a {n}", f"b {n}", channel=f"fan{n}")
    stores = [store, await open_again(), await open_again()]
    for each in stores:
        each.outbox.serve(SAME_KEY)
    runs = await asyncio.gather(*(claim(stores[n % 3], limit=4) for n in range(12)))
    claimed = [each.id for run in runs for each in run]
    assert len(claimed) == len(set(claimed)) == 40


async def test_settling_the_same_result_again_changes_nothing(store: SqlStore) -> None:
    """A result that is told twice, after an unclear commit, counts once."""
    store.outbox.serve(SAME_KEY)
    one, two, three = await say(store, "one", "two", "three")
    results = [
        Sent(one, NOON),
        Parked(two, NOON, "refused", arrived=False),
        Postponed(three, NOON + MINUTE, "later"),
    ]
    await store.outbox.settle(results)
    before = [record async for record in store.archive.export()]
    await store.outbox.settle(results)
    assert [record async for record in store.archive.export()] == before
    assert await store.journal.dead_letters() == 1
    assert texts(await claim(store, later=MINUTE)) == ["three"]


async def test_a_crash_leaves_few_in_doubt(store: SqlStore, open_again: Opener) -> None:
    """Where repeats cannot be told apart, only what is just being sent is claimed."""
    store.outbox.serve(NEVER)
    claims: list[Claim] = []
    for number in range(30):
        (pending,) = await hear(store, inbound("?", channel=f"fan{number}"))
        claims.extend(await decide(store, answered(pending, answer(pending.inbound, "yes"))))
    claims.extend(await store.outbox.claim(limit=200, now=NOON))
    assert len(claims) == 8
    await store.outbox.settle([Sent(claim, NOON) for claim in claims[:3]])
    assert len(await store.outbox.claim(limit=200, now=NOON)) == 3
    await store.close()
    again = await open_again()
    again.outbox.serve(NEVER)
    assert await again.outbox.recover(now=NOON) == 8
    assert await again.outbox.parked() == 8
    sent = 0
    while found := await again.outbox.claim(limit=200, now=NOON):
        sent += len(found)
        await again.outbox.settle([Sent(claim, NOON) for claim in found])
    assert sent == 30 - 3 - 8
