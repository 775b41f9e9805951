"""The pulse: whoever asks for it knows whether there is anything new to look at."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from fanbot.domain.decisions import Decision, Route
from fanbot.domain.handoffs import CLAIM_IDLE, Lane
from fanbot.domain.messages import OutboundKind
from fanbot.ports.platform import Resend
from fanbot.ports.store import Claim, Move, Outcome, Parked, Postponed, Sent
from fanbot.storage import SqlStore
from fanbot.testing.clock import ManualClock
from fanbot.testing.letters import NOON, inbound
from fanbot.testing.stores import answer, decide, entry_of, handed_over, hear

Opener = Callable[..., Awaitable[SqlStore]]


async def test_the_pulse_changes_with_everything_that_a_reader_would_see(
    store: SqlStore, open_again: Opener, clock: ManualClock
) -> None:
    """Also while the clock stands still, and whichever process did it."""
    other = await open_again()
    other.outbox.serve({"memory/main": Resend.NEVER})
    seen = [await store.desk.pulse()]

    async def is_new() -> None:
        pulse = await store.desk.pulse()
        assert pulse not in seen
        seen.append(pulse)

    one, spam = await hear(other, inbound("hi"), inbound("buy", channel="bob", message="2"))
    await is_new()
    note = answer(one.inbound, "A person reads this.", kind=OutboundKind.ACKNOWLEDGEMENT)
    (claim,) = await decide(other, handed_over(one, Lane.PERSONAL, note, at=clock.now()))
    await is_new()
    await decide(other, Outcome(spam, Decision(Route.QUARANTINE, ("it sells",)), NOON))
    await is_new()

    async def claimed() -> Claim:
        (claim,) = await other.outbox.claim(limit=1, now=NOON)
        await is_new()
        return claim

    await other.outbox.settle([Postponed(claim, NOON, "later")])
    await is_new()
    await other.outbox.settle([Sent(await claimed(), NOON)])
    await is_new()
    item = (await entry_of(store, one.conversation_id)).handoff.id
    words = answer(one.inbound, "Hello.", kind=OutboundKind.HUMAN)
    await other.desk.move(
        item,
        who="sam",
        change=lambda e: Move(e.handoff.reply("sam", NOON), "answered", {}, outbounds=(words,)),
    )
    await is_new()
    await other.outbox.settle([Parked(await claimed(), NOON, "refused", arrived=False)])
    await is_new()
    await other.desk.move(
        item, who="sam", change=lambda e: Move(e.handoff.claim("sam", clock.now()), "claimed", {})
    )
    await is_new()
    clock.move(CLAIM_IDLE)
    await other.desk.tend(now=clock.now())
    await is_new()
    await other.desk.review(spam.event_id, who="sam", for_person=True)
    await is_new()
    await other.switches.pause(who="sam", now=NOON, paused=True)
    await is_new()
    await other.correspondence.erase(platform="memory", user="ada")
    await is_new()
    await other.archive.restored(backup_at=NOON, now=NOON)
    await is_new()


async def test_the_pulse_rests_while_there_is_nothing_to_see(store: SqlStore, clock: ManualClock) -> None:
    """Two hundred open pages do not look again because a lease was renewed or somebody signed in."""
    store.outbox.serve({"memory/main": Resend.NEVER})
    (one,) = await hear(store, inbound("hi"))
    await decide(store, handed_over(one, at=clock.now()))
    item = (await entry_of(store, one.conversation_id)).handoff.id
    await store.desk.move(
        item, who="sam", change=lambda e: Move(e.handoff.claim("sam", clock.now()), "claimed", {})
    )
    before = await store.desk.pulse()
    await store.inbox.append([inbound("hi")])
    await decide(store, handed_over(one))
    await store.lease.acquire(holder="here", now=NOON)
    await store.lease.renew(now=NOON)
    assert await store.outbox.claim(limit=10, now=NOON) == []
    await store.outbox.settle([])
    await store.outbox.recover(now=NOON)
    await store.desk.tend(now=clock.now())
    await store.desk.keep_draft(item, who="sam", text="Dear")
    await store.sessions.begin("key", who="sam", now=NOON, until=NOON + timedelta(hours=1))
    await store.secrets.secret("name")
    await store.correspondence.erase(platform="memory", user="nobody")
    assert await store.desk.pulse() == before
