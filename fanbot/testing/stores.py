"""Short ways through a store, so that a test names only what it is about."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from fanbot.domain.decisions import Decision, Route
from fanbot.domain.handoffs import Lane
from fanbot.domain.messages import Inbound, Outbound, OutboundKind, SignalClass
from fanbot.ports.store import Claim, ItemEffect, Outcome, Pending, QueueEntry, Sent, Standing, Store
from fanbot.testing.letters import NOON

EVERYTHING = 1_000_000


def answer(
    to: Inbound,
    body: str = "Orders leave within two days.",
    *,
    kind: OutboundKind = OutboundKind.ANSWER,
    template: str = "",
    promo: str = "",
) -> Outbound:
    """Write what leaves for the one who wrote ``to``; with a template it is useful, without one neutral."""
    return Outbound(
        address=to.address,
        kind=kind,
        body=body,
        promo=promo,
        in_reply_to=to.message,
        direct=to.direct,
        template=template,
        signal=SignalClass.SIGNAL if template else SignalClass.NEUTRAL,
    )


def answered(pending: Pending, *outbounds: Outbound, at: datetime = NOON) -> Outcome:
    """Decide that a message is answered, with these words."""
    decision = Decision(Route.ANSWER, ("the words are those of an example",), template="shipping")
    return Outcome(pending, decision, at, outbounds=outbounds)


def handed_over(
    pending: Pending,
    lane: Lane = Lane.PERSONAL,
    *outbounds: Outbound,
    at: datetime = NOON,
    thanks: bool = False,
    error: str = "",
) -> Outcome:
    """Decide that a message is for a person."""
    decision = Decision(Route.HANDOFF, (f"it is {lane.value}",), lane=lane)
    item = ItemEffect(lane, thanks=thanks, error=error)
    return Outcome(pending, decision, at, outbounds=outbounds, item=item)


async def newly_kept(store: Store, events: Sequence[Inbound]) -> list[bool]:
    """Keep events; say of each whether it was new."""
    return [pending is not None for pending in await store.inbox.append(events)]


async def hear(store: Store, *events: Inbound) -> list[Pending]:
    """Keep events that are new to the store; return them as they wait for their decisions."""
    kept = [pending for pending in await store.inbox.append(events) if pending is not None]
    assert len(kept) == len(events)
    return kept


async def decide(store: Store, *outcomes: Outcome) -> Sequence[Claim]:
    """Record outcomes at the moment of the first decision; return what may leave at once."""
    return await store.journal.decide((), lambda _: outcomes, now=outcomes[0].decided_at)


async def standings(store: Store, conversations: Sequence[int]) -> Mapping[int, Standing]:
    """Return what would be known of these conversations if a message of theirs were judged now."""
    found: dict[int, Standing] = {}

    def look(known: Mapping[int, Standing]) -> Sequence[Outcome]:
        found.update(known)
        return ()

    await store.journal.decide(conversations, look, now=NOON)
    return found


async def confirm(store: Store, claims: Sequence[Claim], *, at: datetime = NOON) -> None:
    """Say that the platform has these."""
    await store.outbox.settle([Sent(claim, at) for claim in claims])


async def entry_of(store: Store, conversation: int) -> QueueEntry:
    """Find the one unfinished item of a conversation."""
    entries = await store.desk.entries(everything=True, limit=EVERYTHING)
    (entry,) = [entry for entry in entries if entry.handoff.conversation_id == conversation]
    return entry


async def records(store: Store, sort: str, *, fan: str | None = None) -> list[Mapping[str, object]]:
    """Export the store; return the records of one ``type``."""
    return [record async for record in store.archive.export(fan=fan) if record["type"] == sort]
