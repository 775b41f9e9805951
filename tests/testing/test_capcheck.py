"""The checker of the cap lets sound sequences pass and names the first promotion too many."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanbot.testing.capcheck import CapChecker

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def checker(*, share: Fraction = Fraction(1, 10), slack: timedelta = timedelta()) -> CapChecker:
    """Return a checker of the settings that fanbot starts with."""
    return CapChecker(share=share, window=30 * DAY, gap=DAY, slack=slack)


class Fan:
    """Receives messages and shows them to the checker."""

    def __init__(self, cap: CapChecker) -> None:
        self._cap = cap
        self._count = 0

    def receives(self, text: str, *, at: datetime = NOON, kind: str = "answer", key: str = "") -> None:
        self._count += 1
        self._cap.saw(
            at,
            scope="ada",
            key=key or f"k{self._count}",
            kind=kind,
            text=text,
            promotional="[promo:" in text,
        )


def test_nine_useful_messages_buy_one_promotion() -> None:
    """At one in ten the promotion may ride on the ninth useful answer, and not on the eighth."""
    fan = Fan(cap := checker())
    for number in range(8):
        fan.receives(f"[signal:t{number}]")
    fan.receives("[signal:t8] [promo:shirt]")
    assert cap.promotions == 1
    early = Fan(checker())
    for number in range(7):
        early.receives(f"[signal:t{number}]")
    with pytest.raises(AssertionError, match="1 of 9"):
        early.receives("[signal:t7] [promo:shirt]")


def test_a_second_promotion_within_the_gap_is_named() -> None:
    """The gap counts from one promotion to the next, however much was useful between them."""
    fan = Fan(checker(share=Fraction(1, 2)))
    for number in range(8):
        fan.receives(f"[signal:t{number}]")
    fan.receives("[promo:shirt]")
    with pytest.raises(AssertionError, match="two promotions 23:59:59 apart"):
        fan.receives("[promo:shirt]", at=NOON + DAY - timedelta(seconds=1))


def test_slack_allows_for_the_way_to_the_platform() -> None:
    """A promotion that was long on its way does not make the next one come early."""
    fan = Fan(cap := checker(share=Fraction(1, 2), slack=timedelta(minutes=1)))
    for number in range(8):
        fan.receives(f"[signal:t{number}]")
    fan.receives("[promo:shirt]")
    fan.receives("[promo:shirt]", at=NOON + DAY - timedelta(seconds=1))
    assert cap.promotions == 2


def test_what_is_older_than_the_window_buys_nothing() -> None:
    """Useful messages of last month are used up."""
    fan = Fan(checker())
    for number in range(20):
        fan.receives(f"[signal:t{number}]")
    with pytest.raises(AssertionError, match="1 of 1"):
        fan.receives("[promo:shirt]", at=NOON + 30 * DAY)


def test_the_same_answer_again_buys_nothing() -> None:
    """A template that is repeated within the gap counts once, and a repeated key not at all."""
    fan = Fan(checker(share=Fraction(1, 3)))
    fan.receives("[signal:sizes]")
    fan.receives("[signal:sizes]")
    fan.receives("[signal:tour]", key="k1")
    with pytest.raises(AssertionError, match="1 of 2"):
        fan.receives("[promo:shirt]")


def test_neutral_messages_buy_nothing_and_a_person_does() -> None:
    """An acknowledgement is neither; a person's reply is useful without naming a template."""
    fan = Fan(cap := checker(share=Fraction(1, 2)))
    fan.receives("thank you", kind="acknowledgement")
    with pytest.raises(AssertionError, match="1 of 1"):
        fan.receives("[promo:shirt]")
    fan = Fan(cap := checker(share=Fraction(1, 2)))
    fan.receives("see you there", kind="human")
    fan.receives("[promo:shirt]")
    assert cap.promotions == 1


def test_a_label_that_contradicts_the_text_is_named() -> None:
    """What leaves as promotional has a promotion in it, and the other way round."""
    cap = checker()
    with pytest.raises(AssertionError, match="as not promotional"):
        cap.saw(NOON, scope="ada", key="a", kind="answer", text="[promo:shirt]", promotional=False)
    with pytest.raises(AssertionError, match="as promotional"):
        cap.saw(NOON, scope="ada", key="b", kind="answer", text="hello", promotional=True)


@given(
    steps=st.lists(st.tuples(st.sampled_from(["useful", "promotion"]), st.integers(0, 60)), max_size=80),
    parts=st.integers(2, 12),
)
def test_whoever_keeps_the_rule_of_admission_passes(steps: list[tuple[str, int]], parts: int) -> None:
    """A sender that admits by the rule of the cap, hour by hour, is never found at fault."""
    share = Fraction(1, parts)
    fan = Fan(checker(share=share))
    now, useful, promotions = NOON, list[datetime](), list[datetime]()
    for number, (step, hours) in enumerate(steps):
        now += timedelta(hours=hours)
        if step == "useful":
            fan.receives(f"[signal:t{number}]", at=now)
            useful.append(now)
            continue
        day = (now - 30 * DAY).date()
        signal = sum(moment.date() > day for moment in useful)
        noise = sum(moment.date() >= day for moment in promotions)
        rested = not promotions or now - promotions[-1] >= DAY
        if rested and noise + 1 <= share * (signal + noise + 1):
            fan.receives("[promo:shirt]", at=now)
            promotions.append(now)
    assert len(promotions) <= share * (len(useful) + len(promotions))
