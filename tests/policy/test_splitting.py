"""A long text leaves in readable parts, with nothing lost and no letter torn."""

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanbot.policy.splitting import split

Unit = Literal["characters", "utf16"]
CLUSTERS = ["a", "é", "e\u0301", "👍🏽", "👩‍👩‍👧", "🇩🇪", "🇧🇷", "ß", "हि", "각", "\u1100\u1161\u11a8", "❤️"]


def size(text: str, unit: Unit) -> int:
    """Measure a text as the platform does."""
    return len(text) if unit == "characters" else len(text.encode("utf-16-le", "surrogatepass")) // 2


def letters(text: str) -> str:
    """Leave out all white space."""
    return "".join(text.split())


def test_a_text_that_fits_stays_as_it_is() -> None:
    """Nothing is touched without need."""
    assert split(" One line.\n\nAnother. ", limit=100) == (" One line.\n\nAnother. ",)
    assert split("x" * 9999, limit=None) == ("x" * 9999,)


def test_breaks_at_a_paragraph_first() -> None:
    """Paragraphs stay together where they can."""
    assert split("First one. It is short.\n\nSecond one.", limit=30) == (
        "First one. It is short.",
        "Second one.",
    )


def test_breaks_at_a_line_before_a_sentence() -> None:
    """A list breaks between its entries."""
    assert split("- Oslo. Sold out\n- Bergen. Free\n", limit=20) == ("- Oslo. Sold out", "- Bergen. Free\n")


def test_breaks_after_a_sentence_with_its_quote() -> None:
    """A closing quote stays with its sentence."""
    assert split('She said "come in." Then she left.', limit=28) == ('She said "come in."', "Then she left.")


def test_breaks_after_a_sentence_without_spaces() -> None:
    """Japanese and Chinese sentences end without a space."""
    assert split("開場は七時です。傘を忘れずに。", limit=10) == ("開場は七時です。", "傘を忘れずに。")


def test_breaks_between_words_rather_than_inside_one() -> None:
    """A word is torn only when it alone is longer than a message."""
    assert split("seventeen nights in Lisbon", limit=12) == ("seventeen", "nights in", "Lisbon")
    assert split("ab " + "x" * 9, limit=4) == ("ab", "xxxx", "xxxx", "x")


def test_counts_in_the_platform_s_unit() -> None:
    """An emoji counts two units where the platform counts in UTF-16."""
    assert split("🎸🎸🎸🎸", limit=4, unit="utf16") == ("🎸🎸", "🎸🎸")
    assert split("🎸🎸🎸🎸", limit=4) == ("🎸🎸🎸🎸",)


@pytest.mark.parametrize("text", ["", "   ", "\n\n\t"])
def test_nothing_to_say_makes_no_message(text: str) -> None:
    """A blank text has no parts."""
    assert split(text, limit=10) == ()


def test_a_limit_without_room_for_a_letter_is_refused() -> None:
    """Better a clear error than an endless row of messages."""
    with pytest.raises(ValueError, match="2 or more"):
        split("🎸", limit=1)


def test_a_very_long_text_is_split_in_one_pass() -> None:
    """A megabyte of spaces, of marks or of flags ends like any other text."""
    for hard in (" " * 999_000 + "x\u0301" * 500, "e" + "\u0301" * 500_000, "🇩🇪" * 250_000):
        parts = split(hard, limit=4096, unit="utf16")
        assert letters("".join(parts)) == letters(hard)


@given(
    text=st.text(st.characters(codec=None) | st.sampled_from(" \n.!🎸\u0301\u200d"), max_size=300),
    limit=st.integers(2, 40),
    unit=st.sampled_from(["characters", "utf16"]),
)
def test_every_part_fits_and_nothing_is_lost(text: str, limit: int, unit: Unit) -> None:
    """Whatever the text: parts within the limit, none blank, every letter there and in order."""
    parts = split(text, limit=limit, unit=unit)
    assert all(part.strip() and size(part, unit) <= limit for part in parts)
    assert letters("".join(parts)) == letters(text)


@given(
    clusters=st.lists(st.sampled_from([*CLUSTERS, " "]), max_size=80),
    limit=st.integers(8, 20),
    unit=st.sampled_from(["characters", "utf16"]),
)
def test_no_letter_is_torn(clusters: list[str], limit: int, unit: Unit) -> None:
    """Accents, families, skin tones, flags and syllables stay whole."""
    rest = [cluster for cluster in clusters if cluster != " "]
    for part in split("".join(clusters), limit=limit, unit=unit):
        held = letters(part)
        while held:
            assert rest, held
            assert held.startswith(rest[0])
            held = held.removeprefix(rest.pop(0))
    assert not rest
