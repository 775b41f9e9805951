"""The signal-to-noise cap: whether a promotion may leave now, in whole numbers and fractions (P3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from fanbot.domain.messages import SignalClass
from fanbot.domain.promotion import FanStanding, Tally

AFTER_ANSWER = timedelta(hours=24)
"""No promotion reaches a fan for so long after a person answered them."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FAN_SCOPE = "fan:"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a promotion is admitted, and why, for people to read."""

    admitted: bool
    reason: str


@dataclass(frozen=True, slots=True)
class SignalCap:
    """At most ``share`` of what a scope receives is promotion, and ``gap`` lies between two of them."""

    share: Fraction
    gap: timedelta = timedelta(hours=24)

    def admits(self, *, promotions: int, useful: int) -> Verdict:
        """Say whether one more promotion stays within the share: P + 1 ≤ share × (S + P + 1).

        >>> SignalCap(share=Fraction(1, 10)).admits(promotions=0, useful=8)
        Verdict(admitted=False, reason='1 of 9 would be promotion; the cap is 1 of 10')
        >>> SignalCap(share=Fraction(1, 10)).admits(promotions=0, useful=9)
        Verdict(admitted=True, reason='1 of 10 would be promotion; the cap is 1 of 10')
        """
        noise, received = promotions + 1, useful + promotions + 1
        share = f"{self.share.numerator} of {self.share.denominator}"
        return Verdict(
            admitted=noise <= self.share * received,
            reason=f"{noise} of {received} would be promotion; the cap is {share}",
        )


def admit_block(
    *,
    cap: SignalCap,
    tallies: Sequence[Tally],
    fan: FanStanding,
    now: datetime,
    carries_answer: bool = True,
) -> Verdict:
    """Say whether a promotion may leave, given every scope it touches (``fan:…`` and ``channel:…``).

    ``carries_answer``: it stands below an answer that is signal, which counts for the fan, but not
    for a channel, where an answer to one fan is neutral. There is no override.
    """
    held = _held_by_clock(tallies, now) or _held_for_fan(fan, now) or _held_by_gap(cap, tallies, now)
    if held:
        return Verdict(admitted=False, reason=held)
    if not tallies:
        return Verdict(admitted=False, reason="nothing is known of what was received here")
    verdicts = [_in_scope(cap, tally, carries_answer=carries_answer) for tally in tallies]
    return next((verdict for verdict in verdicts if not verdict.admitted), verdicts[0])


def window_days(now: datetime, window: timedelta) -> tuple[int, int]:
    """Return the first UTC days, counted from 1970, that signal and that noise is counted from.

    The oldest, partly expired day is left out for signal and left in for noise, so that counting
    by the day never admits more than counting to the second.

    >>> window_days(datetime(1970, 2, 10, 15, tzinfo=UTC), timedelta(days=30))
    (11, 10)
    """
    oldest = (now - window - _EPOCH) // timedelta(days=1)
    return oldest + 1, oldest


def classify(
    published: SignalClass, *, last_same: datetime | None, now: datetime, gap: timedelta
) -> SignalClass:
    """Say how a template counts for this fan, who last got the same one at ``last_same``.

    The same useful words again within ``gap`` are neutral; promotion stays promotion.

    >>> now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    >>> classify(SignalClass.SIGNAL, last_same=now - timedelta(hours=1), now=now, gap=timedelta(hours=24))
    <SignalClass.NEUTRAL: 'neutral'>
    """
    if published is SignalClass.SIGNAL and last_same is not None and now - last_same < gap:
        return SignalClass.NEUTRAL
    return published


def _in_scope(cap: SignalCap, tally: Tally, *, carries_answer: bool) -> Verdict:
    answer = 1 if carries_answer and tally.scope.startswith(_FAN_SCOPE) else 0
    return cap.admits(promotions=tally.noise, useful=tally.signal + answer)


def _held_by_clock(tallies: Sequence[Tally], now: datetime) -> str:
    newest = max((tally.newest_entry for tally in tallies if tally.newest_entry), default=None)
    if newest is not None and now < newest:
        return f"the clock stands behind the ledger, which already knows {newest:%Y-%m-%d %H:%M} UTC"
    return ""


def _held_for_fan(fan: FanStanding, now: datetime) -> str:
    if fan.opted_out:
        return "the fan asked for no promotions"
    if fan.needs_person:
        return "the fan is waiting for a person"
    if fan.last_answered_at is not None and now - fan.last_answered_at < AFTER_ANSWER:
        return "a person answered the fan within the last 24 hours"
    return ""


def _held_by_gap(cap: SignalCap, tallies: Sequence[Tally], now: datetime) -> str:
    latest = max((tally.latest_promotion for tally in tallies if tally.latest_promotion), default=None)
    if latest is not None and now - latest < cap.gap:
        hours = cap.gap / timedelta(hours=1)
        return f"the latest promotion was at {latest:%Y-%m-%d %H:%M} UTC; {hours:g} hours must lie between"
    return ""
