"""What is known before a message is judged, and everything that was decided, in one transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import orjson
from sqlalchemy import Connection

from fanbot.domain.decisions import OpenItem
from fanbot.domain.handoffs import Lane, State
from fanbot.ports.ids import Ids
from fanbot.ports.store import Claim, Judging, Outcome, Standing
from fanbot.storage import bulk, tables
from fanbot.storage.items import keep_items, withdraw
from fanbot.storage.outbox import SqlOutbox
from fanbot.storage.outbox_rows import Draft, Serving, enqueue, paused
from fanbot.storage.pulse import beat
from fanbot.storage.times import moment, stamp
from fanbot.storage.writer import Reader, Writer

_DECISIONS = tables.table(tables.DecisionRow)
_CONSENTS = tables.table(tables.Consent)
_DEAD = tables.table(tables.DeadLetter)

_NOW_DECIDED = "UPDATE event SET decided = TRUE WHERE id IN ({keys}) AND NOT decided"
_LETTERS = "SELECT COUNT(*) FROM dead_letter"

CONVERSATIONS = (
    "c.id, c.hushed_until, c.clarified_at, c.introduced_at, c.language, f.blocked_at, f.opted_out_at",
    "conversation c JOIN fan f ON f.id = c.fan_id WHERE c.id IN ({keys})",
)
ITEMS = (
    "id, conversation_id, lane, state, acknowledged_at",
    f"handoff WHERE conversation_id IN ({{keys}}) AND {tables.UNFINISHED}",
)


class SqlJournal:
    """The journal over one writer and its readers."""

    def __init__(self, *, writer: Writer, reader: Reader, ids: Ids, outbox: SqlOutbox) -> None:
        self._writer = writer
        self._reader = reader
        self._ids = ids
        self._outbox = outbox

    async def decide(self, conversations: Sequence[int], judge: Judging, *, now: datetime) -> Sequence[Claim]:
        """Judge and write; see ports.store.Journal."""

        def job(connection: Connection) -> Sequence[Claim]:
            stopped = paused(connection)
            outcomes = judge(_standings(connection, conversations, stopped=stopped))
            return self._record(connection, outcomes, self._outbox.serving(now, stopped=stopped))

        return self._outbox.taken(await self._writer.run(job, rows=len(conversations)))

    async def note_failure(self, event_id: int, error: str) -> int:
        """Count a failed attempt at this event."""
        return await self._writer.run(lambda c: _note_failure(c, event_id, error, self._ids))

    async def dead_letters(self) -> int:
        """Count the failures that were kept."""
        return await self._reader.run(lambda c: int((bulk.row(c, _LETTERS) or (0,))[0]))

    def _record(
        self, connection: Connection, outcomes: Sequence[Outcome], serving: Serving
    ) -> Sequence[Claim]:
        now = serving.now
        fresh = _decide(connection, outcomes)
        _change_conversations(connection, fresh, stamp(now))
        _note_consents(connection, fresh, stamp(now), self._ids)
        self._keep_items(connection, fresh, stamp(now))
        drafts = [
            Draft(
                outbound,
                outcome.pending.conversation_id,
                outcome.pending.fan_id,
                event_id=outcome.pending.event_id,
            )
            for outcome in fresh
            for outbound in outcome.outbounds
        ]
        return enqueue(connection, drafts, ids=self._ids, serving=serving, at=stamp(now))

    def _keep_items(self, connection: Connection, outcomes: Sequence[Outcome], at: int) -> None:
        """Keep items in order: what a fan takes back is only what stood before."""
        start = 0
        for end, outcome in enumerate(outcomes, start=1):
            if outcome.withdraw:
                keep_items(connection, outcomes[start:end], self._ids)
                withdraw(connection, outcome.pending, at, self._ids)
                start = end
        keep_items(connection, outcomes[start:], self._ids)


def _standings(
    connection: Connection, conversations: Sequence[int], *, stopped: bool
) -> Mapping[int, Standing]:
    keys = sorted(set(conversations))
    items: dict[int, list[OpenItem]] = {}
    for number, conversation, lane, state, acknowledged in sorted(bulk.gather(connection, *ITEMS, keys)):
        item = OpenItem(number, Lane(lane), State(state), moment(acknowledged))
        items.setdefault(conversation, []).append(item)
    known = {
        number: Standing(
            items=tuple(items.get(number, ())),
            hushed_until=moment(hushed),
            clarified_at=moment(clarified),
            introduced=introduced is not None,
            blocked=blocked is not None,
            opted_out=opted_out is not None,
            paused=stopped,
            language=language,
        )
        for number, hushed, clarified, introduced, language, blocked, opted_out in bulk.gather(
            connection, *CONVERSATIONS, keys
        )
    }
    return {number: known.get(number) or Standing(paused=stopped) for number in keys}


def _decide(connection: Connection, outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Write the decisions; leave out events that have theirs already (G2), and what was erased since."""
    numbers = list(dict.fromkeys(outcome.pending.event_id for outcome in outcomes))
    decided: set[int] = set()
    if bulk.change(connection, _NOW_DECIDED, numbers) < len(numbers):
        left = {row[0] for row in bulk.gather(connection, "id", "event WHERE id IN ({keys})", numbers)}
        source = "decision WHERE event_id IN ({keys})"
        before = {row[0] for row in bulk.gather(connection, "event_id", source, numbers)}
        decided = {number for number in numbers if number in before or number not in left}
    fresh: list[Outcome] = []
    rows: list[bulk.Row] = []
    for outcome in outcomes:
        number, decision = outcome.pending.event_id, outcome.decision
        if number in decided:
            continue
        decided.add(number)
        fresh.append(outcome)
        rows.append(
            (
                number,
                stamp(outcome.decided_at),
                decision.route.value,
                decision.template,
                decision.lane.value if decision.lane else None,
                decision.confidence,
                decision.language,
                orjson.dumps(decision.reasons).decode(),
                None,
                orjson.dumps(decision.suggestions).decode() if decision.suggestions else None,
            )
        )
    bulk.insert(connection, _DECISIONS, rows)
    if fresh:
        beat(connection)
    return fresh


