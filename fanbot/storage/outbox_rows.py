"""Rows of the outbox: put in behind their conversation, and claimed at once where they may leave."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import orjson
from sqlalchemy import Connection

from fanbot.domain.messages import (
    Address,
    Outbound,
    OutboundKind,
    SignalClass,
)
from fanbot.domain.settings import SignalSettings
from fanbot.ports.ids import Ids
from fanbot.ports.platform import Dispatch, Resend
from fanbot.ports.store import Claim
from fanbot.storage import bulk, tables
from fanbot.storage.cap import Request, admit
from fanbot.storage.keys import written
from fanbot.storage.outbox_passing import Arrival, find_passed, move_behind
from fanbot.storage.times import DAY, stamp

_OUTBOX = tables.table(tables.OutboxRow)
_EXEMPT = (OutboundKind.HUMAN, OutboundKind.ACKNOWLEDGEMENT)
"""What goes out also while automatic sending is paused, beside safety texts (P1, P2)."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An outbound with its place in the store."""

    outbound: Outbound
    conversation_id: int
    fan_id: int
    event_id: int | None = None
    handoff_id: int | None = None


Place = tuple[int, int, Draft, str]
"""Where a draft is put: its id, the id of its unit, itself, its state."""


@dataclass(frozen=True, slots=True)
class Serving:
    """What this process may claim, and under which cap. ``arrived``: rows that hold back nothing more."""

    destinations: Mapping[str, Resend]
    settings: SignalSettings
    paused: bool
    now: datetime
    arrived: Collection[int] = ()
    room: Mapping[str, int] = field(default_factory=dict)
    """How many more may be under way to a destination that cannot tell repeats apart."""

    def may_leave(self, outbound: Outbound) -> bool:
        """Tell whether this process may claim the message at once."""
        return (
            outbound.address.destination in self.destinations
            and (not self.paused or outbound.safety or outbound.kind in _EXEMPT)
            and (outbound.not_before is None or outbound.not_before <= self.now)
        )


def paused(connection: Connection) -> bool:
    """Tell whether automatic sending is paused."""
    row = bulk.row(connection, "SELECT value FROM switch WHERE name = ?", "paused")
    return row is not None and bool(row[0])


def enqueue(
    connection: Connection, drafts: Sequence[Draft], *, ids: Ids, serving: Serving | None, at: int
) -> list[Claim]:
    """Put drafts behind what their conversations have on the way; claim at once what is first there.

    What may leave at ``at`` does not wait behind what is to leave later.
    """
    if not drafts:
        return []
    arrived = serving.arrived if serving is not None else ()
    waiting: set[int] = {
        conversation
        for number, conversation in bulk.gather(
            connection,
            "id, conversation_id",
            f"outbox WHERE conversation_id IN ({{keys}}) AND {tables.ON_ITS_WAY}",
            sorted({draft.conversation_id for draft in drafts}),
        )
        if number not in arrived
    }
    arrivals = [
        Arrival(draft.conversation_id, draft.outbound.kind, stamp(draft.outbound.not_before) or 0)
        for draft in drafts
        if draft.conversation_id in waiting
    ]
    freed, passed = find_passed(connection, arrivals, at=at)
    waiting.difference_update(freed)
    placed: list[Place] = []
    running: set[int] = set()
    room = dict(serving.room) if serving is not None else {}
    unit = 0
    for draft in drafts:
        number = ids.new()
        unit = number if draft.outbound.part == 0 else unit
        state = _state(draft, waiting, running, serving, room)
        placed.append((number, unit, draft, state))
    move_behind(connection, passed, ids=ids)
    admitted = _admitted(connection, placed, serving)
    bulk.insert(connection, _OUTBOX, [_row(place, admitted, serving) for place in placed])
    return [
        _claim(number, unit, draft, promoted=admitted.get(number, False))
        for number, unit, draft, state in placed
        if state == "sending"
    ]


def _state(
    draft: Draft, waiting: set[int], running: set[int], serving: Serving | None, room: dict[str, int]
) -> str:
    conversation, destination = draft.conversation_id, draft.outbound.address.destination
    if conversation in waiting:
        return "queued"
    if serving is None or not serving.may_leave(draft.outbound) or room.get(destination) == 0:
        waiting.add(conversation)
        return "queued" if conversation in running else "ready"
    if conversation in running and serving.destinations[destination] is Resend.NEVER:
        waiting.add(conversation)
        return "queued"
    running.add(conversation)
    if destination in room:
        room[destination] -= 1
    return "sending"


def _admitted(connection: Connection, placed: Sequence[Place], serving: Serving | None) -> Mapping[int, bool]:
    if serving is None:
        return {}
    requests = [
        Request(
            number,
            draft.fan_id,
            None if draft.outbound.direct else channel_key(draft.outbound.address),
            draft.outbound.template,
            draft.outbound.signal,
        )
        for number, _, draft, state in placed
        if state == "sending" and draft.outbound.promo
    ]
    return admit(connection, requests, settings=serving.settings, now=serving.now)


def channel_key(address: Address) -> str:
    """Name a shared channel as the ledger does."""
    return f"{address.platform}/{address.account}/{address.channel}"


def _row(place: Place, admitted: Mapping[int, bool], serving: Serving | None) -> bulk.Row:
    number, unit, draft, state = place
    outbound = draft.outbound
    sending = state == "sending" and serving is not None
    claimed = stamp(serving.now) if sending and serving is not None else None
    promoted = admitted.get(number, False) if sending else None
    return (
        number,
        unit,
        outbound.part,
        outbound.parts,
        draft.conversation_id,
        draft.fan_id,
        draft.event_id,
        draft.handoff_id,
        outbound.address.destination,
        outbound.kind.value,
        outbound.body,
        outbound.promo,
        promoted,
        claimed // DAY if promoted and claimed is not None else None,
        outbound.in_reply_to,
        outbound.template,
        outbound.signal.value,
        outbound.safety,
        orjson.dumps(outbound.choices).decode() if outbound.choices else "",
        orjson.dumps(outbound.attachments).decode() if outbound.attachments else "",
        state,
        stamp(outbound.not_before) or 0,
        stamp(outbound.expires_at),
        1 if sending else 0,
        claimed,
        None,
        "",
    )


def _claim(number: int, unit: int, draft: Draft, *, promoted: bool) -> Claim:
    outbound = draft.outbound
    return Claim(
        number,
        draft.conversation_id,
        Dispatch(
            key=written(number),
            address=outbound.address,
            kind=outbound.kind,
            text=frozen(outbound.body, outbound.promo, promoted=promoted),
            in_reply_to=outbound.in_reply_to,
            promotional=promoted or outbound.signal is SignalClass.NOISE,
            direct=outbound.direct,
            choices=outbound.choices,
            attachments=outbound.attachments,
        ),
        attempts=1,
        unit=unit,
    )


def frozen(body: str, promo: str, *, promoted: bool) -> str:
    """Return the words as they leave, the promo block at their end where the cap admitted it."""
    if not promoted:
        return body
    return f"{body}\n\n{promo}" if body else promo
