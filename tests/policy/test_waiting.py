"""A waiting time is quoted only where the record shows it."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from fanbot.policy.waiting import LADDER, usual

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)


def test_quotes_the_shortest_time_that_holds_for_most() -> None:
    """Four of five answered within a day is what fans are told, not the best case."""
    assert usual({HOUR: (100, 79), DAY: (90, 72), WEEK: (80, 80)}) == DAY


def test_quotes_nothing_from_a_thin_record() -> None:
    """Nineteen items are not enough, however fast they went."""
    assert usual({HOUR: (19, 19), DAY: (19, 19)}) is None


def test_quotes_nothing_when_too_many_were_never_answered() -> None:
    """Items without an answer count as much as the others."""
    assert usual(dict.fromkeys(LADDER, (100, 79))) is None


def test_quotes_nothing_without_a_record() -> None:
    """A new lane has nothing to tell."""
    assert usual({}) is None


@given(
    st.dictionaries(
        st.sampled_from(LADDER),
        st.integers(0, 500).flatmap(lambda opened: st.tuples(st.just(opened), st.integers(0, opened))),
    )
)
def test_a_quote_is_always_borne_out(record: dict[timedelta, tuple[int, int]]) -> None:
    """What is quoted held for twenty items and four of five; nothing shorter did."""
    quoted = usual(record)
    holds = {time for time, (opened, answered) in record.items() if opened >= 20 and answered >= opened * 0.8}
    assert quoted == min(holds, default=None)
