"""The rows behind the only speaker: claim what is due, settle what was sent, free what comes next."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from fanbot.domain.messages import OutboundKind, SignalClass
from fanbot.domain.settings import SignalSettings
from fanbot.ports.ids import Ids
from fanbot.ports.platform import Paced, Resend
from fanbot.ports.store import Claim, Parked, Postponed, Sent, Settlement
from fanbot.storage import bulk, reach, tables
from fanbot.storage.cap import admit, fan_scope, free, note_deliveries, renew
from fanbot.storage.outbox_rows import Serving, paused
from fanbot.storage.outbox_waiting import CLAIM_COLUMNS, Waiting
from fanbot.storage.pulse import beat
from fanbot.storage.times import DAY, stamp
from fanbot.storage.writer import Reader, Writer

_DOUBTFUL = 8
"""Rows under way at a time to a destination where a crash leaves each of them in doubt, for a person."""
_RUN = 64
"""Rows of one conversation that are claimed together where a repeat is told apart by its key."""
_DEAD = tables.table(tables.DeadLetter)
_EVENTS = tables.table(tables.HandoffEvent)

_PARKED = "SELECT COUNT(*) FROM outbox WHERE state = 'parked'"

READY = (
    f"SELECT {CLAIM_COLUMNS} FROM outbox o JOIN conversation c ON c.id = o.conversation_id"  # noqa: S608
    " WHERE o.state = 'ready' AND o.destination = ? AND o.not_before <= ? ORDER BY o.not_before, o.id LIMIT ?"
)
READY_IN_PAUSE = (
    f"SELECT {CLAIM_COLUMNS} FROM outbox o JOIN conversation c ON c.id = o.conversation_id"  # noqa: S608
    f" WHERE {tables.EXEMPT_FROM_PAUSE} AND o.destination = ? AND o.not_before <= ?"
    " AND NOT EXISTS (SELECT 1 FROM outbox s WHERE s.conversation_id = o.conversation_id"
    " AND s.state IN ('ready', 'queued', 'sending') AND s.state = 'sending')"
    " ORDER BY o.not_before, o.id LIMIT ?"
)
"""While automatic sending is paused, a safety text or a person's reply passes what is held."""
FOLLOWERS = (
    f"SELECT {CLAIM_COLUMNS} FROM outbox o JOIN conversation c ON c.id = o.conversation_id"  # noqa: S608
    " WHERE o.conversation_id IN ({keys}) AND o.state IN ('ready', 'queued', 'sending')"
    " AND o.state = 'queued' ORDER BY o.id LIMIT ?"
)
DUE = (
    "SELECT id FROM outbox WHERE state = 'ready' AND destination = ? AND not_before <= ?"
    " ORDER BY not_before, id LIMIT ?"
)
FREE_NEXT = (
    "UPDATE outbox SET state = 'ready' WHERE state = 'queued' AND id IN ("
    "SELECT MIN(id) FROM outbox WHERE conversation_id IN ({keys})"
    " AND state IN ('ready', 'queued', 'sending') GROUP BY conversation_id"
    " HAVING MAX(CASE WHEN state = 'sending' THEN 1 ELSE 0 END) = 0)"
)
"""Nothing of a conversation is ready while anything of it is under way."""
HOLD_BACK = (
    "UPDATE outbox SET state = 'queued' WHERE conversation_id IN ({keys})"
    " AND state IN ('ready', 'queued', 'sending') AND state = 'ready'"
)


