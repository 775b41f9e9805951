"""Rows of the outbox that wait: read back, and claimed as dispatches."""

from dataclasses import dataclass
from typing import Any

import orjson

from fanbot.domain.messages import Address, Attachment, Choice, OutboundKind, SignalClass
from fanbot.ports.platform import Dispatch
from fanbot.ports.store import Claim
from fanbot.storage.cap import Request
from fanbot.storage.keys import written
from fanbot.storage.outbox_rows import channel_key, frozen
from fanbot.storage.times import moment

CLAIM_COLUMNS = (
    "o.id, o.unit, o.conversation_id, o.fan_id, o.destination, o.kind, o.body, o.promo, o.promoted,"
    " o.in_reply_to, o.template, o.signal, o.choices, o.attachments, o.attempts, o.expires_at, o.not_before,"
    " o.claimed_at,"
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
    claimed_at: int | None
    address: Address
    direct: bool

    @classmethod
    def read(cls, row: Any) -> "Waiting":
        """Make one of CLAIM_COLUMNS."""
        (
            number, unit, conversation, fan, destination, kind, body, promo, promoted, reply_to, template,
            signal, choices, files, attempts, expires, not_before, claimed, platform, account, channel,
            thread, direct,
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
            claimed_at=claimed,
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

    @property
    def repeated(self) -> bool:
        """Tell whether it was handed to its platform before and may have arrived."""
        return self.promoted is not None

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
                since=moment(self.claimed_at) if self.repeated else None,
            ),
            attempts=self.attempts + 1,
            repeated=self.repeated,
            unit=self.unit,
        )
