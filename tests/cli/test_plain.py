"""Foreign words on a terminal."""

import json

from hypothesis import given
from hypothesis import strategies as st

from fanbot.cli.plain import block, document, line

OBEYED = {
    *map(chr, range(0x20)),
    *map(chr, range(0x7F, 0xA0)),
    *"\u202a\u202b\u202d\u202e\u2066\u2067\u2069\u200f",
}
HOSTILE = st.text(
    st.sampled_from([*'ab "\\', *sorted(OBEYED), "\u2028", "\U000e0041", "\ud800", "\U0001f3f4"])
)


@given(HOSTILE | st.text())
def test_one_line_is_one_line_and_obeyed_by_no_terminal(text: str) -> None:
    """No control character, escape or change of direction is left, whatever a fan wrote."""
    assert not OBEYED.intersection(line(text))


@given(HOSTILE | st.text())
def test_a_block_keeps_line_breaks_alone(text: str) -> None:
    """Lines stay lines; a tab stays too, everything else that is obeyed goes."""
    assert OBEYED.intersection(block(text)) <= {"\n", "\t"}


@given(st.text(), st.integers(1, 40))
def test_a_preview_is_never_wider_than_asked(text: str, width: int) -> None:
    """A very long message does not push the queue off the screen."""
    assert len(line(text, width=width)) <= width


@given(HOSTILE.map(lambda text: text.replace("\ud800", "")) | st.text())
def test_a_document_loses_nothing_and_shows_nothing_unseen(text: str) -> None:
    """A program reads back every character; a terminal that shows the line obeys none of them."""
    told = document({"text": text})
    assert json.loads(told) == {"text": text}
    assert not OBEYED.intersection(told.decode())