class SqlOutbox:
    """The outbox over one writer and its readers."""

    def __init__(self, *, writer: Writer, reader: Reader, ids: Ids, settings: SignalSettings) -> None:
        self._writer = writer
        self._reader = reader
        self._ids = ids
        self._settings = settings
        self._destinations: Mapping[str, Resend] = {}
        self._arrived: set[int] = set()
        self._doubtful: dict[str, set[int]] = {}
        self._paced: Mapping[str, Paced] = {}

    def serve(self, destinations: Mapping[str, Resend], *, paced: Mapping[str, Paced] = {}) -> None:
        """Name the destinations whose rows this process claims; see ports.store.OutboxStore."""
        self._destinations = dict(destinations)
        self._paced = dict(paced)
        self._doubtful = {name: set() for name, able in destinations.items() if able is Resend.NEVER}

    def serving(self, now: datetime, *, stopped: bool) -> Serving:
        """Say what may be claimed in this transaction; ``stopped`` while sending is paused."""
        room = {name: self._room(name, len(out)) for name, out in self._doubtful.items()}
        return Serving(self._destinations, self._settings, stopped, now, self._arrived, room)

    def _room(self, destination: str, under_way: int) -> int:
        room = max(0, _DOUBTFUL - under_way)
        paced = self._paced.get(destination)
        return room if paced is None else min(room, paced.turns_left())

    def taken(self, claims: Sequence[Claim]) -> Sequence[Claim]:
        """Remember which claims a crash would leave in doubt, until they are settled; return them all."""
        for claim in claims:
            if (out := self._doubtful.get(claim.dispatch.address.destination)) is not None:
                out.add(claim.id)
        return claims

    async def claim(self, *, limit: int, now: datetime) -> Sequence[Claim]:
        """Claim what is due; see ports.store.OutboxStore."""
        if not self._destinations:
            return []
        return self.taken(
            await self._writer.run(lambda c: _claim(c, self.serving(now, stopped=paused(c)), limit))
        )

    def arrived(self, claim: Claim) -> None:
        """Remember what arrived until it is settled; see ports.store.OutboxStore."""
        if self._destinations.get(claim.dispatch.address.destination) is Resend.SAME_KEY:
            self._arrived.add(claim.id)

    async def settle(self, results: Sequence[Settlement]) -> bool:
        """Write what became of claims; see ports.store.OutboxStore."""
        freed = await self._writer.run(
            lambda c: _settle(c, results, self._settings, self._ids), rows=len(results)
        )
        settled = {result.claim.id for result in results}
        self._arrived -= settled
        for out in self._doubtful.values():
            out.difference_update(settled)
        return freed

    async def recover(self, *, now: datetime) -> int:
        """Take up rows that a dead process left in flight."""
        return await self._writer.run(lambda c: _recover(c, self._destinations, self._ids, now))

    async def parked(self) -> int:
        """Count the messages that wait for a person's look."""
        return await self._reader.run(lambda c: int((bulk.row(c, _PARKED) or (0,))[0]))

    async def due(self, *, now: datetime) -> bool:
        """Tell whether a row may be claimed now."""
        if not self._destinations:
            return False
        return await self._reader.run(lambda c: _due(c, list(self._destinations), now))


def _due(connection: Connection, destinations: Sequence[str], now: datetime) -> bool:
    query = READY_IN_PAUSE if paused(connection) else DUE
    return any(bulk.row(connection, query, destination, stamp(now), 1) for destination in destinations)


