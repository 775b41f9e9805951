"""The cap admits no promotion that useful messages have not earned."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanbot.domain.messages import SignalClass
from fanbot.domain.promotion import FanStanding, Tally
from fanbot.policy.signal import SignalCap, admit_block, classify, window_days

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
CAP = SignalCap(share=Fraction(1, 10))
FAN = FanStanding()


def test_nine_useful_messages_buy_one_promotion() -> None:
    """At one in ten, eight are too few and nine are enough."""
    assert not CAP.admits(promotions=0, useful=8).admitted
    assert CAP.admits(promotions=0, useful=9).admitted
    assert not CAP.admits(promotions=1, useful=17).admitted
    assert CAP.admits(promotions=1, useful=18).admitted


def test_nothing_is_admitted_without_signal() -> None:
    """Who received nothing useful receives no promotion; a share of nothing admits nothing at all."""
    assert not CAP.admits(promotions=0, useful=0).admitted
    assert not SignalCap(share=Fraction(0)).admits(promotions=0, useful=10**9).admitted


@given(
    share=st.fractions(0, 1, max_denominator=1000),
    promotions=st.integers(0, 10**6),
    useful=st.integers(0, 10**9),
)
def test_an_admission_keeps_the_share_exactly(share: Fraction, promotions: int, useful: int) -> None:
    """The verdict is the inequality itself, without rounding."""
    admitted = SignalCap(share=share).admits(promotions=promotions, useful=useful).admitted
    received = useful + promotions + 1
    assert admitted == ((promotions + 1) * share.denominator <= share.numerator * received)


def test_the_answer_that_carries_a_block_counts_for_the_fan() -> None:
    """With eight confirmed answers the ninth may carry a promotion; a neutral one may not."""
    tallies = [Tally("fan:1", signal=8)]
    assert admit_block(cap=CAP, tallies=tallies, fan=FAN, now=NOON).admitted
    assert not admit_block(cap=CAP, tallies=tallies, fan=FAN, now=NOON, carries_answer=False).admitted


def test_the_answer_that_carries_a_block_is_neutral_in_a_channel() -> None:
    """What is said to one fan gives the channel's other readers nothing."""
    tallies = [Tally("fan:1", signal=20), Tally("channel:discord/main/7", signal=8)]
    verdict = admit_block(cap=CAP, tallies=tallies, fan=FAN, now=NOON)
    assert not verdict.admitted
    assert verdict.reason == "1 of 9 would be promotion; the cap is 1 of 10"


def test_a_promotion_passes_every_scope_that_it_touches() -> None:
    """A rich channel does not pay for a fan who received little."""
    channel = Tally("channel:discord/main/7", signal=900)
    assert not admit_block(cap=CAP, tallies=[channel, Tally("fan:1", signal=3)], fan=FAN, now=NOON).admitted
    assert admit_block(cap=CAP, tallies=[channel, Tally("fan:1", signal=8)], fan=FAN, now=NOON).admitted


def test_what_nobody_counted_is_not_admitted() -> None:
    """Without a tally there is no proof of anything useful."""
    assert not admit_block(cap=CAP, tallies=[], fan=FAN, now=NOON).admitted


def test_the_gap_runs_from_the_latest_reservation_in_any_scope() -> None:
    """A promotion an hour short of a day ago still holds the next one, a day ago does not."""
    fan = Tally("fan:1", signal=100)
    channel = Tally("channel:a", signal=100, noise=1, latest_promotion=NOON - timedelta(hours=23))
    held = admit_block(cap=CAP, tallies=[fan, channel], fan=FAN, now=NOON)
    assert not held.admitted
    assert "24 hours must lie between" in held.reason
    assert admit_block(cap=CAP, tallies=[fan, channel], fan=FAN, now=NOON + timedelta(hours=1)).admitted


def test_a_clock_behind_the_ledger_holds_promotions() -> None:
    """While the clock is wrong nothing can be known of windows and gaps."""
    tallies = [Tally("fan:1", signal=100, newest_entry=NOON + timedelta(seconds=1))]
    held = admit_block(cap=CAP, tallies=tallies, fan=FAN, now=NOON)
    assert not held.admitted
    assert "the clock stands behind the ledger" in held.reason


@pytest.mark.parametrize(
    ("fan", "reason"),
    [
        (FanStanding(opted_out=True), "the fan asked for no promotions"),
        (FanStanding(needs_person=True), "the fan is waiting for a person"),
        (
            FanStanding(last_answered_at=NOON - timedelta(hours=23)),
            "a person answered the fan within the last 24 hours",
        ),
    ],
)
def test_a_fan_s_standing_comes_before_any_share(fan: FanStanding, reason: str) -> None:
    """Nobody who waits, was just answered or asked for quiet is advertised to."""
    verdict = admit_block(cap=CAP, tallies=[Tally("fan:1", signal=100)], fan=fan, now=NOON)
    assert not verdict.admitted
    assert verdict.reason == reason


def test_a_day_after_the_answer_promotions_may_follow() -> None:
    """The hold ends with the day."""
    fan = FanStanding(last_answered_at=NOON - DAY)
    assert admit_block(cap=CAP, tallies=[Tally("fan:1", signal=100)], fan=fan, now=NOON).admitted


def test_the_same_words_again_are_neutral_within_the_gap() -> None:
    """Repeating an answer earns nothing, until a gap has passed."""
    signal = SignalClass.SIGNAL
    assert classify(signal, last_same=None, now=NOON, gap=DAY) is SignalClass.SIGNAL
    assert classify(signal, last_same=NOON - timedelta(hours=23), now=NOON, gap=DAY) is SignalClass.NEUTRAL
    assert classify(signal, last_same=NOON - DAY, now=NOON, gap=DAY) is SignalClass.SIGNAL
    assert classify(signal, last_same=NOON + DAY, now=NOON, gap=DAY) is SignalClass.NEUTRAL


@pytest.mark.parametrize("published", [SignalClass.NOISE, SignalClass.NEUTRAL])
def test_repeating_never_launders_a_promotion(published: SignalClass) -> None:
    """Noise stays noise and neutral stays neutral, however often."""
    assert classify(published, last_same=NOON, now=NOON, gap=DAY) is published


@given(
    now=st.integers(0, 10**10),
    window=st.integers(1, 90 * 86_400),
    entry=st.integers(-(10**9), 10**10),
)
def test_counting_by_the_day_never_flatters(now: int, window: int, entry: int) -> None:
    """Signal counted by the day lies in the window; noise in the window is counted by the day."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=now)
    signal_from, noise_from = window_days(moment, timedelta(seconds=window))
    within = now - window <= entry
    if entry // 86_400 >= signal_from:
        assert within
    if within:
        assert entry // 86_400 >= noise_from
