"""What the ledger knows of a fan or a channel when a promotion asks to leave."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """What one scope really received in the window.

    ``signal`` counts confirmed useful deliveries without the oldest, partly expired day;
    ``noise`` counts promotions delivered, reserved or parked, that day included.
    """

    scope: str
    signal: int = 0
    noise: int = 0
    latest_promotion: datetime | None = None
    newest_entry: datetime | None = None


@dataclass(frozen=True, slots=True)
class FanStanding:
    """What stands between this fan and any promotion: open items, a fresh answer, an opt-out."""

    needs_person: bool = False
    last_answered_at: datetime | None = None
    opted_out: bool = False
