"""A fan's name and other words from outside, as answers carry them."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanbot.rendering.names import LONGEST_NAME, call_nobody, name_to_say, words_to_say

BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Ana María", "Ana María"),
        ("xX_dark*star_Xx", "xX_dark*star_Xx"),
        ("Zoë 🎸", "Zoë 🎸"),
        ("J. R. O'Neil", "J. R. O'Neil"),
        ("two\nlines\r\n\u2028and more", "two lines and more"),
        ("ab\u202eba\u2066c", "abbac"),
        ("\x1b[31mred", "[31mred"),
        ("@everyone", "＠everyone"),
        ("<@123456>", "‹＠123456›"),
        ("https://bad.example/x", "https∶//bad․example/x"),
        ("t.me/gift", "t․me/gift"),
        ("\u200d\u200c ", ""),
        ("\ufdd0\ufdd1", ""),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_says_a_name_as_its_owner_wrote_it_but_harmless(name: str, said: str) -> None:
    """Ordinary names stay as they are; what a platform would act on is replaced or left out."""
    assert name_to_say(name) == said


@given(st.text(max_size=2_000))
def test_no_name_breaks_out_of_its_line(name: str) -> None:
    """Any name becomes one short line without control, bidi or mention characters."""
    said = name_to_say(name)
    assert len(said) <= LONGEST_NAME
    assert said == " ".join(said.split())
    assert not any(unicodedata.category(sign) in {"Cc", "Cs", "Co", "Zl", "Zp"} for sign in said)
    assert not any(unicodedata.bidirectional(sign) in BIDI for sign in said)
    assert not re.search(r"[@<>]|://", said)


@pytest.mark.parametrize(
    "call", ["@everyone", "@Everyone", "hi @here!", "<@123>", "<@&55>", "<#77>", "x@everyone"]
)
def test_calls_nobody(call: str) -> None:
    """What platforms read as a call to people is disarmed wherever it stands."""
    disarmed = call_nobody(call)
    assert "@everyone" not in disarmed.casefold()
    assert not re.search(r"<[@#]|(?<!\w)@here", disarmed)


@pytest.mark.parametrize("text", ["post@here.example", "a < b", "1 <2", "see @juno"])
def test_leaves_other_text_alone(text: str) -> None:
    """An address, a comparison and a handle stay what they are."""
    assert call_nobody(text) == text


@given(st.text(max_size=300))
def test_words_keep_their_lines_and_nothing_hidden(words: str) -> None:
    """Words for a built-in text may have lines, and no control or bidi characters."""
    said = words_to_say(words)
    assert not any(unicodedata.category(sign) == "Cc" for sign in said.replace("\n", ""))
    assert not any(unicodedata.bidirectional(sign) in BIDI for sign in said)
    assert said.count("\n") == words.count("\n")
    assert "@everyone" not in said.casefold()