def _change_conversations(connection: Connection, outcomes: Sequence[Outcome], at: int) -> None:
    introduced = {o.pending.conversation_id for o in outcomes if o.introduced}
    clarified = {o.pending.conversation_id for o in outcomes if o.clarified}
    languages: dict[str, set[int]] = {}
    latest = {o.pending.conversation_id: o.language for o in outcomes if o.language}
    for conversation, language in latest.items():
        languages.setdefault(language, set()).add(conversation)
    bulk.change(
        connection,
        "UPDATE conversation SET introduced_at = ? WHERE id IN ({keys})",
        sorted(introduced),
        before=(at,),
    )
    bulk.change(
        connection,
        "UPDATE conversation SET clarified_at = ? WHERE id IN ({keys})",
        sorted(clarified),
        before=(at,),
    )
    for language, conversations in sorted(languages.items()):
        bulk.change(
            connection,
            "UPDATE conversation SET language = ? WHERE id IN ({keys})",
            sorted(conversations),
            before=(language,),
        )


def _note_consents(connection: Connection, outcomes: Sequence[Outcome], at: int, ids: Ids) -> None:
    for outcome in outcomes:
        if outcome.opt_out is None:
            continue
        fan = outcome.pending.fan_id
        what = "no promotions" if outcome.opt_out else "promotions"
        bulk.run(
            connection, "UPDATE fan SET opted_out_at = ? WHERE id = ?", at if outcome.opt_out else None, fan
        )
        bulk.insert(connection, _CONSENTS, [(ids.new(), fan, at, what, str(outcome.pending.inbound.event))])


def _note_failure(connection: Connection, event_id: int, error: str, ids: Ids) -> int:
    row = bulk.row(
        connection,
        "UPDATE event SET attempts = attempts + 1 WHERE id = ? RETURNING attempts, received_at",
        event_id,
    )
    if row is None:
        return 0
    letter = (ids.new(), row[1], "event", str(event_id), error)
    bulk.insert(connection, _DEAD, [letter])
    return int(row[0])
