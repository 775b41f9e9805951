"""The queue is ordered by what matters."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from fanbot.domain.handoffs import Handoff, Lane, State
from fanbot.policy.priority import due_at, urgency

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
GOALS = {Lane.ORDER: timedelta(hours=4), Lane.PERSONAL: timedelta(days=2)}


def item(number: int, lane: Lane = Lane.OTHER, *, opened_at: datetime = NOON, weight: int = 1) -> Handoff:
    """Make a waiting item."""
    return Handoff(number, number, number, lane, State.WAITING, opened_at, opened_at, weight)


def order(*items: Handoff, tiers: dict[int, int] | None = None) -> list[int]:
    """Sort items as the queue does and return their ids."""
    tiers = tiers or {}
    keyed = sorted(items, key=lambda each: urgency(each, GOALS, tier=tiers.get(each.id, 0)))
    return [each.id for each in keyed]


def test_safety_stands_before_everything() -> None:
    """A crisis comes first, then a minor, then a threat, however new."""
    late = NOON + timedelta(days=3)
    escalated = replace(item(1, weight=9), state=State.ESCALATED)
    threat, minor = item(2, Lane.THREAT, opened_at=late), item(3, Lane.MINOR, opened_at=late)
    assert order(escalated, threat, minor, item(4, Lane.CRISIS, opened_at=late)) == [4, 3, 2, 1]


def test_what_was_escalated_stands_before_what_is_due() -> None:
    """One step brings a case before the creator."""
    assert order(item(1, Lane.ORDER), replace(item(2), state=State.ESCALATED)) == [2, 1]


def test_what_is_due_first_comes_first() -> None:
    """Each lane has its own goal: an order is due before an older letter."""
    older = item(1, Lane.PERSONAL, opened_at=NOON - timedelta(hours=6))
    assert due_at(item(2, Lane.ORDER), GOALS) == NOON + timedelta(hours=4)
    assert order(older, item(2, Lane.ORDER)) == [2, 1]


def test_a_lane_without_a_goal_is_due_in_a_day() -> None:
    """Nothing waits without a clock."""
    assert due_at(item(1, Lane.TECH), {}) == NOON + timedelta(days=1)


def test_repeats_weigh_among_items_due_in_the_same_hour() -> None:
    """Who wrote three times stands before who wrote once a minute earlier."""
    later = NOON + timedelta(minutes=1)
    assert order(item(1), item(2, opened_at=later, weight=3)) == [2, 1]


def test_a_tier_raises_a_fan_among_equals() -> None:
    """A patron's question stands before another's of the same hour."""
    assert order(item(1), item(2), tiers={2: 1}) == [2, 1]


def test_age_decides_at_last() -> None:
    """Among equals the older item comes first."""
    assert order(item(2, opened_at=NOON + timedelta(minutes=2)), item(1)) == [1, 2]


@given(
    lane=st.sampled_from([Lane.PERSONAL, Lane.CRISIS, Lane.THREAT, Lane.MINOR]),
    other=st.sampled_from(Lane),
    tier=st.integers(0, 1000),
    other_tier=st.integers(0, 1000),
    minutes=st.integers(-200, 200),
)
def test_a_tier_never_orders_grief_or_safety(
    lane: Lane, other: Lane, tier: int, other_tier: int, minutes: int
) -> None:
    """Beside a personal or safety item, nobody's tier changes who comes first."""
    grave = item(1, lane)
    beside = item(2, other, opened_at=NOON + timedelta(minutes=minutes))
    assert order(grave, beside) == order(grave, beside, tiers={1: tier, 2: other_tier})
