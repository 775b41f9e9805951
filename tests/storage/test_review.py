"""What is there for a person's look beside the queue: what was set aside, and what did not arrive."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from fanbot.domain.decisions import Decision, Route
from fanbot.domain.handoffs import Lane, State
from fanbot.domain.messages import Attachment, OutboundKind
from fanbot.errors import UnknownItemError
from fanbot.ports.platform import Resend
from fanbot.ports.store import Move, Outcome, Parked, Pending, SetAside, Undelivered
from fanbot.storage import SqlStore, read_id, written_id
from fanbot.testing.letters import NOON, address, inbound
from fanbot.testing.stores import answer, answered, decide, entry_of, handed_over, hear, records

Opener = Callable[..., Awaitable[SqlStore]]

SPAM = "it sells followers"
BROUGHT = "a person brought it here from what was set aside"


async def sets_aside(store: SqlStore, text: str = "buy followers", *, message: str = "spam") -> Pending:
    """Have a message set aside."""
    event = replace(inbound(text, message=message), attachments=(Attachment("file/1"),))
    (pending,) = await hear(store, event)
    await decide(store, Outcome(pending, Decision(Route.QUARANTINE, (SPAM,)), NOON))
    return pending


async def test_what_was_set_aside_is_shown_with_its_reasons_newest_first(store: SqlStore) -> None:
    """Nothing else is among it; and there is no more of it than was asked for."""
    first = await sets_aside(store, message="1")
    (other,) = await hear(store, inbound("hi", message="2"))
    await decide(store, answered(other))
    second = await sets_aside(store, message="3")
    assert await store.desk.set_aside() == [
        SetAside(second.event_id, second.inbound, (SPAM,)),
        SetAside(first.event_id, first.inbound, (SPAM,)),
    ]
    assert [each.event_id for each in await store.desk.set_aside(limit=1)] == [second.event_id]


async def test_what_is_left_aside_is_gone_from_the_list_and_on_record(store: SqlStore) -> None:
    """No item, and no word to anybody; the decision stays what it was."""
    pending = await sets_aside(store)
    await store.desk.review(pending.event_id, who="sam", for_person=False)
    assert await store.desk.set_aside() == []
    assert await store.desk.entries(everything=True) == []
    (line,) = await records(store, "audit")
    assert (line["who"], line["what"]) == ("sam", "left aside what was set aside")
    assert line["target"] == written_id(pending.event_id)
    (message,) = await records(store, "message")
    assert isinstance(message["decision"], dict)
    assert (message["decision"]["route"], message["decision"]["reasons"]) == ("quarantine", [SPAM])


async def test_what_was_no_spam_is_brought_to_a_person(store: SqlStore) -> None:
    """It waits in the queue with every reason that led there."""
    pending = await sets_aside(store, "my followers and i loved the show")
    await store.desk.review(pending.event_id, who="sam", for_person=True)
    assert await store.desk.set_aside() == []
    (entry,) = await store.desk.entries()
    assert (entry.handoff.lane, entry.handoff.state) == (Lane.OTHER, State.WAITING)
    assert entry.latest == pending.inbound
    assert entry.reasons == (SPAM, BROUGHT)
    (line,) = await records(store, "audit")
    assert (line["who"], line["what"]) == ("sam", "brought to a person what was set aside")


async def test_it_joins_the_item_that_is_there(store: SqlStore) -> None:
    """A conversation has one unfinished item of a family; an answered one waits again."""
    (first,) = await hear(store, inbound("my dog died", message="1"))
    await decide(store, handed_over(first, Lane.PERSONAL))
    item = (await entry_of(store, first.conversation_id)).handoff.id
    await store.desk.move(
        item, who="sam", change=lambda e: Move(e.handoff.reply("sam", NOON), "answered", {})
    )
    pending = await sets_aside(store)
    await store.desk.review(pending.event_id, who="sam", for_person=True)
    (entry,) = await store.desk.entries()
    assert (entry.handoff.id, entry.handoff.lane, entry.messages) == (item, Lane.PERSONAL, 2)
    assert entry.latest == pending.inbound


async def test_of_two_reviewers_one_decides_and_the_other_is_told(
    store: SqlStore, open_again: Opener
) -> None:
    """Nothing comes into the queue twice, and nothing that was left aside (P21)."""
    other = await open_again()
    for number in range(5):
        pending = await sets_aside(store, message=str(number))
        results = await asyncio.gather(
            store.desk.review(pending.event_id, who="sam", for_person=True),
            other.desk.review(pending.event_id, who="kim", for_person=False),
            return_exceptions=True,
        )
        (lost,) = [result for result in results if result is not None]
        assert isinstance(lost, UnknownItemError)
    assert len(await records(store, "audit")) == 5


@pytest.mark.parametrize("number", [0, -1, 12345, 2**63 - 1])
async def test_what_was_never_set_aside_cannot_be_reviewed(store: SqlStore, number: int) -> None:
    """Neither what is unknown nor what went another way."""
    (pending,) = await hear(store, inbound("hi"))
    await decide(store, answered(pending))
    for event in (number, pending.event_id):
        with pytest.raises(UnknownItemError, match="Nothing was changed"):
            await store.desk.review(event, who="sam", for_person=True)
    assert await store.desk.entries() == []


async def test_what_did_not_arrive_is_told_newest_first(store: SqlStore) -> None:
    """Where it was to go, what it says, what went wrong, and which item it belongs to."""
    store.outbox.serve({"memory/main": Resend.NEVER})
    (asked,) = await hear(store, inbound("hi"))
    claims = await decide(store, handed_over(asked, Lane.TECH, answer(asked.inbound, "A person reads this.")))
    await store.outbox.settle([Parked(claims[0], NOON, "the fan has blocked the bot", arrived=False)])
    item = (await entry_of(store, asked.conversation_id)).handoff.id
    words = answer(asked.inbound, "Hello.", kind=OutboundKind.HUMAN)
    await store.desk.move(
        item,
        who="sam",
        change=lambda e: Move(e.handoff.reply("sam", NOON), "answered", {}, outbounds=(words,)),
    )
    (claim,) = await store.outbox.claim(limit=1, now=NOON)
    await store.outbox.settle([Parked(claim, NOON, "nobody can tell", arrived=True)])
    to = address()
    expected = [
        Undelivered(
            read_id(claim.dispatch.key), NOON, to, OutboundKind.HUMAN, "Hello.", "nobody can tell", item
        ),
        Undelivered(
            read_id(claims[0].dispatch.key), NOON, to, OutboundKind.ANSWER, "A person reads this.",
            "the fan has blocked the bot",
        ),
    ]  # fmt: skip
    assert await store.desk.undelivered() == expected
    assert await store.desk.undelivered(limit=1) == expected[:1]
