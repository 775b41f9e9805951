"""The notation in which phrases are written."""

import re

import pytest

from fanbot.errors import FanbotError
from fanbot.understanding.phrases import Phrasebook, parse, spaced

LISTS = {"pet": "cat dog_or_cat"}


def found(notation: str, text: str) -> bool:
    """Tell whether a phrase is in a text."""
    [phrase] = parse(notation, LISTS)
    return re.search(phrase.regex, spaced(text.split())) is not None


@pytest.mark.parametrize(
    ("notation", "text", "there"),
    [
        ("my hat", "where is my hat now", True),
        ("my hat", "my hats", False),
        ("my hat|cap", "my cap", True),
        ("my old? hat", "my hat", True),
        ("my old? hat", "my old hat", True),
        ("my old? hat", "my new hat", False),
        ("my .. hat", "my very own red hat", True),
        ("my .. hat", "my so very much own hat", False),
        ("my <pet>", "my dog or cat", True),
        ("hat $", "my hat", True),
        ("hat $", "hat trick", False),
        ("hat trick|$", "my hat", True),
        ("^ hat", "hat trick", True),
        ("^ hat", "my hat", False),
    ],
)
def test_reads_the_notation(notation: str, text: str, there: bool) -> None:
    """Alternatives, optional words, gaps, lists and both ends mean what the files say."""
    assert found(notation, text) is there


def test_refuses_a_phrase_without_words() -> None:
    """A phrase that every text holds is a mistake in the file."""
    with pytest.raises(FanbotError, match="asks for no word"):
        parse("^ ..", {})


def test_is_looked_for_only_beside_all_its_words() -> None:
    """A text without one of them costs no search."""
    book = Phrasebook([("lane", phrase) for phrase in parse("my hat", {})], common=frozenset({"my"}))
    assert not list(book.possible({"my", "coat"}))
    assert not list(book.possible({"the", "hat"}))
    assert [owner for owner, _ in book.possible({"my", "hat"})] == ["lane"]
