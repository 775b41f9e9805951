"""Hand-offs as rows: opened and joined in bulk by the engine, one unfinished item a family."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from fanbot.domain.handoffs import Family, Handoff, Lane, State
from fanbot.ports.ids import Ids
from fanbot.ports.store import Outcome, Pending
from fanbot.storage import bulk, tables
from fanbot.storage.times import DAY, moment, stamp

_HANDOFFS = tables.table(tables.HandoffRow)
_EVENTS = tables.table(tables.HandoffEvent)

RANKS = {
    lane: rank
    for rank, lane in enumerate(
        (
            Lane.CRISIS,
            Lane.MINOR,
            Lane.THREAT,
            None,
            Lane.PERSONAL,
            Lane.HUMAN,
            Lane.ORDER,
            Lane.COMPLAINT,
            Lane.TECH,
            Lane.PRESS,
            Lane.LICENSING,
            Lane.BUSINESS,
            Lane.OTHER,
        )
    )
    if lane is not None
}
"""In which order lanes stand in the queue before goals and weights are looked at (P20, P27)."""
ESCALATED = 3
"""What was brought before the creator stands behind safety and before every other lane (P12)."""

_WEIGHS_MORE = (
    "excluded.weighed_day > handoff.weighed_day"
    " AND NOT (handoff.state = 'answered' AND excluded.state = 'answered')"
)
_JOIN = (
    f"ON CONFLICT (conversation_id, family) WHERE {tables.UNFINISHED} DO UPDATE SET"
    " messages = handoff.messages + excluded.messages,"
    " last_event_id = excluded.last_event_id,"
    f" weight = handoff.weight + CASE WHEN {_WEIGHS_MORE} THEN 1 ELSE 0 END,"
    f" weighed_day = CASE WHEN {_WEIGHS_MORE} THEN excluded.weighed_day ELSE handoff.weighed_day END,"
    " acknowledged_at = COALESCE(excluded.acknowledged_at, handoff.acknowledged_at),"
    " lane = CASE WHEN excluded.rank < handoff.rank THEN excluded.lane ELSE handoff.lane END,"
    " rank = CASE WHEN excluded.rank < handoff.rank THEN excluded.rank ELSE handoff.rank END,"
    " why_event_id = CASE WHEN excluded.rank < handoff.rank THEN excluded.why_event_id"
    " ELSE handoff.why_event_id END,"
    " error = CASE WHEN excluded.error = '' THEN handoff.error ELSE excluded.error END,"
    " touched_at = CASE WHEN handoff.state = 'answered' THEN excluded.touched_at"
    " ELSE handoff.touched_at END,"
    " answered_at = CASE WHEN handoff.state = 'answered' AND excluded.state = 'waiting'"
    " THEN NULL ELSE handoff.answered_at END,"
    " owner = CASE WHEN handoff.state = 'answered' AND excluded.state = 'waiting'"
    " THEN '' ELSE handoff.owner END,"
    " state = CASE WHEN handoff.state = 'answered' THEN excluded.state ELSE handoff.state END"
)


@dataclass(slots=True)
class _Join:
    """What one batch brings to one item."""

    lane: Lane
    topic: str
    at: int
    fan_id: int
    why: int
    last: int
    messages: int = 0
    acknowledged_at: int | None = None
    thanks: bool = True
    error: str = ""


def keep_items(connection: Connection, outcomes: Sequence[Outcome], ids: Ids) -> None:
    """Open items or take messages into the unfinished ones, batched; note each message."""
    joins: dict[tuple[int, Family], _Join] = {}
    members: list[tuple[tuple[int, Family], int, int]] = []
    for outcome in outcomes:
        effect = outcome.item
        if effect is None:
            continue
        event, at = outcome.pending.event_id, stamp(outcome.decided_at)
        key = (outcome.pending.conversation_id, effect.lane.family)
        join = joins.setdefault(
            key, _Join(effect.lane, effect.topic, at, outcome.pending.fan_id, event, event)
        )
        if RANKS[effect.lane] < RANKS[join.lane]:
            join.lane, join.why = effect.lane, event
        join.last = event
        join.messages += 1
        join.thanks = join.thanks and effect.thanks
        join.acknowledged_at = at if effect.acknowledged else join.acknowledged_at
        join.error = effect.error or join.error
        members.append((key, event, at))
    if not joins:
        return
    rows = [_row(ids.new(), key, join) for key, join in joins.items()]
    bulk.insert(connection, _HANDOFFS, rows, suffix=_JOIN)
    kept = {
        (conversation, Family(family)): number
        for conversation, family, number in bulk.gather(
            connection,
            "conversation_id, family, id",
            f"handoff WHERE conversation_id IN ({{keys}}) AND {tables.UNFINISHED}",
            sorted({conversation for conversation, _ in joins}),
        )
    }
    unanswered = [row[0] for row, (key, join) in zip(rows, joins.items(), strict=True)
                  if join.thanks and kept[key] == row[0]]  # fmt: skip
    bulk.change(connection, "UPDATE handoff SET state = 'waiting' WHERE id IN ({keys})", unanswered)
    notes: list[bulk.Row] = [
        (ids.new(), kept[key], at, "fan", "message", event, "{}") for key, event, at in members
    ]
    bulk.insert(connection, _EVENTS, notes)


def _row(number: int, key: tuple[int, Family], join: _Join) -> bulk.Row:
    conversation, family = key
    return (
        number,
        conversation,
        join.fan_id,
        family.value,
        join.lane.value,
        RANKS[join.lane],
        (State.ANSWERED if join.thanks else State.WAITING).value,
        join.at,
        join.at,
        1,
        join.at // DAY,
        join.messages,
        join.why,
        join.last,
        join.topic,
        "",
        None,
        None,
        None,
        join.acknowledged_at,
        "",
        join.error,
    )


def withdraw(connection: Connection, pending: Pending, at: int, ids: Ids) -> None:
    """Close what the fan took back; safety items stay with a person."""
    for (number,) in bulk.rows(
        connection,
        "UPDATE handoff SET state = 'closed', owner = '', claimed_at = NULL, snoozed_until = NULL,"  # noqa: S608
        " touched_at = ? WHERE conversation_id = ? AND family NOT IN ('crisis', 'threat')"
        f" AND {tables.UNFINISHED} RETURNING id",
        at,
        pending.conversation_id,
    ):
        note = (ids.new(), number, at, "fan", "withdrawn", pending.event_id, "{}")
        bulk.insert(connection, _EVENTS, [note])


HANDOFF_COLUMNS = (
    "h.id, h.conversation_id, h.fan_id, h.lane, h.state, h.opened_at, h.touched_at, h.weight, h.topic,"
    " h.owner, h.claimed_at, h.snoozed_until, h.answered_at, h.acknowledged_at, h.draft"
)


def handoff(row: Any) -> Handoff:
    """Make a value of HANDOFF_COLUMNS."""
    (
        number, conversation, fan, lane, state, opened, touched, weight, topic,
        owner, claimed, snoozed, answered, acknowledged, draft,
    ) = row  # fmt: skip
    return Handoff(
        id=number,
        conversation_id=conversation,
        fan_id=fan,
        lane=Lane(lane),
        state=State(state),
        opened_at=moment(opened),
        touched_at=moment(touched),
        weight=weight,
        topic=topic,
        owner=owner,
        claimed_at=moment(claimed),
        snoozed_until=moment(snoozed),
        answered_at=moment(answered),
        acknowledged_at=moment(acknowledged),
        draft=draft,
    )


def keep(connection: Connection, item: Handoff) -> None:
    """Write an item's new state; what went wrong stays to be read until the item is answered."""
    bulk.run(
        connection,
        "UPDATE handoff SET lane = ?, rank = ?, state = ?, touched_at = ?, weight = ?, owner = ?,"
        " claimed_at = ?, snoozed_until = ?, answered_at = ?, acknowledged_at = ?, draft = ?,"
        " error = CASE WHEN ? THEN error ELSE '' END WHERE id = ?",
        item.lane.value,
        min(RANKS[item.lane], ESCALATED) if item.state is State.ESCALATED else RANKS[item.lane],
        item.state.value,
        stamp(item.touched_at),
        item.weight,
        item.owner,
        stamp(item.claimed_at),
        stamp(item.snoozed_until),
        stamp(item.answered_at),
        stamp(item.acknowledged_at),
        item.draft,
        item.state.needs_person,
        item.id,
    )
