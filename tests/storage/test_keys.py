"""Ids never meet and never go back; their written form is short and read back with care."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanbot.errors import UnknownItemError
from fanbot.storage import read_id, written_id
from fanbot.storage.keys import TimeOrderedIds

MOMENTS = st.lists(st.integers(0, 2**41 - 1), min_size=1, max_size=50)
IDS = st.integers(0, 2**63 - 1)


@given(moments=MOMENTS, slot=st.integers(0, 2**22))
def test_ids_only_grow_whatever_the_clock_does(moments: list[int], slot: int) -> None:
    """A clock that jumps both ways gives ids that order by their making and fit 63 bits."""
    clock = iter(moments)
    ids = TimeOrderedIds(slot=slot, milliseconds=lambda: next(clock))
    made = [ids.new() for _ in moments]
    assert made == sorted(set(made))
    assert 0 <= made[0] <= made[-1] < 2**63


def test_a_millisecond_that_is_full_borrows_from_the_next() -> None:
    """Ten thousand ids within one millisecond stay apart and in order."""
    ids = TimeOrderedIds(slot=1, milliseconds=lambda: 1_767_323_045_000)
    made = [ids.new() for _ in range(10_000)]
    assert made == sorted(set(made))


@given(newest=st.integers(0, 2**62), now=st.integers(0, 2**40))
def test_ids_go_on_above_what_the_store_holds(newest: int, now: int) -> None:
    """After a restart with a clock that was set back, new ids are still the newest."""
    ids = TimeOrderedIds(slot=5, milliseconds=lambda: now)
    ids.resume(newest)
    assert ids.new() > newest


def test_two_processes_in_the_same_millisecond_do_not_meet() -> None:
    """The slot of the process is part of every id."""
    one, two = (TimeOrderedIds(slot=slot, milliseconds=lambda: 7) for slot in (1, 2))
    assert not {one.new() for _ in range(100)} & {two.new() for _ in range(100)}


@given(one=IDS, two=IDS)
def test_a_written_id_is_read_back_and_sorts_alike(one: int, two: int) -> None:
    """Thirteen characters, in the order of the ids."""
    assert read_id(written_id(one)) == one
    assert len(written_id(one)) == 13
    assert (written_id(one) < written_id(two)) == (one < two)


@pytest.mark.parametrize("text", ["uuu", "1-2", "é", "8000000000000", "z" * 13, "9" * 4000])
def test_what_is_no_id_is_told_so(text: str) -> None:
    """A slip of the finger is answered with a sentence, also a very long one."""
    with pytest.raises(UnknownItemError, match="is not an id"):
        read_id(text)