def _claim(connection: Connection, serving: Serving, limit: int) -> Sequence[Claim]:
    at = stamp(serving.now)
    heads = _heads(connection, serving, limit)
    rows = _with_followers(connection, heads, serving, limit)
    if rows:
        beat(connection)
    expired = [row for row in rows if row.expires_at is not None and row.expires_at <= at]
    if expired:
        _drop(connection, expired, at)
        rows = [row for row in rows if row not in expired]
    if not rows:
        return []
    renew(connection, (scope for row in rows if row.promoted for scope in row.request.scopes), serving.now)
    without = {row.id: False for row in rows if row.promoted is None and not row.promo}
    requests = [row.request for row in rows if row.promo and row.promoted is None]
    admitted = {**without, **admit(connection, requests, settings=serving.settings, now=serving.now)}
    if serving.paused:
        bulk.change(connection, HOLD_BACK, [row.conversation_id for row in rows])
    bulk.change(
        connection,
        "UPDATE outbox SET state = 'sending', claimed_at = COALESCE(claimed_at, ?), attempts = attempts + 1"
        " WHERE id IN ({keys})",
        [row.id for row in rows],
        before=(at,),
    )
    for verdict in (True, False):
        asked = [number for number, told in admitted.items() if told is verdict]
        bulk.change(
            connection,
            "UPDATE outbox SET promoted = ?, reserved_day = ? WHERE id IN ({keys})",
            asked,
            before=(verdict, at // DAY if verdict else None),
        )
    return [row.claim(promoted=admitted.get(row.id, bool(row.promoted))) for row in rows]


def _heads(connection: Connection, serving: Serving, limit: int) -> list[Waiting]:
    """Find what is first in its conversation and due, the oldest of all destinations."""
    query = READY_IN_PAUSE if serving.paused else READY
    found = [
        Waiting.read(row)
        for destination in serving.destinations
        for row in bulk.rows(
            connection,
            query,
            destination,
            stamp(serving.now),
            min(limit, serving.room.get(destination, limit)),
        )
    ]
    found.sort(key=lambda row: row.id)
    first: dict[int, Waiting] = {}
    for row in found[:limit]:
        first.setdefault(row.conversation_id, row)
    return list(first.values())


def _with_followers(
    connection: Connection, heads: Sequence[Waiting], serving: Serving, limit: int
) -> list[Waiting]:
    """Add what stands behind the heads, where a run may be claimed together."""
    runs = [
        head.conversation_id for head in heads if serving.destinations[head.destination] is Resend.SAME_KEY
    ]
    if not runs or serving.paused:
        return list(heads)
    followers: dict[int, list[Waiting]] = {}
    for row in bulk.fetch(connection, FOLLOWERS, runs, limit * 2):
        waiting = Waiting.read(row)
        followers.setdefault(waiting.conversation_id, []).append(waiting)
    at = stamp(serving.now)
    result: list[Waiting] = []
    for head in heads:
        run = [head]
        for row in followers.get(head.conversation_id, ()):
            if row.id == head.id:
                continue
            if len(run) >= _RUN or row.not_before > at:
                break
            run.append(row)
        result.extend(run)
    return result


def _drop(connection: Connection, rows: Sequence[Waiting], at: int) -> None:
    bulk.change(
        connection,
        "UPDATE outbox SET state = 'dropped', settled_at = ?, error = 'its time had passed'"
        " WHERE id IN ({keys})",
        [row.id for row in rows],
        before=(at,),
    )
    bulk.change(connection, FREE_NEXT, sorted({row.conversation_id for row in rows}))


def _settle(
    connection: Connection, results: Sequence[Settlement], settings: SignalSettings, ids: Ids
) -> bool:
    sent = [result for result in results if isinstance(result, Sent)]
    if sent:
        _note_sent(connection, sent, settings)
    for result in results:
        if isinstance(result, Postponed):
            _postpone(connection, result)
        elif isinstance(result, Parked):
            _park(connection, result, ids)
    if results:
        beat(connection)
    finished = {r.claim.conversation_id for r in results}
    return bulk.change(connection, FREE_NEXT, sorted(finished)) > 0


def _note_sent(connection: Connection, sent: Sequence[Sent], settings: SignalSettings) -> None:
    now = max(result.at for result in sent)
    rows = bulk.gather(
        connection,
        "id, fan_id, template, signal, part, parts",
        "outbox WHERE id IN ({keys}) AND state IN ('sending', 'parked')",
        [result.claim.id for result in sent],
    )
    bulk.change(
        connection,
        "UPDATE outbox SET state = 'sent', settled_at = ?, error = '' WHERE id IN ({keys})",
        [row[0] for row in rows],
        before=(stamp(now),),
    )
    for result in sent:
        if result.claim.dispatch.kind is OutboundKind.HUMAN and (
            whose := reach.whose(connection, result.claim.id)
        ):
            reach.clear(connection, [whose])
    whole = sorted((number, fan, template, signal) for number, fan, template, signal, part, parts in rows
                   if part == parts - 1 and signal != SignalClass.NEUTRAL.value)  # fmt: skip
    if whole:
        note_deliveries(
            connection,
            [(fan, template, SignalClass(signal)) for _, fan, template, signal in whole],
            settings=settings,
            now=now,
        )


def _postpone(connection: Connection, result: Postponed) -> None:
    if result.maybe_arrived:
        reserved = _reservations(connection, [result.claim.id])
        renew(connection, (scope for scopes, _ in reserved for scope in scopes), result.not_before)
    else:
        free(connection, _reservations(connection, [result.claim.id]))
        bulk.run(
            connection,
            "UPDATE outbox SET promoted = NULL, reserved_day = NULL WHERE id = ? AND state = 'sending'",
            result.claim.id,
        )
    bulk.run(
        connection,
        "UPDATE outbox SET state = 'queued', not_before = ?, error = ? WHERE id = ? AND state = 'sending'",
        stamp(result.not_before),
        result.error,
        result.claim.id,
    )


def _park(connection: Connection, result: Parked, ids: Ids) -> None:
    parked = _set_aside(connection, result.claim.id, error=result.error, at=stamp(result.at), ids=ids)
    if parked and not result.arrived:
        free(connection, _reservations(connection, [result.claim.id]))
    if parked and result.barrier is not None and (whose := reach.whose(connection, result.claim.id)):
        reach.note(connection, *whose, result.barrier, at=stamp(result.at))


def _set_aside(connection: Connection, number: int, *, error: str, at: int, ids: Ids) -> bool:
    """Park a row and the rest of its unit; its hand-off, if it has one, waits again."""
    row = bulk.row(
        connection,
        "UPDATE outbox SET state = 'parked', settled_at = ?, error = ? WHERE id = ? AND state = 'sending'"
        " RETURNING conversation_id, unit, handoff_id",
        at,
        error,
        number,
    )
    if row is None:
        return False
    conversation, unit, handoff = row
    bulk.run(
        connection,
        "UPDATE outbox SET state = 'parked', settled_at = ?, error = 'an earlier part did not arrive'"
        " WHERE conversation_id = ? AND unit = ? AND state IN ('ready', 'queued', 'sending')",
        at,
        conversation,
        unit,
    )
    bulk.insert(connection, _DEAD, [(ids.new(), at, "outbox", str(number), error)])
    if handoff is not None:
        reopen(connection, handoff, error=error, at=at, ids=ids)
    return True


def reopen(connection: Connection, handoff: int, *, error: str, at: int, ids: Ids) -> None:
    """Bring an answered item back, because its answer did not arrive."""
    changed = bulk.run(
        connection,
        "UPDATE handoff SET state = 'waiting', owner = '', answered_at = NULL, touched_at = ?, error = ?"
        " WHERE id = ? AND state = 'answered'",
        at,
        error,
        handoff,
    )
    if changed:
        bulk.insert(connection, _EVENTS, [(ids.new(), handoff, at, "fanbot", "reopened", None, "{}")])


def _reservations(connection: Connection, numbers: Sequence[int]) -> Sequence[tuple[tuple[str, ...], int]]:
    """Return the scopes and the day of each reservation that these rows hold."""
    rows = bulk.fetch(
        connection,
        "SELECT o.fan_id, o.reserved_day, c.direct, c.platform, c.account, c.channel"
        " FROM outbox o JOIN conversation c ON c.id = o.conversation_id"
        " WHERE o.id IN ({keys}) AND o.reserved_day IS NOT NULL",
        numbers,
    )
    return [
        (
            (fan_scope(fan),) if direct else (fan_scope(fan), f"channel:{platform}/{account}/{channel}"),
            day,
        )
        for fan, day, direct, platform, account, channel in rows
    ]


def _recover(connection: Connection, destinations: Mapping[str, Resend], ids: Ids, now: datetime) -> int:
    rows = bulk.fetch(
        connection,
        f"SELECT id, conversation_id, destination FROM outbox WHERE {tables.ON_ITS_WAY}"  # noqa: S608
        " AND state = 'sending' AND destination IN ({keys}) ORDER BY id",
        sorted(destinations),
    )
    again = [row for row in rows if destinations[row[2]] is Resend.SAME_KEY]
    unsure = [row for row in rows if destinations[row[2]] is Resend.NEVER]
    bulk.change(
        connection, "UPDATE outbox SET state = 'queued' WHERE id IN ({keys})", [row[0] for row in again]
    )
    error = (
        "fanbot stopped between sending this and noting it, so it may have arrived. "
        "Look into the chat before sending it again."
    )
    for number, _, _ in unsure:
        _set_aside(connection, number, error=error, at=stamp(now), ids=ids)
    bulk.change(connection, FREE_NEXT, sorted({row[1] for row in rows}))
    if rows:
        beat(connection)
    return len(rows)
