"""Rows of the outbox: put in behind their conversation, claimed, and read back as dispatches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection

from fanbot.domain.messages import (
    Address,
    Attachment,
    Choice,
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
    """What this process may claim, and under which cap."""

    destinations: Mapping[str, Resend]
    settings: SignalSettings
    paused: bool
    now: datetime

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
    connection: Connection, drafts: Sequence[Draft], *, ids: Ids, serving: Serving | None
) -> list[Claim]:
    """Put drafts behind what their conversations have on the way; claim at once what is first there."""
    if not drafts:
        return []
    waiting: set[int] = {
        row[0]
        for row in bulk.gather(
            connection,
            "conversation_id",
            f"outbox WHERE conversation_id IN ({{keys}}) AND {tables.ON_ITS_WAY}",
            sorted({draft.conversation_id for draft in drafts}),
        )
    }
    placed: list[Place] = []
    running: set[int] = set()
    unit = 0
    for draft in drafts:
        number = ids.new()
        unit = number if draft.outbound.part == 0 else unit
        state = _state(draft, waiting, running, serving)
        placed.append((number, unit, draft, state))
    admitted = _admitted(connection, placed, serving)
    bulk.insert(connection, _OUTBOX, [_row(place, admitted, serving) for place in placed])
    return [
        _claim(number, unit, draft, promoted=admitted.get(number, False))
        for number, unit, draft, state in placed
        if state == "sending"
    ]


def _state(draft: Draft, waiting: set[int], running: set[int], serving: Serving | None) -> str:
    conversation = draft.conversation_id
    if conversation in waiting:
        return "queued"
    if serving is None or not serving.may_leave(draft.outbound):
        waiting.add(conversation)
        return "queued" if conversation in running else "ready"
    if conversation in running and serving.destinations[draft.outbound.address.destination] is Resend.NEVER:
        waiting.add(conversation)
        return "queued"
    running.add(conversation)
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
    promoted = admitted.get(number) if sending else None
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


CLAIM_COLUMNS = (
    "o.id, o.unit, o.conversation_id, o.fan_id, o.destination, o.kind, o.body, o.promo, o.promoted,"
    " o.in_reply_to, o.template, o.signal, o.choices, o.attachments, o.attempts, o.expires_at, o.not_before,"
    " c.platform, c.account, c.channel, c.thread, c.direct"
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A stored row that may be claimed."""

    id: int
    unit: int
    conversation_id: int
    fan_id: int
    destination: str
    kind: OutboundKind
    body: str
    promo: str
    promoted: bool | None
    in_reply_to: str
    template: str
    signal: SignalClass
    choices: str
    attachments: str
    attempts: int
    expires_at: int | None
    not_before: int
    address: Address
    direct: bool

    @classmethod
    def read(cls, row: Any) -> "Waiting":
        """Make one of CLAIM_COLUMNS."""
        (
            number, unit, conversation, fan, destination, kind, body, promo, promoted, reply_to, template,
            signal, choices, files, attempts, expires, not_before, platform, account, channel, thread, direct,
        ) = row  # fmt: skip
        return cls(
            id=number,
            unit=unit,
            conversation_id=conversation,
            fan_id=fan,
            destination=destination,
            kind=OutboundKind(kind),
            body=body,
            promo=promo,
            promoted=None if promoted is None else bool(promoted),
            in_reply_to=reply_to,
            template=template,
            signal=SignalClass(signal),
            choices=choices,
            attachments=files,
            attempts=attempts,
            expires_at=expires,
            not_before=not_before,
            address=Address(platform, account, channel, thread),
            direct=bool(direct),
        )

    @property
    def request(self) -> Request:
        """Make the request for its promo block."""
        return Request(
            self.id,
            self.fan_id,
            None if self.direct else channel_key(self.address),
            self.template,
            self.signal,
        )

    def claim(self, *, promoted: bool) -> Claim:
        """Freeze the row into a claim."""
        choices = orjson.loads(self.choices) if self.choices else ()
        files = orjson.loads(self.attachments) if self.attachments else ()
        return Claim(
            self.id,
            self.conversation_id,
            Dispatch(
                key=written(self.id),
                address=self.address,
                kind=self.kind,
                text=frozen(self.body, self.promo, promoted=promoted),
                in_reply_to=self.in_reply_to,
                promotional=promoted or self.signal is SignalClass.NOISE,
                direct=self.direct,
                choices=tuple(Choice(**choice) for choice in choices),
                attachments=tuple(Attachment(**file) for file in files),
            ),
            attempts=self.attempts + 1,
            repeated=self.promoted is not None,
            unit=self.unit,
        )
