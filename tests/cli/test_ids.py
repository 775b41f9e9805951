"""Short ids, as people read and type them."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanbot.cli.ids import endings, item_number
from fanbot.errors import UnknownItemError
from fanbot.storage import written_id

IDS = st.lists(st.integers(0, 2**63 - 1).map(written_id), unique=True, max_size=40)


@given(IDS)
def test_a_short_id_means_one_item_alone(ids: list[str]) -> None:
    """No other item ends like it."""
    for whole, short in endings(ids).items():
        assert [each for each in ids if each.endswith(short)] == [whole]


@given(IDS)
def test_a_short_id_is_as_short_as_can_be(ids: list[str]) -> None:
    """One letter less would mean two items, or look like no id at all."""
    for short in endings(ids).values():
        assert len(short) == 4 or sum(each.endswith(short[1:]) for each in ids) > 1


@dataclass(frozen=True)
class Shelf:
    """Unfinished items, found by how their id ends."""

    items: tuple[int, ...]

    async def find(self, ending: str) -> Sequence[int]:
        """Return those that end like this."""
        return [item for item in self.items if written_id(item).endswith(ending)]


async def test_an_ending_of_several_items_names_them() -> None:
    """One letter more is asked for, and the whole ids are there to choose from."""
    one, other = 32 * 7 + 1, 32 * 8 + 1
    shelf = Shelf((one, other))
    with pytest.raises(UnknownItemError, match=f"{written_id(one)}, {written_id(other)}.*one more letter"):
        await item_number(shelf, "1")
    assert await item_number(shelf, "71") == one


async def test_a_whole_id_is_found_when_its_item_is_finished() -> None:
    """An item that left the desk can still be opened."""
    assert await item_number(Shelf(()), written_id(4711)) == 4711
