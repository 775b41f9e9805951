"""A store whose calls fail when a test says so, with nothing done."""

from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from fanbot.domain.messages import Inbound
from fanbot.ports.cards import Cards, KeptCard, Watched
from fanbot.ports.platform import Paced, Resend
from fanbot.ports.staff import Remark
from fanbot.ports.store import (
    Archive,
    Claim,
    Desk,
    Inbox,
    Journal,
    Judging,
    Lease,
    OutboxStore,
    Pending,
    Secrets,
    Sessions,
    Settlement,
    Store,
    Switches,
)
from fanbot.ports.web import Correspondence

T = TypeVar("T")


class Troubles:
    """Say which calls fail next, by their names, such as ``append``, ``record`` or ``settle``."""

    def __init__(self) -> None:
        """Begin without any."""
        self._troubles: dict[str, deque[Exception]] = defaultdict(deque)

    def fail_next(self, call: str, *errors: Exception) -> None:
        """Let the next calls of this name raise these, one each."""
        self._troubles[call].extend(errors)

    async def around(self, call: str, work: Callable[[], Awaitable[T]]) -> T:
        """Raise what was asked for, or do the work."""
        if self._troubles[call]:
            raise self._troubles[call].popleft()
        return await work()


class TroubledStore:
    """A store of which inbox, journal, outbox, cards and lease obey ``troubles``."""

    def __init__(self, store: Store, troubles: Troubles) -> None:
        """Stand before a real store."""
        self._store = store
        self.inbox: Inbox = _Inbox(store.inbox, troubles)
        self.journal: Journal = _Journal(store.journal, troubles)
        self.outbox: OutboxStore = _Outbox(store.outbox, troubles)
        self.lease: Lease = _Lease(store.lease, troubles)
        self.desk: Desk = store.desk
        self.cards: Cards = _Cards(store.cards, troubles)
        self.switches: Switches = store.switches
        self.sessions: Sessions = store.sessions
        self.secrets: Secrets = store.secrets
        self.correspondence: Correspondence = store.correspondence
        self.archive: Archive = store.archive

    async def close(self) -> None:
        """Close the real store."""
        await self._store.close()


class _Inbox:
    def __init__(self, inbox: Inbox, troubles: Troubles) -> None:
        self._inbox = inbox
        self._troubles = troubles

    async def append(self, events: Sequence[Inbound]) -> Sequence[Pending | None]:
        return await self._troubles.around("append", lambda: self._inbox.append(events))

    async def pending(self, *, limit: int) -> Sequence[Pending]:
        return await self._troubles.around("pending", lambda: self._inbox.pending(limit=limit))


class _Journal:
    def __init__(self, journal: Journal, troubles: Troubles) -> None:
        self._journal = journal
        self._troubles = troubles

    async def decide(self, conversations: Sequence[int], judge: Judging, *, now: datetime) -> Sequence[Claim]:
        return await self._troubles.around(
            "decide", lambda: self._journal.decide(conversations, judge, now=now)
        )

    async def note_failure(self, event_id: int, error: str) -> int:
        return await self._troubles.around(
            "note_failure", lambda: self._journal.note_failure(event_id, error)
        )

    async def dead_letters(self) -> int:
        return await self._journal.dead_letters()


class _Outbox:
    def __init__(self, outbox: OutboxStore, troubles: Troubles) -> None:
        self._outbox = outbox
        self._troubles = troubles

    def serve(self, destinations: Mapping[str, Resend], *, paced: Mapping[str, Paced] = {}) -> None:
        self._outbox.serve(destinations, paced=paced)

    async def claim(self, *, limit: int, now: datetime) -> Sequence[Claim]:
        return await self._troubles.around("claim", lambda: self._outbox.claim(limit=limit, now=now))

    def arrived(self, claim: Claim) -> None:
        self._outbox.arrived(claim)

    async def settle(self, results: Sequence[Settlement]) -> bool:
        return await self._troubles.around("settle", lambda: self._outbox.settle(results))

    async def recover(self, *, now: datetime) -> int:
        return await self._troubles.around("recover", lambda: self._outbox.recover(now=now))

    async def parked(self) -> int:
        return await self._outbox.parked()

    async def due(self, *, now: datetime) -> bool:
        return await self._troubles.around("due", lambda: self._outbox.due(now=now))


class _Cards:
    def __init__(self, cards: Cards, troubles: Troubles) -> None:
        self._cards = cards
        self._troubles = troubles

    async def watched(self, destination: str, items: Sequence[int]) -> Sequence[Watched]:
        return await self._troubles.around("watched", lambda: self._cards.watched(destination, items))

    async def mark(self, item: int) -> str:
        return await self._troubles.around("mark", lambda: self._cards.mark(item))

    async def keep(self, destination: str, card: KeptCard) -> None:
        await self._troubles.around(f"keep {card.state.value}", lambda: self._cards.keep(destination, card))

    async def forget(self, destination: str, item: int) -> None:
        await self._troubles.around("forget", lambda: self._cards.forget(destination, item))

    async def item_at(self, destination: str, thread: str) -> int | None:
        return await self._troubles.around("item_at", lambda: self._cards.item_at(destination, thread))

    async def note_thread(self, destination: str, thread: str, item: int) -> bool:
        return await self._troubles.around(
            "note_thread", lambda: self._cards.note_thread(destination, thread, item)
        )

    async def opening(self, destination: str) -> bool:
        return await self._troubles.around("opening", lambda: self._cards.opening(destination))

    async def troubles(self) -> Mapping[str, tuple[int, str]]:
        return await self._cards.troubles()

    async def remark(self, key: str) -> Remark | None:
        return await self._troubles.around("remark", lambda: self._cards.remark(key))

    async def note_act(self, key: str, remark: Remark, *, item: int | None) -> None:
        await self._troubles.around("note_act", lambda: self._cards.note_act(key, remark, item=item))

    async def forget_acts(self, *, before: datetime) -> int:
        return await self._cards.forget_acts(before=before)


class _Lease:
    def __init__(self, lease: Lease, troubles: Troubles) -> None:
        self._lease = lease
        self._troubles = troubles

    async def acquire(self, *, holder: str, now: datetime) -> None:
        await self._troubles.around("acquire", lambda: self._lease.acquire(holder=holder, now=now))

    async def renew(self, *, now: datetime) -> None:
        await self._troubles.around("renew", lambda: self._lease.renew(now=now))

    async def release(self, *, now: datetime) -> None:
        await self._troubles.around("release", lambda: self._lease.release(now=now))
