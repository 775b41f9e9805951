"""What is there for a person's look beside the queue: what was set aside, and what did not arrive."""

from collections.abc import Sequence
from datetime import datetime

import orjson
from sqlalchemy import Connection

from fanbot.domain.decisions import Decision, Route
from fanbot.domain.handoffs import Lane
from fanbot.domain.messages import Address, OutboundKind
from fanbot.errors import UnknownItemError
from fanbot.ports.ids import Ids
from fanbot.ports.store import ItemEffect, Outcome, SetAside, Undelivered
from fanbot.storage import bulk, tables
from fanbot.storage.inbox import EVENT_COLUMNS, EVENT_JOINS, pending_from_rows
from fanbot.storage.items import keep_items
from fanbot.storage.keys import written
from fanbot.storage.outbox_rows import frozen
from fanbot.storage.pulse import beat
from fanbot.storage.times import moment, stamp

_AUDIT = tables.table(tables.Audit)
_BROUGHT = "a person brought it here from what was set aside"
_ASIDE = (
    f"SELECT d.reasons, {EVENT_COLUMNS} FROM {EVENT_JOINS} JOIN decision d ON d.event_id = e.id"  # noqa: S608
    f" WHERE d.event_id IN (SELECT event_id FROM decision WHERE {tables.SET_ASIDE}"
    " ORDER BY event_id DESC LIMIT ?) ORDER BY e.id DESC"
)
_REVIEWED = f"UPDATE decision SET reviewed_at = ? WHERE event_id = ? AND {tables.SET_ASIDE} RETURNING reasons"  # noqa: S608
_PARKED = (
    "SELECT o.id, o.settled_at, o.kind, o.body, o.promo, o.promoted, o.error, o.handoff_id,"
    " c.platform, c.account, c.channel, c.thread"
    " FROM outbox o JOIN conversation c ON c.id = o.conversation_id WHERE o.state = 'parked'"
    " ORDER BY o.id DESC LIMIT ?"
)


def set_aside(connection: Connection, limit: int) -> Sequence[SetAside]:
    """Return what was set aside and not reviewed yet, newest first."""
    rows = bulk.rows(connection, _ASIDE, limit)
    events = pending_from_rows(connection, [row[1:] for row in rows])
    return [
        SetAside(pending.event_id, pending.inbound, tuple(orjson.loads(row[0])))
        for row, pending in zip(rows, events, strict=True)
    ]


def review(
    connection: Connection, event: int, *, who: str, for_person: bool, now: datetime, ids: Ids
) -> None:
    """Note that a person looked; of two who do so at once, the second is told.

    What is brought to a person opens an item or joins the one that is there, as a message would.
    """
    row = bulk.row(connection, _REVIEWED, stamp(now), event)
    if row is None:
        raise UnknownItemError(
            "This message is not among what was set aside, or somebody reviewed it already. "
            "Nothing was changed."
        )
    if for_person:
        reasons = (*orjson.loads(row[0]), _BROUGHT)
        told = orjson.dumps(reasons).decode()
        bulk.run(connection, "UPDATE decision SET reasons = ? WHERE event_id = ?", told, event)
        rows = bulk.rows(connection, f"SELECT {EVENT_COLUMNS} FROM {EVENT_JOINS} WHERE e.id = ?", event)  # noqa: S608
        (pending,) = pending_from_rows(connection, rows)
        decision = Decision(Route.HANDOFF, reasons, lane=Lane.OTHER)
        keep_items(connection, [Outcome(pending, decision, now, item=ItemEffect(Lane.OTHER))], ids)
    what = "brought to a person what was set aside" if for_person else "left aside what was set aside"
    bulk.insert(connection, _AUDIT, [(ids.new(), stamp(now), who, what, written(event), "{}")])
    beat(connection)


def undelivered(connection: Connection, limit: int) -> Sequence[Undelivered]:
    """Return what is parked, newest first."""
    return [
        Undelivered(
            id=number,
            at=moment(settled),
            address=Address(platform, account, channel, thread),
            kind=OutboundKind(kind),
            text=frozen(body, promo, promoted=bool(promoted)),
            error=error,
            item=item,
        )
        for number, settled, kind, body, promo, promoted, error, item, platform, account, channel, thread
        in bulk.rows(connection, _PARKED, limit)
    ]  # fmt: skip
