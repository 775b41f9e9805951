"""While automatic sending is paused, people, notes and safety still speak."""

from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest

from fanbot.domain.handoffs import Lane
from fanbot.domain.messages import Outbound, OutboundKind
from fanbot.ports.platform import Resend
from fanbot.ports.store import Postponed
from fanbot.storage import SqlStore
from fanbot.testing.letters import NOON, inbound
from fanbot.testing.stores import answer, answered, confirm, decide, handed_over, hear

SAME_KEY = {"memory/main": Resend.SAME_KEY}
NEVER = {"memory/main": Resend.NEVER}
NUMBERS = count()


async def pause(store: SqlStore, *, paused: bool = True) -> None:
    """Pause or resume."""
    await store.switches.pause(who="sam", now=NOON, paused=paused)


def word(text: str, kind: OutboundKind = OutboundKind.ANSWER, *, safety: bool = False) -> Outbound:
    """Write something to Ada."""
    return replace(answer(inbound("hi"), text, kind=kind), safety=safety)


async def put(store: SqlStore, *words: Outbound) -> list[str]:
    """Enqueue words behind one message of Ada's; return what may leave at once."""
    (pending,) = await hear(store, inbound("hi", message=f"put-{next(NUMBERS)}"))
    claims = await decide(store, answered(pending, *words))
    return [claim.dispatch.text for claim in claims]


async def claimed(store: SqlStore) -> list[str]:
    """Claim and confirm everything there is, one look after the other."""
    texts: list[str] = []
    while claims := await store.outbox.claim(limit=10, now=NOON):
        assert await store.outbox.claim(limit=10, now=NOON) == []
        texts += [claim.dispatch.text for claim in claims]
        await confirm(store, claims)
    return texts


@pytest.mark.parametrize("destinations", [SAME_KEY, NEVER], ids=["same key", "never"])
@pytest.mark.parametrize("before", [True, False], ids=["enqueued in the pause", "enqueued before"])
async def test_answers_are_held_and_people_pass(
    store: SqlStore, destinations: dict[str, Resend], before: bool
) -> None:
    """A person's reply, a note and a safety text overtake what is held; nothing held is lost."""
    words = [
        word("answer 1"),
        word("from sam", OutboundKind.HUMAN),
        word("question", OutboundKind.QUESTION),
        word("a person reads this", OutboundKind.ACKNOWLEDGEMENT),
        word("answer 2"),
        word("you matter", OutboundKind.ANSWER, safety=True),
    ]
    if before:
        await pause(store)
        store.outbox.serve(destinations)
        assert await put(store, *words) == []
    else:
        await put(store, *words)
        await pause(store)
        store.outbox.serve(destinations)
    assert await store.outbox.due(now=NOON)
    assert await claimed(store) == ["from sam", "a person reads this", "you matter"]
    assert not await store.outbox.due(now=NOON)
    await pause(store, paused=False)
    assert await store.outbox.due(now=NOON)
    assert await claimed(store) == ["answer 1", "question", "answer 2"]


async def test_what_may_pass_leaves_with_its_decision(store: SqlStore) -> None:
    """A note for a fan in need is not slower because of a pause."""
    await pause(store)
    store.outbox.serve(SAME_KEY)
    (pending,) = await hear(store, inbound("help"))
    note = word("you matter", OutboundKind.ACKNOWLEDGEMENT, safety=True)
    (claim,) = await decide(store, handed_over(pending, Lane.CRISIS, note))
    assert claim.dispatch.text == "you matter"


@pytest.mark.parametrize("destinations", [SAME_KEY, NEVER], ids=["same key", "never"])
async def test_resuming_while_a_reply_is_under_way_keeps_one_in_flight(
    store: SqlStore, destinations: dict[str, Resend]
) -> None:
    """What was held waits until the reply that overtook it has arrived, and the reply goes once."""
    await put(store, word("answer"), word("from sam", OutboundKind.HUMAN), word("more"))
    await pause(store)
    store.outbox.serve(destinations)
    reply = await store.outbox.claim(limit=10, now=NOON)
    assert [claim.dispatch.text for claim in reply] == ["from sam"]
    await pause(store, paused=False)
    assert not await store.outbox.due(now=NOON)
    assert await store.outbox.claim(limit=10, now=NOON) == []
    await confirm(store, reply)
    assert await claimed(store) == ["answer", "more"]


async def test_a_reply_that_is_tried_again_keeps_its_turn_in_a_pause(store: SqlStore) -> None:
    """Postponed in a pause, it goes again in the pause."""
    await put(store, word("answer"), word("from sam", OutboundKind.HUMAN))
    await pause(store)
    store.outbox.serve(SAME_KEY)
    (reply,) = await store.outbox.claim(limit=10, now=NOON)
    later = NOON + timedelta(minutes=1)
    await store.outbox.settle([Postponed(reply, later, "too many")])
    assert await store.outbox.claim(limit=10, now=NOON) == []
    (again,) = await store.outbox.claim(limit=10, now=later)
    assert again.dispatch == reply.dispatch


async def test_in_a_pause_people_still_wait_for_what_is_under_way(store: SqlStore) -> None:
    """An answer that had left before the pause arrives before the reply leaves."""
    store.outbox.serve(SAME_KEY)
    (pending,) = await hear(store, inbound("hi", message="first"))
    under_way = await decide(store, answered(pending, word("answer")))
    await pause(store)
    await put(store, word("from sam", OutboundKind.HUMAN))
    assert await store.outbox.claim(limit=10, now=NOON) == []
    await confirm(store, under_way)
    assert await claimed(store) == ["from sam"]
