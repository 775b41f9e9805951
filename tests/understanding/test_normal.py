"""The one form in which texts are matched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanbot.understanding.normal import normalise, words

INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u202e\u2066\u200e\ufe0f\u034f\U000e0041"


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("Heyyyyyy  YOU", "heyy you"),
        ("C\u00f3mo est\u00e1s", "como estas"),
        ("gro\u00dfe Gr\u00fc\u00dfe", "grosse grusse"),
        ("\uff28\uff49 \U0001d4f6\U0001d502", "hi my"),
        ("don\u2019t", "don't"),
        ("one\ttwo\r\nthree\x07", "one two three"),
        ("see https://shop.example/a?b=c now", "see <url> now"),
        ("join us at fans.gg/mira", "join us at <url>"),
        ("10000 people", "10000 people"),
    ],
)
def test_folds_what_fans_vary(written: str, normal: str) -> None:
    """Case, accents, width, control characters, long runs and addresses make no difference."""
    assert normalise(written) == normal


@given(st.text())
def test_normalises_the_normal_form_to_itself(text: str) -> None:
    """What is normal stays as it is."""
    once = normalise(text)
    assert normalise(once) == once


@given(st.text(alphabet="abcdefg hij", min_size=1), st.data())
def test_sees_through_invisible_characters(text: str, data: st.DataObject) -> None:
    """Characters without a width hide nothing, wherever they stand."""
    place = data.draw(st.integers(0, len(text)))
    hidden = data.draw(st.text(alphabet=INVISIBLE, min_size=1, max_size=5))
    assert normalise(text[:place] + hidden + text[place:]) == normalise(text)


def test_drops_lone_surrogates() -> None:
    """Half a character from a broken client cannot reach an encoder."""
    assert normalise("tour\ud800 dates") == "tour dates"


def test_reads_a_megabyte_of_combining_marks() -> None:
    """A run of marks that would take a naive fold hours is gone at once."""
    assert normalise("a" + "\u0327\u0301" * 500_000) == "a"


@given(st.text())
def test_splits_into_words_without_signs(text: str) -> None:
    """A word is letters and digits alone."""
    assert all(word.isalnum() or not word.isascii() for word in words(normalise(text)))
